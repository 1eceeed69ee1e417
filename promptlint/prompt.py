"""What rules look at: linked prompts and requests, and the findings they give back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from promptlint.template import COMMENT, Dedent, Hole, Span, Template, negated, texts

Role: TypeAlias = Literal["system", "user", "assistant", "tool", "unknown"]
Severity: TypeAlias = Literal["error", "warning", "info"]
Saving: TypeAlias = Literal["removed", "cached"] | None
# Calls that fill a template by the rules of `str.format`.
FORMATS = frozenset({"format", "format_map", "format_messages", "format_prompt"})
# UTF-8 bytes of letters from which on a text says something.
MIN_LETTERS = 2


class Prompt(msgspec.Struct, frozen=True):
    """One template that is meant for a model.

    `evidence` says why it is taken for a prompt ("role-dict", "call", "keyword", "name", "reads", "jinja-file", ...);
    `span` is the place of the expression that holds it; `model` is the literal model name of its request, or "".
    `once`: it stands in straight-line code of a script's top level, so it is sent once per process.
    `dedents` are the calls that a part of its text has gone through to lose its margin.
    It is sent if each condition of `when` (source text) holds or does not hold, as the flag beside it says.
    `idle`: it is a prompt by its name or its wording alone, and as far as one can see nothing sends it: what rules say
    could be saved of it is not reported.
    `result`: it gives back what a tool or the program has found (`returned`). As a part of its request it takes tokens
    and may be cached, but it is no prompt that is listed or judged by its words.
    """

    name: str
    role: Role
    evidence: str
    template: Template
    span: Span
    model: str = ""
    once: bool = False
    dedents: tuple[Dedent, ...] = ()
    when: tuple[tuple[str, bool], ...] = ()
    idle: bool = False
    result: bool = False

    @property
    def refused(self) -> bool:
        """Whether a comment says that it is no prompt: it is a part of its request, and none that is looked at."""
        for part in self.template:
            if type(part) is not Hole or part.origin != COMMENT:
                return False
        return bool(self.template)

    @property
    def listed(self) -> bool:
        """Whether it is one of the prompts of its project: no name alone, nor what a tool gives back, nor refused."""
        return (self.role != "tool" or bool(self.template)) and not self.result and not self.refused

    @property
    def condition(self) -> str:
        """The conditions under which it is sent, as one, "" if there is none."""
        return together(self.conditions)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions under which it is sent, each in words."""
        return in_words(self.when)


