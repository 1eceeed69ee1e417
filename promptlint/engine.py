"""A run: files -> facts -> linked prompts -> what the rules find -> what is left after the ignore comments."""

from __future__ import annotations

import functools
import os
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from promptlint import ignores
from promptlint.config import Configuration, Settings
from promptlint.extract.facts import Problem
from promptlint.files import File, language, read
from promptlint.gaps import EITHER
from promptlint.prompt import Finding, Project, Prompt, Request, Severity, saved, unsent, with_known
from promptlint.providers import configured, model_of, self_hosted
from promptlint.reading import Loaded, Progress, Readers, Reading, read_all, read_source, short, uncollected
from promptlint.rules import MEETINGS, SEVERITIES, Rule, all_rules
from promptlint.shared import with_fronts
from promptlint.source import DecodeError, Source
from promptlint.template import Span, texts

if TYPE_CHECKING:
    pass

_BUG = "this is a bug in promptlint, please report it"

SettingsOf = Callable[[str], Settings]


class Sources:
    """The texts of a run, read again when a place in them is to be shown."""

    def __init__(self, files: Iterable[File], texts: Iterable[Source] = ()) -> None:
        self._files = {file.name: file for file in files}
        self._texts = {source.name: source for source in texts}

    def path(self, name: str) -> str:
        """The absolute path of a file that is shown under this name."""
        file = self._files.get(name)
        return file.path if file else os.path.abspath(name)

    def says(self, name: str) -> int | None:
        """What was known of a file before it was read, as `extract.documents.facts` takes it."""
        file = self._files.get(name)
        return file.says if file else None

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._texts

    def get(self, name: str) -> Source:
        """The text of a file; empty, if the file has gone or cannot be read any more."""
        if name not in self._texts:
            try:
                self._texts[name] = Source.from_bytes(name, read(self._files[name]))
            except (KeyError, OSError, DecodeError):
                self._texts[name] = Source(name, "")
        return self._texts[name]


class Report(msgspec.Struct, frozen=True):
    """The outcome of a run.

    `files` counts those that were read, `skipped` those that were not; `failing`: a finding is as severe as `fail-on`.
    `unmatched` is what configuration files say of the project's own code and nothing that was read is: path, entry, and
    how that is written which is called by the same last name.
    """

    project: Project
    sources: Sources
    findings: list[Finding] = []
    ignored: list[Finding] = []
    problems: list[Problem] = []
    files: int = 0
    skipped: int = 0
    failing: bool = False
    unmatched: list[tuple[str, str, tuple[str, ...]]] = []

    def tokens(self, saving: Literal["removed", "cached"]) -> int:
        """Tokens per call that the findings say could be removed, or cached."""
        return saved(self.findings, saving)


def run(
    files: Sequence[File],
    configuration: Configuration,
    *,
    named: bool = False,
    progress: Progress | None = None,
    loaded: Loaded | None = None,
    readers: Readers | None = None,
) -> Report:
    """Lint files. `named`: the files were named one by one, so what they say about other files is not the whole.

    `loaded` gives the files behind the names that Python files load texts and settings from; they are read, too.
    `readers` may have begun to read the files.
    """
    paths = {file.name: file.path for file in files}

    @functools.cache
    def settings_of(name: str) -> Settings:
        return configuration.settings(os.path.dirname(paths.get(name, "")))

    with readers or Readers() as readers:
        with uncollected():
            words = [settings_of(file.name).words for file in files]
            readings, more = read_all(files, progress, words, readers, loaded)
        paths.update((file.name, file.path) for file in more)
        with readers.leaving():
            report = lint(readings, Sources([*files, *more]), settings_of, named=named)
    return report if named else msgspec.structs.replace(report, unmatched=_unmatched(readings, settings_of))


