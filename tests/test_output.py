"""What is printed, against golden files made from one list of findings. `PROMPTLINT_GOLDEN=write` writes them anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from promptlint.engine import Report, Sources
from promptlint.output import json as json_output
from promptlint.output import prompts as prompts_output
from promptlint.output import requests as requests_output
from promptlint.output import text as text_output
from promptlint.output import tree as tree_output
from promptlint.prompt import Edit, Finding, Fix, Project, Prompt, Request, Unresolved
from promptlint.source import Source
from promptlint.template import Choice, Hole, Repeat, Span, Text, Volatility

GOLDEN = Path(__file__).parent / "golden"

APP = Source(
    "src/app.py",
    'SYSTEM = f"""Heute ist {now}, 你好 {name}.\r\n'
    "\tYou are kind.\r\n"
    '"""\r\n'
    f'LONG = "{"x" * 150} {{question}} {"y" * 150}"\r\n'
    "evil = '\x1b[31m\u202e'\r\n",
)
RULES = Source("prompts/rules.j2", "Be short.\nBe kind.\n")


def span(source: Source, text: str, end: str = "") -> Span:
    """The place of a text in a source, or from a text to the end of another."""
    start = source.text.index(text)
    return Span(source.name, start, source.text.index(end, start) + len(end) if end else start + len(text))


def report() -> Report:
    now, name, question = span(APP, "{now}"), span(APP, "{name}"), span(APP, "{question}")
    findings = [
        Finding(
            now,
            "1,240 static tokens follow `now`",
            tokens=1240,
            saving="cached",
            help="move `now` behind the static part\nor into a message of its own",
            related=((span(RULES, "Be short.", "kind."), "1,200 tokens"), (name, "also `name`")),
            rule="volatile-prefix",
            severity="warning",
        ),
        Finding(
            span(APP, 'f"""', '"""\r'),
            "31 tokens of indentation",
            tokens=31,
            saving="removed",
            exact=False,
            fix=Fix("Dedent", (Edit(span(APP, "\tYou"), "You"),), safe=False),
            rule="indented-prompt",
            severity="info",
        ),
        Finding(question, "a\nmessage \x1b of `two` lines", tokens=9, rule="oversized-prompt", severity="error"),
        Finding(span(APP, "\x1b[31m\u202e"), "signs that steer a terminal", rule="indented-prompt", severity="info"),
    ]
    variable = Hole("now", now, Volatility.UNIQUE, "clock")
    template = (
        Text("Heute ist ", span(APP, "Heute ist "), True),
        variable,
        Choice("kind", ((Text(", ", span(APP, ", "), True), Text("你好 ", span(APP, "你好 "), True)), ())),
        Repeat((Text("\n", span(APP, "\r\n"), False), variable), "names", name, Volatility.REQUEST),
        Text("Be short.", span(RULES, "Be short."), True),
    )
    prompt = Prompt("SYSTEM", "system", "name", template, span(APP, 'f"""', '"""\r'), model="gpt-5")
    short = (Text("Be short.", span(RULES, "Be short."), True),)
    other = Prompt("rules|\n", "unknown", "jinja-file", short, Span(RULES.name, 0, 0))
    requests = (Request("openai", "gpt-5", (prompt, other), prompt.span),)
    return Report(Project(requests), Sources((), (APP, RULES)), findings, findings[:1], files=2, skipped=1)


def check(name: str, output: str | bytes) -> None:
    data = output.encode() if isinstance(output, str) else output
    path = GOLDEN / name
    if os.environ.get("PROMPTLINT_GOLDEN") == "write":
        path.write_bytes(data)
    assert data.decode() == path.read_bytes().decode()


def test_text() -> None:
    check("findings.txt", text_output.render(report()))


def test_text_in_color_is_the_same_text() -> None:
    colored = text_output.render(report(), color=True)
    assert "\x1b[1;33mwarning\x1b[0m[volatile-prefix]" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text_output.render(report())


def test_no_color_means_no_control_characters() -> None:
    output = text_output.render(report())
    assert all(character.isprintable() or character == "\n" for character in output)


def test_statistics() -> None:
    check("statistics.txt", text_output.statistics(report()))