def in_words(when: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    """Conditions of which each holds or does not, as those that hold."""
    return tuple(text if holds else negated(text) for text, holds in when)


def together(conditions: Sequence[str]) -> str:
    """Conditions that all have to hold, as one."""
    return conditions[0] if len(conditions) == 1 else " and ".join(map(_within, conditions))


def _within(text: str) -> str:
    """A condition among others."""
    return text if text.startswith("not (") and text.endswith(")") else f"({text})"


class Unresolved(msgspec.Struct, frozen=True):
    """A part of a request that is not known: its slot ("model", "system", "messages", "tools", ...) and its source.

    `expression` is its source text, "" where it is no one expression; `reason` says in words why it is not known, where
    the expression does not. `default` is what it is if nothing else is said there, and what it counts as.
    """

    slot: str
    expression: str
    span: Span
    reason: str = ""
    default: str = ""


class Schema(msgspec.Struct, frozen=True):
    """The form of an answer, sent beside the text: the class or key it is passed as, and its fields at the top.

    `span` is where it is passed.
    """

    name: str
    fields: tuple[str, ...]
    span: Span


class Request(msgspec.Struct, frozen=True):
    """What one call sends: `prompts` in the provider's own order (tools, system, messages), history included.

    Standing alone, a prompt is a request of one prompt with `complete` False and no `api`. `provider` and `model` are
    "" when not known; `complete` says whether every part was resolved, `unresolved` which were not. `markers` are
    positions in `prompts` after which a cache breakpoint is set, `lives` the seconds for which each of them stores
    (0 where that is not said, -1 where it may not be set); `parameters` are the other keywords of the call, None where
    the value is no literal text. `name` is the enclosing function, `api` the catalogue's word for the kind of call.
    `configured` is what the configuration says of how its model is cached, in the words of `data/providers.toml`.
    `fronts` are texts of this request that stand behind something that changes, each with the place of another request
    that has the same text in front. `marking` is a file of the project that speaks of cache markers, this request's own
    if it does, "" if none does: what is not known of a request may set them. `schemas` are the forms of the answer that
    are passed as such. `grows`: a loop without an end in sight appends to its messages with every turn, sends all of
    them, and takes none out. `changing` is the expression by which the tools change from turn
    to turn, for calls in the loop of a conversation; `mixed` is a set of tools, whose order no other process shares.
    `sender` is the function that sends it, where that takes what is sent from those who call it, as this call does.
    `beyond` is a call of a model that this one leads to by other functions as well, more than are followed.
    `when` are the conditions (source text) under which it is this one of several requests that stand at one place, or
    to which functions on its way choose the way, each with whether it holds.
    """

    provider: str
    model: str
    prompts: tuple[Prompt, ...]
    span: Span
    complete: bool = False
    once: bool = False
    tools: int = 0
    markers: tuple[int, ...] = ()
    parameters: tuple[tuple[str, Any], ...] = ()
    name: str = ""
    api: str = ""
    unresolved: tuple[Unresolved, ...] = ()
    configured: tuple[tuple[str, Any], ...] = ()
    fronts: tuple[tuple[Span, Span], ...] = ()
    marking: str = ""
    schemas: tuple[Schema, ...] = ()
    grows: bool = False
    changing: Hole | None = None
    lives: tuple[int, ...] = ()
    mixed: Hole | None = None
    sender: Span | None = None
    beyond: Span | None = None
    when: tuple[tuple[str, bool], ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """What tells it apart from others at its place, each condition in words."""
        return in_words(self.when)

    @property
    def whole(self) -> bool:
        """Whether all that is sent is known, to the one who gets it at least by default."""
        return self.complete or (bool(self.unresolved) and all(each.default for each in self.unresolved))

    def by_default(self, slot: str) -> bool:
        """Whether what is told of a slot is only so if nothing else is said."""
        return any(each.slot == slot and each.default for each in self.unresolved)


class Field(msgspec.Struct, frozen=True):
    """A place in a template that takes a value: the name it asks for, or its number among those without a name.

    `certain`: it is filled whenever the template is, that is, it stands in no branch and no loop.
    """

    name: str
    span: Span
    certain: bool = True


class Filling(msgspec.Struct, frozen=True):
    """A call that fills a template that is meant for a model.

    `operation`: "format" and "format_map" (`str.format`), "format_messages" and "format_prompt" (the same, of a
    framework's template: `FORMATS` are these four), "percent", "substitute" (`string.Template`), "render" and
    "jinja" (Jinja), "invoke" (LangChain), "fields" (a framework's template, filled by the rules of `str.format` out of
    sight). `span` is the call without what it is called on, `template` where the text of the template begins.

    `fields` is what the template asks for, `whole` whether that is all: its text is known from end to end. `names` and
    `positional` are what is given, with the place of each; `complete`: nothing else is. `broken` are the braces that
    make the call fail, `inserted` the run-time values that stand in the text of the template before it is filled.
    """

    operation: str
    span: Span
    template: Span
    fields: tuple[Field, ...] = ()
    whole: bool = True
    names: tuple[tuple[str, Span], ...] = ()
    positional: tuple[Span, ...] = ()
    complete: bool = True
    broken: tuple[Span, ...] = ()
    inserted: tuple[Hole, ...] = ()


class Unfilled(msgspec.Struct, frozen=True):
    """`{name}` in a text that is sent as it stands, though the function that sends it, at `sent`, binds the name."""

    name: str
    span: Span
    sent: Span


class Edit(msgspec.Struct, frozen=True):
    """Put `text` in the place of `span`."""

    span: Span
    text: str


class Fix(msgspec.Struct, frozen=True):
    """Edits that belong together. `safe`: the model reads the same, or white space that cannot matter."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


class Prefix(msgspec.Struct, frozen=True):
    """What would be read from the cache besides what is: the tokens of a request from number `start` to `end`.

    They are counted from where the request begins; `request` is its place. Two findings may claim the same tokens.
    """

    request: Span
    start: int
    end: int


class Finding(msgspec.Struct, frozen=True):
    """One thing a rule found, at the place that is to be changed.

    `tokens` are tokens per call: what the next call would read from the cache more than now (`saving` "cached"), what
    would not be sent any more ("removed"), or a total that is only worth knowing (None). `prefix` says which tokens of
    which request could be cached. `exact` is False when the tokenizer of the model is not public. `severity` lowers
    the rule's own ("info" where a rule cannot be sure).
    `rule` and the final severity are filled in by the engine.
    """

    span: Span
    message: str
    tokens: int = 0
    saving: Saving = None
    help: str = ""
    related: tuple[tuple[Span, str], ...] = ()
    fix: Fix | None = None
    exact: bool = True
    severity: Severity | None = None
    rule: str = ""
    prefix: Prefix | None = None


def saved(findings: Iterable[Finding], saving: Saving) -> int:
    """Tokens per call that findings say could be removed, or cached; what several of them claim counts once."""
    total = 0
    claims: dict[Span, list[tuple[int, int]]] = {}
    for finding in findings:
        if finding.saving != saving:
            continue
        if finding.prefix is None:
            total += finding.tokens
        else:
            claims.setdefault(finding.prefix.request, []).append((finding.prefix.start, finding.prefix.end))
    for stretches in claims.values():
        reached = 0
        for start, end in sorted(stretches):
            total += max(end - max(start, reached), 0)
            reached = max(reached, end)
    return total


class Idle(msgspec.Struct, frozen=True):
    """A comment that should settle what is a prompt, and settles nothing.

    `reason` says why, "" where no prompt was found; `elsewhere`: files that were not read may say otherwise.
    """

    comment: Span
    reason: str = ""
    elsewhere: bool = False


class Project(msgspec.Struct, frozen=True):
    """All requests of a run, in order of file and place.

    A text that several requests send (a system prompt, a tool) stands in each of them. `others` are the calls of models
    of which no text is in sight: there is nothing to say of them but that they are there.

    `fillings` are the calls that fill the templates of prompts, `unfilled` the fields that nothing fills, in the same
    order; `scripts` are those files with a time or date in a prompt whose process does not run on. `refused` are the
    expressions of which comments say that they are no prompts, `idle` the comments that settle nothing.
    """

    requests: tuple[Request, ...]
    others: tuple[Request, ...] = ()
    fillings: tuple[Filling, ...] = ()
    unfilled: tuple[Unfilled, ...] = ()
    scripts: frozenset[str] = frozenset()
    refused: tuple[Span, ...] = ()
    idle: tuple[Idle, ...] = ()

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt of the requests once, as the first of them has it."""
        found: dict[tuple[Role, Template], Prompt] = {}
        for request in self.requests:
            for prompt in request.prompts:
                if prompt.listed:
                    found.setdefault((prompt.role, prompt.template), prompt)
        return tuple(found.values())

    @property
    def worded(self) -> tuple[Prompt, ...]:
        """Those of the prompts that have words of their own: not values alone, and what stands between them."""
        return tuple(prompt for prompt in self.prompts if _worded(prompt.template))


def _worded(template: Template) -> bool:
    """Whether the static text has letters of at least `MIN_LETTERS` bytes: one of a script without spaces is a word."""
    size = 0
    for text in texts(template):
        size += len("".join(filter(str.isalpha, text.value[:200])).encode())
        if size >= MIN_LETTERS:
            return True
    return False


def with_known(request: Request, *slots: str) -> Request:
    """The request of which the configuration says what was not known."""
    left = tuple(each for each in request.unresolved if each.slot not in slots)
    whole = request.complete or (bool(request.unresolved) and not left)
    return msgspec.structs.replace(request, unresolved=left, complete=whole)


def unsent(subject: Prompt | Request | Project) -> bool:
    """Whether nothing sends a text, as far as one can see: there is nothing to save."""
    if isinstance(subject, Prompt):
        return subject.idle
    return isinstance(subject, Request) and any(prompt.idle for prompt in subject.prompts)