def _unmatched(readings: Sequence[Reading], settings_of: SettingsOf) -> list[tuple[str, str, tuple[str, ...]]]:
    """What configuration files say of the project's own code and nothing that was read is, with each one's path."""
    from promptlint.extract.catalogue import said_of

    found: dict[tuple[str, bytes], set[str]] = {}
    called: dict[tuple[str, str], Counter[str]] = {}
    for reading in readings:
        settings = settings_of(reading.facts.file) if language(reading.facts.file) == "python" else None
        if settings is not None and settings.words:
            found.setdefault((settings.source, settings.words), set()).update(reading.matched)
            for name in reading.facts.named:
                called.setdefault((settings.source, name.rpartition(".")[2]), Counter())[name] += 1

    def written(source: str, said: str) -> tuple[str, ...]:
        first, _, last = said.split("`")[1].rpartition(".")
        names = called.get((source, last), Counter()) if first else Counter[str]()
        return tuple(sorted(names, key=lambda name: (-names[name], name))[:_SHOWN])

    return [
        (source, said, written(source, said))
        for (source, words), matched in sorted(found.items())
        for said in dict.fromkeys(said_of(words))
        if said not in matched
    ]


# Names that are shown in the place of one that nothing has.
_SHOWN = 3

# Facts -> findings


def lint(readings: Sequence[Reading], sources: Sources, settings_of: SettingsOf, *, named: bool = False) -> Report:
    """Link what was read, ask the rules, and apply the ignore comments."""
    readings = _with_own_syntax(readings, sources)
    problems = [problem for reading in readings for problem in reading.facts.problems]
    unread = {problem.span.file for problem in problems if problem.kind != "template"}
    invalid = {problem.span.file for problem in problems if problem.kind == "template"}
    project = _link(readings, settings_of, problems, sources)
    rules_of = _RulesOf(sources, settings_of)
    found, crashed = _ask(project, rules_of, settings_of, problems)
    found += [(_invalid(problem), problem.span) for problem in problems if problem.kind == "template"]
    refused = _Places(project.refused)
    found = [
        each for each in found if _wanted(each[0], sources, rules_of, problems) and not refused.hold(each[0].span)
    ]
    by_file: dict[str, list[Finding]] = {}
    for finding in _once(_settled(found)):
        by_file.setdefault(finding.span.file, []).append(finding)
    comments = {reading.facts.file: reading.ignores for reading in readings if reading.ignores}
    idle = {place: "" for reading in readings for place in reading.facts.idle}
    idle.update((each.comment, each.reason) for each in project.idle if not (named and each.elsewhere))
    told = _Places(text.span for prompt in project.prompts for text in texts(prompt.template)) if named else _Places(())
    findings: list[Finding] = []
    ignored: list[Finding] = []
    for file in sorted(by_file.keys() | comments.keys()):
        judged = rules_of(file) - crashed
        # What a rule would have found in a template that does not parse, or in files that were not named, nobody knows:
        # requests take texts from other files, and texts may be sent there.
        silent = {"Prompt", "Request", "Project"} if file in invalid else {"Request", "Project"} if named else set()
        judged = frozenset(name for name in judged if all_rules()[name].subject not in silent)
        said = comments.get(file, ())
        sure = [each for each in said if not named or told.overlap(Span(file, each.start, each.end))]
        kept, taken = ignores.apply(by_file.get(file, []), said, judged, idle, sure)
        findings += map(_weighed, kept)
        ignored += map(_weighed, taken)
    return Report(
        project=project,
        sources=sources,
        findings=sorted(findings, key=_place),
        ignored=sorted(ignored, key=_place),
        problems=sorted((each for each in problems if each.kind != "template"), key=_order),
        files=sum(reading.facts.file not in unread for reading in readings),
        skipped=len(unread),
        failing=any(_weight(each.severity) >= _weight(settings_of(each.span.file).fail_on) for each in findings),
    )