def test_statistics_json() -> None:
    check("statistics.json", json_output.statistics(report()))


def test_json() -> None:
    check("findings.json", json_output.render(report()))


def test_json_has_the_keys_that_readers_of_ruff_need() -> None:
    first, second, *_ = msgspec.json.decode(json_output.render(report()))
    assert first["location"] == {"row": 1, "column": 24} and first["end_location"] == {"row": 1, "column": 29}
    assert (first["code"], first["fix"], first["tokens"], first["saving"]) == ("volatile-prefix", None, 1240, "cached")
    assert second["fix"]["applicability"] == "unsafe"
    assert second["fix"]["edits"][0]["location"] == {"row": 2, "column": 1}
    assert second["exact"] is False


def test_prompts() -> None:
    check("prompts.txt", prompts_output.render_text(report()))


def test_prompts_json() -> None:
    check("prompts.json", prompts_output.render_json(report()))


def test_requests() -> None:
    check("requests.txt", requests_output.render_text(with_call()))


def test_requests_json() -> None:
    check("requests.json", requests_output.render_json(with_call()))


def test_a_prompt_that_is_one_of_several_texts() -> None:
    prompt = report().project.prompts[0]
    words = ("One plant", "Two", "Three")
    texts = tuple((Text(word, Span(APP.name, at, at + 1), True),) for at, word in enumerate(words))
    inner = (Choice("b", texts[1:]),)
    made = with_call()
    request = made.project.requests[0]
    either = msgspec.structs.replace(prompt, template=(Choice("a", (texts[0], inner)),), when=(("c", True),))
    request = msgspec.structs.replace(request, prompts=(either,), markers=())
    made = msgspec.structs.replace(made, project=msgspec.structs.replace(made.project, requests=(request,)))
    [part] = json.loads(requests_output.render_json(made))[0]["parts"]
    assert part["condition"] == "c"
    conditions = ["a", "not (a) and (b)", "not (a) and not (b)"]
    assert [each["condition"] for each in part["alternatives"]] == conditions
    assert [each["location"]["column"] for each in part["alternatives"]] == [1, 2, 3]
    shown = requests_output.render_text(made)
    assert [f"[if {condition}]" in shown for condition in conditions] == [True] * 3


def test_prompts_without_words_are_not_listed() -> None:
    made = report()
    prompt = made.project.prompts[0]
    request = made.project.requests[0]
    for words, listed in (("\n- ", False), ("42", False), ("Q: ", False), ("Hi!", True), ("好", True)):
        template = (Text(words, span(APP, "Heute"), True), Hole("now", span(APP, "{now}")))
        bare = msgspec.structs.replace(prompt, template=template)
        project = Project((msgspec.structs.replace(request, prompts=(bare,)),))
        made = msgspec.structs.replace(made, project=project)
        assert (prompts_output.chosen(made) == [bare]) is listed
        # A line that is asked for shows what stands there, and rules see it.
        assert prompts_output.chosen(made, (APP.name, 1)) == [bare] and project.prompts == (bare,)


def test_tree() -> None:
    check("tree.txt", tree_output.render(report()))


def test_what_stands_at_a_line() -> None:
    # The second file's text is part of the prompt, and its second line of nothing.
    assert len(prompts_output.chosen(report(), (RULES.name, 1))) == 2
    assert prompts_output.chosen(report(), (RULES.name, 2)) == []
    assert [row.prompt.name for row in prompts_output.rows(report(), (APP.name, 2))] == ["SYSTEM"]
    assert requests_output.measured(with_call(), (APP.name, 4)) == []
    assert tree_output.render(report(), (APP.name, 5), summary=False) == ""


def with_call() -> Report:
    """The report with its prompts in a call, of which something is not known."""
    [request] = report().project.requests
    sent = msgspec.structs.replace(
        request,
        api="chat",
        name="ask",
        markers=(0,),
        parameters=(("temperature", None), ("user", "x\x1b")),
        unresolved=(Unresolved("tools", "tools\x1b", span(APP, "{name}")), Unresolved("model", "", request.span)),
    )
    alone = msgspec.structs.replace(request, api="")
    return msgspec.structs.replace(report(), project=Project((sent, alone)))


