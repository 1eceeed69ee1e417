"""Several messages written as one text: by lines such as `system:`, or by the marks of a model's chat template.

`<|im_start|>user ... <|im_end|>`, `<|user|>`, `<|start_header_id|>user<|end_header_id|>`, `<start_of_turn>user`,
`[INST] <<SYS>> ... <</SYS>> ... [/INST]`, `<|startofinstruction|> ... <|startofinput|> ...`, Semantic Kernel's
`<message role="user"> ... </message>` and the `Human:` and `Assistant:` of Anthropic's old completions say who speaks.
What is not written the way a chat template writes it stays one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from promptlint.extract.patterns import lazy
from promptlint.operations import OBJECT, Flat, strip
from promptlint.template import Choice, Hole, Part, Repeat, Template, Text, by_keys, texts

Turn = tuple[str, Template]
# Conditions of which each holds or does not.
When = tuple[tuple[str, bool], ...]

# Roles by the words for them in front of a text.
ROLES = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "ai": "assistant", "function": "tool", "tool": "tool",
}  # fmt: skip
# Words that only chat templates have for them.
_SPEAKERS = {**ROLES, "model": "assistant", "bot": "assistant", "ipython": "tool", "environment": "tool"}


class _Markup(msgspec.Struct, frozen=True):
    """One way of marking messages. `begins` has the word for a role as its group, `ends` is what stands behind one.

    `marks` are marks without such a word, each with the role of what follows; `hints` are pieces of text of which one
    must be there. `leading`: the role of what may stand in front of the first mark, "" if nothing may. `otherwise`: the
    role where the word is none of one, None if such a text is written in another way. `needs`: what has to stand
    somewhere in a text that is written this way.
    """

    hints: tuple[str, ...]
    begins: str = r"(?!)()"
    ends: str = r"(?!)"
    marks: dict[str, str] = {}
    leading: str = ""
    otherwise: str | None = None
    needs: str = ""


_MARKUP = (
    # ChatML: OpenAI's chatml.md, Qwen, Yi, Hermes
    _Markup(("<|im_start|>",), r"<\|im_start\|>[ \t]*(\w*)(?:[ \t]+name=\w+)?:?", r"<\|im_end\|>|<\|endoftext\|>"),
    # Llama 3: llama-models llama3/chat_format.py
    _Markup(
        ("<|start_header_id|>",),
        r"<\|start_header_id\|>[ \t]*(\w*)[ \t]*(?:<\|end_header_id\|>)?",
        r"<\|eot_id\|>|<\|eom_id\|>|<\|end_of_text\|>",
    ),
    # Granite 3: its chat template
    _Markup(
        ("<|start_of_role|>",),
        r"<\|start_of_role\|>[ \t]*(\w*)[ \t]*(?:<\|end_of_role\|>)?",
        r"<\|end_of_text\|>",
    ),
    # Gemma: gemma's own formatting guide
    _Markup(("<start_of_turn>",), r"<start_of_turn>[ \t]*(\w*)", r"<end_of_turn>|<eos>"),
    # Zephyr, Phi-3, TinyLlama, Falcon: their chat templates
    _Markup(
        ("<|system|>", "<|user|>", "<|assistant|>"),
        r"<\|(system|user|assistant|tool)\|>",
        r"<\|end\|>|</s>|<\|endoftext\|>|<\|end_of_text\|>",
    ),
    # Semantic Kernel 1.45.0: contents/chat_history.py from_rendered_prompt
    _Markup(("<message role=",), r"<message role=[\"']([^\"'>]*)[\"'][^>]*>", r"</message>", otherwise="unknown"),
    # Llama 2, Mistral: llama/generation.py
    _Markup(
        ("[INST]", "<<SYS>>"),
        ends=r"</s>",
        marks={"[INST]": "user", "<<SYS>>": "system", "<</SYS>>": "user", "[/INST]": "assistant"},
    ),
    # Genie Worksheets: docs/prompts.md. Models of one message (Aira) have the first of these marks alone.
    _Markup(
        ("<|startofinstruction|>",),
        ends=r"<\|endof(?:instruction|exampleuser|exampleai|input)\|>",
        marks={
            "<|startofinstruction|>": "system",
            "<|startofexampleuser|>": "user",
            "<|startofexampleai|>": "assistant",
            "<|startofinput|>": "user",
        },
        needs="<|startofinput|>",
    ),
)
# Anthropic's text completions: `HUMAN_PROMPT` and `AI_PROMPT` of anthropic 0.3.11
_COMPLETION = _Markup(
    ("\n\nHuman:",), marks={"\n\nHuman:": "user", "\n\nAssistant:": "assistant"}, leading="system"
)  # fmt: skip
# What a tokenizer puts in front of a text.
_FIRST = lazy(r"(?:\s|<s>|<bos>|<\|begin_of_text\|>|<\|endoftext\|>)*")
# Nothing that is sent: blanks, and the blocks of Handlebars.
_BLANK = lazy(r"(?:\s|<s>|\{\{[#/][^{}]*\}\})*")
# Branches of branches whose texts are told apart.
_MAX_WAYS = 6
_ANY = ("<|", "INST]", "SYS>>", "_of_turn>", "<message role=")


def sections(template: Template) -> list[Turn]:
    """Roles and texts of a file: a template that lines or marks divide into messages, [] if none do."""
    return _by_lines(template) or turns(template)


def turns(template: Template, completion: bool = False) -> list[Turn]:
    """Roles and texts of a template that is written in the markup of chat templates, [] if it is not.

    `completion`: it is sent as it stands, so that `Human:` in the middle of it begins a message. The marks and the
    white space around a text are no part of it. A text that is put in between two messages has the role "unknown".
    """
    markup = _markup(template, completion)
    found = _turns(template, markup, True) if markup is not None else None
    told = [(role, text) for role, text in found or () if text]
    # Where one begins with the marks of another template, who says what of it is not known.
    mixed = any(_begins(text, each) for each in _MARKUP if each is not markup for _, text in told)
    return [] if mixed else told


def spoken(template: Template, role: str, completion: bool = False, depth: int = 0) -> list[tuple[str, Template, When]]:
    """The same, each with the conditions under which it is sent. A branch without marks beside one with them is said by
    `role`: the program writes it for another model. So is one with the marks of another model, each by its own."""
    part = template[0] if template else None
    if type(part) is Choice and len(part.branches) == 2 and not by_keys(part.condition) and depth < _MAX_WAYS:
        # What stands behind one text or another stands behind either.
        branches = [(*branch, *template[1:]) for branch in part.branches]
        ways = [spoken(branch, role, completion, depth + 1) for branch in branches]
        if any(ways) and not (all(ways) and turns(template, completion)):
            pairs = zip(ways, branches, strict=True)
            told = [way or ([(_otherwise(text, role), text, ())] if text else []) for way, text in pairs]
            if [[(who, when) for who, _, when in way] for way in told] == [[(role, ())]] * 2:
                one, other = told[0][0][1], told[1][0][1]
                return [(role, one if one == other else (Choice(part.condition, (one, other)),), ())]
            return [
                (who, text, ((part.condition, number == 0), *when))
                for number, way in enumerate(told)
                for who, text, when in way
            ]
    return [(who, *_apart(text)) for who, text in turns(template, completion)]


def divided(template: Template) -> bool:
    """Whether a text begins with a mark that says who speaks, and if nothing else is known of it, several may do so."""
    said = any(hint in text.value for text in texts(template) for hint in _ANY)
    return said and any(_begins(template, each) for each in _MARKUP)


def _otherwise(text: Template, role: str) -> str:
    """The role of a text that is not divided."""
    return "unknown" if divided(text) else role


def _apart(text: Template) -> tuple[Template, When]:
    """A text that one branch alone holds, and under which condition."""
    when: When = ()
    while len(text) == 1 and type(part := text[0]) is Choice and len(part.branches) == 2:
        if by_keys(part.condition) or all(part.branches):
            break
        number = 0 if part.branches[0] else 1
        text, when = part.branches[number], (*when, (part.condition, number == 0))
    return text, when


def _markup(template: Template, completion: bool) -> _Markup | None:
    """The markup that a template begins with."""
    said = [text.value for text in texts(template)]
    whole = "\0".join(said)
    if any(hint in whole for hint in _ANY):
        found = next((each for each in _MARKUP if _begins(template, each)), None)
        return found if found is None or any(found.needs in value for value in said) else None
    if "Human:" in whole:
        whole = Flat(template).value
        first = whole.find(_COMPLETION.hints[0])
        asks = whole.rfind("\n\nAssistant:") > first >= 0
        return _COMPLETION if asks and (completion or not whole[:first].strip()) else None
    return None


def _begins(template: Template, markup: _Markup) -> bool:
    """Whether the first thing that a template says is one of the marks."""
    for part in template:
        match part:
            case Text():
                rest = part.value[_first(part.value) :]
                if rest:
                    # A text in several pieces is looked at as a whole later.
                    return rest.startswith(markup.hints)
            case Choice():
                ways = [branch for branch in part.branches if branch]
                return any(_begins(branch, markup) for branch in ways)
            case Repeat():
                return _begins(part.body, markup)
            case Hole() if "bos" in part.expression.lower():
                continue
            case _:
                return False
    return False


def _first(value: str) -> int:
    match = _FIRST.match(value)
    return match.end() if match else 0


def _tokens(value: str, markup: _Markup) -> Iterator[tuple[int, int, str | None]]:
    """Start, end and role of every mark: "" of one that ends a message, None where the role is not known."""
    fixed = "|".join(re.escape(mark) for mark in markup.marks) or "(?!)"
    for match in re.finditer(f"(?P<fixed>{fixed})|(?P<end>{markup.ends})|{markup.begins}", value):
        if match["end"] is not None:
            yield match.start(), match.end(), ""
        elif match["fixed"] is not None:
            yield match.start(), match.end(), markup.marks[match["fixed"]]
        else:
            word = match[3] or ""
            yield match.start(), match.end(), _SPEAKERS.get(word.lower(), markup.otherwise)


def _turns(template: Template, markup: _Markup, whole: bool) -> list[Turn] | None:
    """The messages of a template or, if not `whole`, of a branch or loop in one; None when it is written otherwise."""
    flat = Flat(template)
    found: list[Turn] = []
    role, start = markup.leading if whole else "", 0
    if whole and not role:
        start = _first(flat.value)
    for begin, end, said in (*_tokens(flat.value, markup), (len(flat.value), len(flat.value), "")):
        piece = flat.keep([(start, begin)])
        if role:
            text = strip(piece)
            if said is None or _marked(text, markup):
                return None
            found.append((role, text))
        else:
            between = _between(piece, markup)
            if between is None:
                return None
            found += between
        if said is None:
            return None
        role, start = said, end
    return found


def _between(template: Template, markup: _Markup) -> list[Turn] | None:
    """What stands where no message has begun: loops and branches with messages, and values that are some."""
    found: list[Turn] = []
    for part in template:
        if isinstance(part, Text):
            blank = _BLANK.fullmatch(part.value)
            if blank is None:
                return None
        elif isinstance(part, Hole):
            if not {"bos", "eos"}.intersection(part.expression.lower().replace(".", "_").split("_")):
                found.append(("unknown", (part,)))
        elif isinstance(part, Choice | Repeat):
            inner = _inside(part, markup)
            if inner is None:
                return None
            found += inner
        else:
            return None
    return found


def _inside(part: Choice | Repeat, markup: _Markup) -> list[Turn] | None:
    """The messages of a branch or loop; of one with values only, which may be the turns of a conversation, itself."""
    bodies = part.branches if isinstance(part, Choice) else (part.body,)
    if not _marked((part,), markup):
        if any(text.value.strip() for text in texts((part,))):
            return None
        return [("unknown", (part,))] if any(bodies) else []
    ways = [_turns(body, markup, False) for body in bodies]
    if isinstance(part, Repeat):
        turned = msgspec.structs.replace
        return None if ways[0] is None else [(role, (turned(part, body=text),)) for role, text in ways[0] if text]
    known = [[turn for turn in way if turn[1]] for way in ways if way is not None]
    if len(known) < len(ways):
        return None
    roles = {turn[0] for way in known for turn in way}
    if len(roles) == 1 and all(len(way) == 1 for way in known):
        return [(roles.pop(), (Choice(part.condition, tuple(way[0][1] for way in known)),))]
    empty: tuple[Template, ...] = ((),) * len(known)
    return [
        (role, (Choice(part.condition, (*empty[:number], text, *empty[number + 1 :])),))
        for number, way in enumerate(known)
        for role, text in way
    ]


def _marked(template: Template, markup: _Markup) -> bool:
    """Whether a mark stands in a template, its branches and loops included."""
    return any(True for text in texts(template) for _ in _tokens(text.value, markup))


# Lines


def _by_lines(template: Template) -> list[Turn]:
    """Roles and texts of a template that lines such as `system:` or `# User:` divide, if it begins with such a line.

    A loop or branch with such lines in it is a message of its own, its role that of its first line, unless it holds
    nothing else than values (the turns of a conversation). The lines themselves and the white space around a text are
    not sent.
    """
    flat = Flat(template)
    lines = list(_role_lines(flat))
    if not lines or not lines[0][3] or flat.value[: lines[0][0]].strip():
        return []
    found: list[Turn] = []
    for index, (_, start, role, whole) in enumerate(lines):
        end = lines[index + 1][0] if index + 1 < len(lines) else len(flat.value)
        text = strip(flat.keep([(start, end)]))
        if text and (whole or _says_something(text)):
            found.append((role, text))
    return found


def speaking(template: Template) -> Iterator[Repeat]:
    """The loops of a template whose turns write lines that say who speaks, by a value: `{{item.role}}:`."""
    for part in template:
        if isinstance(part, Choice):
            for branch in part.branches:
                yield from speaking(branch)
        elif isinstance(part, Repeat):
            if _says_who(part.body):
                yield part
            else:
                yield from speaking(part.body)


def _says_who(template: Template) -> bool:
    """Whether a line begins with a value and a colon."""
    if any(line.strip().startswith(f"{OBJECT}:") for line in Flat(template).value.split("\n")):
        return True
    return any(_says_who(branch) for part in template if isinstance(part, Choice) for branch in part.branches)


def shown(template: Template, hole: str) -> Iterator[str]:
    """The text of a template with its branches one after another, and `hole` for everything else."""
    for part in template:
        match part:
            case Text():
                yield part.value
            case Choice():
                for branch in part.branches:
                    yield from shown(branch, hole)
            case Repeat():
                yield from shown(part.body, hole)
            case _:
                yield hole


def _says_something(template: Template) -> bool:
    """Whether there is text beside the lines of roles."""
    lines = "".join(shown(template, "")).split("\n")
    return any(line.strip() and not _role(line) for line in lines)


def _role_lines(flat: Flat) -> Iterator[tuple[int, int, str, bool]]:
    """Start, start of the text, role, and whether it is a line at all: where each message begins."""
    starts = dict(zip(flat.starts, flat.template, strict=True))
    position = 0
    for line in flat.value.split("\n"):
        role = _role(line)
        if role:
            yield position, min(position + len(line) + 1, len(flat.value)), role, True
        elif OBJECT in line:
            for offset in (position + at for at, character in enumerate(line) if character == OBJECT):
                inner = _inner_role(starts.get(offset))
                if inner:
                    yield offset, offset, inner, False
        position += len(line) + 1


def _role(line: str) -> str:
    word = line.strip().lstrip("#").strip().lower()
    return ROLES.get(word[:-1].rstrip(), "") if word.endswith(":") else ""


def _inner_role(part: Part | None) -> str:
    """The role of the first line in a loop or branch that begins a message."""
    bodies = part.branches if isinstance(part, Choice) else (part.body,) if isinstance(part, Repeat) else ()
    for body in bodies:
        for _, _, role, _ in _role_lines(Flat(body)):
            return role
    return ""