class _RulesOf:
    """The rules that are on, by file."""

    def __init__(self, sources: Sources, settings_of: SettingsOf) -> None:
        self.sources = sources
        self.settings_of = settings_of
        self.known: dict[str, frozenset[str]] = {}

    def __call__(self, name: str) -> frozenset[str]:
        if name not in self.known:
            self.known[name] = self.settings_of(name).rules_for(self.sources.path(name))
        return self.known[name]


def _with_own_syntax(readings: Sequence[Reading], sources: Sources) -> list[Reading]:
    """The readings, Jinja files read again with the delimiters of the environment that loads them."""
    from promptlint.environments import syntaxes

    found = syntaxes([reading.facts for reading in readings])
    return [
        read_source(sources.get(reading.facts.file), b"", sources.says(reading.facts.file), found[reading.facts.file])
        if reading.facts.file in found
        else reading
        for reading in readings
    ]


def _link(readings: Sequence[Reading], settings_of: SettingsOf, problems: list[Problem], sources: Sources) -> Project:
    from promptlint.link import link

    try:
        names = [reading.facts.file for reading in readings]
        paths = {name: sources.path(name) for name in names}
        with uncollected():
            project = link([reading.facts for reading in readings], paths, problems)
    except Exception as error:
        message = (
            f"the prompts could not be put together: {short(error)}; this is a bug in promptlint, please report it"
        )
        problems.append(Problem("internal", message, Span("", 0, 0)))
        return Project(())
    requests = tuple(_with_model(request, settings_of(request.span.file)) for request in project.requests)
    others = tuple(_with_model(request, settings_of(request.span.file)) for request in project.others)
    return msgspec.structs.replace(project, requests=with_fronts(requests), others=others)


def _with_model(request: Request, settings: Settings) -> Request:
    """The request with what the configuration says: the model where its source names none, and how models are cached.

    A call of a known provider gets the model only if the configuration speaks of that provider. An engine one hosts
    oneself is called by a client of OpenAI. A source that names several models by a condition names one of them.
    """
    several = any(each.slot == "model" and each.reason == EITHER for each in request.unresolved)
    if settings.provider and request.provider in ("openai", "") and self_hosted(settings.provider, request.model):
        request = with_known(msgspec.structs.replace(request, provider=settings.provider), "provider")
    if not (request.model or several) and settings.model and request.provider in ("", settings.provider):
        prompts = tuple(
            msgspec.structs.replace(prompt, model=prompt.model or settings.model) for prompt in request.prompts
        )
        provider = request.provider or settings.provider
        request = msgspec.structs.replace(request, provider=provider, model=settings.model, prompts=prompts)
        request = with_known(request, "model", *(("provider",) if settings.provider else ()))
    said = configured(model_of(request), settings.models)
    return msgspec.structs.replace(request, configured=said) if said else request


def _ask(
    project: Project, rules_of: _RulesOf, settings_of: SettingsOf, problems: list[Problem]
) -> tuple[list[tuple[Finding, Span]], frozenset[str]]:
    """What the rules find, each with the place of what it was found in, and the rules that failed."""
    found: list[tuple[Finding, Span]] = []
    failures: dict[tuple[str, str], Problem] = {}
    prompts = project.prompts
    for rule in all_rules().values():
        for subject, place in _subjects(project, prompts, rule, rules_of):
            if rule.check is None or rule.name not in rules_of(place.file):
                continue
            try:
                options = settings_of(place.file).options.get(rule.name, {})
                idle = unsent(subject)
                found += [
                    (msgspec.structs.replace(each, rule=rule.name), place)
                    for each in rule.check(subject, **options)
                    if each.saving is None or not idle
                ]
            except Exception as error:
                failures.setdefault((rule.name, place.file), _failure(rule.name, error, place))
    problems += failures.values()
    return found, frozenset(name for name, _ in failures)