def test_pieces_touch_and_do_not_overlap() -> None:
    texts = tuple(
        Text("x", Span("a.py", start, end), True) for start, end in ((5, 9), (0, 5), (7, 8), (12, 12), (20, 21))
    )
    assert prompts_output.pieces(texts) == [Span("a.py", 0, 9), Span("a.py", 20, 21)]


def test_no_findings() -> None:
    empty = Report(Project(()), Sources(()), files=1)
    assert text_output.render(empty) == "No findings, in 1 file with 0 prompts.\n"
    assert json_output.render(empty) == b"[]\n"
    assert prompts_output.render_json(empty) == b"[]\n"


def test_removed_and_cached_tokens_are_never_added_up() -> None:
    assert text_output.summarize(report()).endswith(
        "Tokens per call: ~31 could be removed, 1,240 could come from the cache."
    )


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [("", 0, 0), ("x" * 1_000_000, 500_000, 900_000), ("你" * 300, 200, 210), ("\t" * 90, 80, 90), ("x" * 99, 99, 99)],
)
def test_frame_fits_and_marks_something(line: str, start: int, end: int) -> None:
    source = Source("a.py", line)
    finding = Finding(Span("a.py", start, end), "here", rule="pretty-json", severity="warning")
    one = Report(Project(()), Sources((), (source,)), [finding])
    _, _, code, marks, *_ = text_output.render(one).split("\n")
    assert text_output.width(code) <= 4 + 100 + 2
    assert "^" in marks and text_output.width(marks) <= 4 + 100 + 3


def test_a_file_that_has_gone_has_an_empty_text() -> None:
    sources = Sources(())
    finding = Finding(Span("gone.py", 10, 20), "here", rule="pretty-json", severity="warning")
    assert text_output.render(Report(Project(()), sources, [finding])).startswith(
        "gone.py:1:1: warning[pretty-json] here"
    )


def test_what_one_call_sends_is_the_sum_of_its_texts_where_no_condition_decides_of_two() -> None:
    """Tokens of pieces are not those of their text: the ways through it are not compared by them."""
    first = (Text("harbourTheharbour", span(APP, "Heute"), True),)
    ways = ("harbour", "  "), (")The-", "12  The")
    choices = [
        Choice(name, tuple((Text(text, span(APP, "{now}"), True),) for text in each))
        for name, each in zip("ab", ways, strict=True)
    ]
    between, last = (Text(text, span(APP, "Heute"), True) for text in ("12-", "-harbours "))
    [request] = report().project.requests
    prompt = msgspec.structs.replace(
        request.prompts[0], template=(*first, choices[0], between, choices[1], last), model="gpt-4o"
    )
    for prompts in ((prompt,), (msgspec.structs.replace(prompt, when=(("c", True),)),)):
        sent = msgspec.structs.replace(request, prompts=prompts, api="chat", model="gpt-4o")
        made = msgspec.structs.replace(report(), project=Project((sent,)))
        [parts] = requests_output.measured(made)
        assert parts.several and parts.tokens == sum(row.tokens for row in parts.rows)


def test_of_many_related_places_the_first_ones_are_shown() -> None:
    source = Source("app.py", "word\n" * 40)
    first, *others = [Span("app.py", start, start + 4) for start in range(0, 200, 5)]
    related = tuple((each, "here") for each in others)
    finding = Finding(first, "said", rule="indented-prompt", severity="info", related=related)
    shown = text_output.render(Report(Project(()), Sources((), (source,)), [finding]), summary=False)
    assert shown.count(" here\n") == 6
    assert shown.endswith("and 33 more places, which JSON lists\n")


def test_one_token_is_no_tokens() -> None:
    counted = text_output.counted
    assert counted(1, True) == "1 static token" and counted(1, False, "fixed") == "~1 fixed token"
    assert counted(0, True) == "0 static tokens" and counted(1200, False) == "~1,200 static tokens"


def test_none_is_no_variable() -> None:
    span = Span("a.py", 0, 4)
    template = (Choice("told", ((Text("Say it.", span, True), Hole("who", span)), (Hole("None", span),))),)
    row = prompts_output.row_of(Prompt("p", "user", "name", template, span))
    assert [each.expression for each in row.variables] == ["who"]