def _subjects(
    project: Project, prompts: Sequence[Prompt], rule: Rule, rules_of: _RulesOf
) -> Iterator[tuple[Prompt | Request | Project, Span]]:
    match rule.subject:
        case "Prompt":
            yield from ((prompt, prompt.span) for prompt in prompts)
        case "Request":
            yield from ((request, request.span) for request in project.requests)
        case "Project":
            # The configuration of the first file for which the rule is on speaks for the project.
            spans = (request.span for request in project.requests)
            place = min((span for span in spans if rule.name in rules_of(span.file)), default=None)
            if place is not None:
                yield project, place


def _failure(rule: str, error: Exception, place: Span) -> Problem:
    message = f"the rule `{rule}` failed: {short(error)}; {_BUG}; `--ignore {rule}` leaves the rule out"
    return Problem("internal", message, place)


def _invalid(problem: Problem) -> Finding:
    return Finding(problem.span, f"the template does not parse: {problem.message}", rule="invalid-template")


def _wanted(finding: Finding, sources: Sources, rules_of: _RulesOf, problems: list[Problem]) -> bool:
    """Whether the finding's rule is on where the finding is; a rule that points nowhere is a problem."""
    places = [finding.span, *(span for span, _ in finding.related)]
    if any(place.file not in sources for place in places):
        message = f"the rule `{finding.rule}` points to a file that was not read; {_BUG}"
        problems.append(Problem("internal", message, finding.span))
        return False
    return finding.rule in rules_of(finding.span.file)


def _settled(found: list[tuple[Finding, Span]]) -> list[Finding]:
    """Findings without those that another rule tells better."""
    silent: set[int] = set()
    for meeting in MEETINGS:
        winners = [each for each in found if each[0].rule == meeting.winner]
        if not winners:
            continue
        subjects = {subject for _, subject in winners}
        places = _Places(winner.span for winner, _ in winners)
        for index, (finding, subject) in enumerate(found):
            if finding.rule != meeting.loser:
                continue
            if meeting.where == "subject":
                meets = subject in subjects
            else:
                meets = places.overlap(finding.span)
            if meets:
                silent.add(index)
    return [finding for index, (finding, _) in enumerate(found) if index not in silent]


class _Places:
    """Places, by file in order of their beginnings, each with the furthest end up to there."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.starts: dict[str, list[int]] = {}
        self.ends: dict[str, list[int]] = {}
        for span in sorted(spans):
            ends = self.ends.setdefault(span.file, [])
            ends.append(max(span.end, ends[-1] if ends else 0))
            self.starts.setdefault(span.file, []).append(span.start)

    def overlap(self, span: Span) -> bool:
        """Whether one of the places has a character in common with a span."""
        before = bisect_left(self.starts.get(span.file, []), span.end)
        return before > 0 and self.ends[span.file][before - 1] > span.start

    def hold(self, span: Span) -> bool:
        """Whether a span is within one of the places."""
        before = bisect_right(self.starts.get(span.file, []), span.start)
        return before > 0 and self.ends[span.file][before - 1] >= span.end


def _once(found: Iterable[Finding]) -> Iterable[Finding]:
    """One finding of a rule at a place: a text that several requests use is reported for the one that gains most."""
    best: dict[tuple[str, Span], Finding] = {}
    for finding in found:
        key = (finding.rule, finding.span)
        if key not in best or _merit(finding) < _merit(best[key]):
            best[key] = finding
    return best.values()


def _merit(finding: Finding) -> tuple[int, int, str, str]:
    severity = finding.severity or all_rules()[finding.rule].severity
    return -_weight(severity), -finding.tokens, finding.message, str(finding.related)


def _weighed(finding: Finding) -> Finding:
    """The finding with its severity: its own, or its rule's."""
    return msgspec.structs.replace(finding, severity=finding.severity or all_rules()[finding.rule].severity)


def _weight(severity: Severity | None) -> int:
    return SEVERITIES.index(severity) if severity else -1


def _place(finding: Finding) -> tuple[Span, str, str]:
    return finding.span, finding.rule, finding.message


def _order(problem: Problem) -> tuple[Span, str, str]:
    return problem.span, problem.kind, problem.message
