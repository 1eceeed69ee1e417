"""From linked sites and calls to prompts and requests: the strongest evidence wins, nothing is counted twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

import msgspec

from promptlint.callers import MIN_WITHIN, Callers
from promptlint.covered import Covered
from promptlint.extract import chat_markup, prompt_paths
from promptlint.extract.against import drawn, speaks_against
from promptlint.extract.extents import extent, sample
from promptlint.extract.facts import Call, Facts, Problem, Site, unlinked
from promptlint.extract.messages import ROLES, content_template
from promptlint.extract.names import example_like, of_failure, of_reply, prompt_like, several_words
from promptlint.extract.patterns import lazy
from promptlint.extract.reads import (
    asks_user,
    could_be_prompt,
    greets,
    looks_like_code_or_markup,
    reads_like_prompt,
    reports_failure,
)
from promptlint.extract.sites import KEYWORD, MESSAGE, NAME, READS, told_user
from promptlint.extract.state import has_text
from promptlint.fields import guess_fields, named_fields
from promptlint.fillings import with_fillings
from promptlint.idle import Idle
from promptlint.learned import Learned
from promptlint.margins import with_dedents
from promptlint.members import Members
from promptlint.named import Names
from promptlint.operations import literal, settled
from promptlint.picked import sites as picked
from promptlint.prompt import Project, Prompt, Request, Role
from promptlint.records import Told, runs
from promptlint.records import sites as promised
from promptlint.remarks import Remarks, layout
from promptlint.requests import Sent
from promptlint.returned import holds_results, repeats_model, wraps_result
from promptlint.schemas import (
    by_name,
    decorated,
    described_sites,
    descriptions,
    from_callers,
    gathered,
    prompted,
    tools_below,
)
from promptlint.served import explained, only_served, overridden, told_of
from promptlint.spoken import Spoken
from promptlint.template import (
    Arguments,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    holes,
    texts,
)
from promptlint.told import each_once, told_apart

if TYPE_CHECKING:
    from promptlint.link import Linker

# What is one message of a chat, whatever marks stand in it.
_MESSAGES = frozenset({"role-dict", "role-prompt", "message-class"})
# Keys of a part of a message under which no text for the model stands: markers, files, calls, kinds.
_NO_TEXT = frozenset(
    "cachePoint cache_control inline_data inlineData file_data fileData function_call functionCall function_response "
    "functionResponse image_url input_audio file image audio video kind format mime_type mimeType media_type mediaType "
    "metadata content_type prompt_description status toolUseId tool_use_id uri url".split()
)
# Evidence of texts that come into a prompt from somewhere else.
_FLOWING = ("wrapper", "within", "member")
# Evidence of texts that programs make on the way, as against templates that are kept.
_SENT = frozenset({*_MESSAGES, *_FLOWING, "call"})
_WRITTEN = _SENT | {"name", "reads"}
# Evidence of texts whose fields something out of sight may fill.
_UNFILLED = frozenset("name reads keyword file-key prompt-file config comment wrapper member role-prompt".split())
# Static characters of what is given to a function that sends it.
MIN_GIVEN = 12
# Characters of its own from which on a text that others are put into is judged by these alone.
MIN_OWN = 60
# Words of its own from which on a text that is not written where its name is, is one.
MIN_WORDS = 3
# What the template of a chat model wraps a message in.
_CHAT_TOKEN = lazy(r"<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>")
_SPEAKERS = lazy(
    r"(?:[\s>:]|</?s>|\{{1,2}\s?\w+\s?\}{1,2}|\b(?:system|developer|user|human|assistant|ai|model|tool)\b)*",
    re.IGNORECASE,
)


class Kept:
    """Texts that are prompts already, as they are laid out."""

    def __init__(self, all_facts: Sequence[Facts]) -> None:
        self.layouts: set[tuple[object, ...]] = set()
        # Those in which parameters have their defaults, as they are written; and where the texts of defaults stand.
        self.written: set[tuple[object, ...]] = set()
        self.homes = {facts.file: facts for facts in all_facts}
        self.defaults: dict[str, frozenset[Span]] = {}

    def add(self, template: Template) -> None:
        self.layouts.add(layout(template))
        if any(map(self._default, texts(template))) and (written := self._written(template)):
            self.written.add(written)

    def holds(self, template: Template, placed: tuple[object, ...]) -> bool:
        """Whether a text laid out like this is one of them, or is it but for what parameters are by default."""
        return placed in self.layouts or (bool(self.written) and self._written(template) in self.written)

    def _default(self, text: Text) -> bool:
        """Whether a text stands where a parameter says what it is by default."""
        file = text.span.file
        if file not in self.defaults:
            functions = self.homes[file].functions.values() if file in self.homes else ()
            values = [value for function in functions for _, value in function.parameters if type(value) is tuple]
            self.defaults[file] = frozenset([part.span for value in values for part in value if type(part) is Text])
        return text.span in self.defaults[file]

    def _written(self, template: Template) -> tuple[object, ...]:
        """The layout of a text without what stands in its parameters; () where nothing else stands in it."""
        own = self._unfilled(template)
        return layout(own) if any(texts(own)) else ()

    def _unfilled(self, template: Template) -> Template:
        """A text with parameters, and what they are by default, as values without a name."""
        parts: list[Part] = []
        for part in template:
            if (type(part) is Text and self._default(part)) or (type(part) is Hole and part.parameter):
                parts.append(Hole("", part.span))
            elif type(part) is Choice:
                parts.append(Choice(part.condition, tuple(map(self._unfilled, part.branches))))
            elif type(part) is Repeat:
                parts.append(msgspec.structs.replace(part, body=self._unfilled(part.body)))
            else:
                parts.append(part)
        return tuple(parts)


def _sites(all_facts: Sequence[Facts], linker: Linker, callers: Callers) -> Iterator[tuple[Facts, Site]]:
    """All that there is evidence for, but for what other prompts read from objects."""
    shown, served = _shown(all_facts), only_served(all_facts, linker)
    bare, classes = {name for facts in all_facts for name in facts.bare}, callers.classes

    def made(name: str) -> bool:
        return name in callers.by_name or name in bare

    done = runs(all_facts)
    yield from ((facts, site) for facts, site in promised(all_facts) if facts.file not in done)
    for facts in all_facts:
        for site in facts.sites if facts.file not in done else ():
            unseen = shown and site.rank >= NAME and site.span in shown
            if unseen or (site.role == "tool" and site.span in served):
                continue
            if site.evidence != "base-class" or not overridden(facts, site, classes, made):
                yield facts, site
    # Who is handed over what has the name of a prompt, or of tools, comes to light there.
    given = list(callers.sites())
    whole = (*decorated(all_facts, classes), *gathered(all_facts, classes), *explained(all_facts, linker))
    passed_on = [*from_callers(callers), *((facts, names, True) for facts, names in whole)]
    passed_on += [(facts, names, False) for facts, names in by_name(all_facts)]
    yield from described_sites(all_facts, linker, passed_on)
    yield from prompted(all_facts, classes)
    for facts, site in tools_below(all_facts, callers.classes):
        if not overridden(facts, site, callers.classes, made):
            yield facts, site
    yield from given
    yield from picked(all_facts, linker)


def _shown(all_facts: Sequence[Facts]) -> set[Span]:
    """Where texts stand that their file shows to people, and that no other file uses."""
    places: set[Span] = set()
    users: dict[str, set[str]] = {}
    names = {name for facts in all_facts for name, _ in facts.shown}
    for facts in all_facts if names else ():
        taken = {path.rpartition(".")[2] for path in facts.aliases.values()}
        for name in names.intersection((*facts.mentions, *taken)):
            users.setdefault(name, set()).add(facts.file)
    for facts in all_facts:
        places.update(span for name, span in facts.shown if users.get(name, set()) <= {facts.file})
    return places


def _found(
    sites: Iterable[tuple[Facts, Site]],
    linker: Linker,
    members: Members,
    spoken: Spoken,
    told: Told,
    problems: list[Problem],
) -> Iterator[tuple[Site, str, Template]]:
    """The texts of sites, linked and looked at again."""
    for facts, site in sites:
        try:
            value = _linked(site, facts, linker)
            if site.rank == MESSAGE and (site.role == "tool" or holds_results(value)):
                continue
            schema = site.evidence == "tool-schema" and not isinstance(value, tuple)
            for name, whole in descriptions(value, site.name) if schema else _templates(value, site.name):
                if told.holds(site, value, whole):
                    continue
                template = linker.remarks.without(whole, (site.span,))
                checked = _checked(site, template) if not spoken.says(facts, site, name, template) else None
                if checked is not None:
                    # Of an object that stands for a text, that text: it may be written elsewhere.
                    known = site.span.file and not (site.evidence == "member" and isinstance(site.value, Mapping))
                    place = site.span if known else extent(checked) or site.span
                    place = _place_in_data(checked, place)
                    yield site if place is site.span else msgspec.structs.replace(site, span=place), name, checked
                elif site.rank == MESSAGE:
                    members.ask_methods(site.role, template)
                elif site.evidence in _FLOWING or site.evidence == "keyword":
                    # No text itself, it may be read from an object that has one.
                    members.ask(site.role, template)
        except Exception as error:
            problems.append(unlinked(error, site.span))


def _as_filled(site: Site, template: Template) -> Template:
    """A text that is given to somebody who may fill it, without its fields: so it stands where it is sent."""
    return named_fields(guess_fields(template)) if site.evidence in _FLOWING else template


def _place_in_data(template: Template, place: Span) -> Span:
    """Where a text stands that was loaded from a settings file, which holds more than it; else `place`."""
    file: str | None = None
    for text in texts(template):
        if text.span.file != file:
            if file is not None or not text.span.file.lower().endswith(prompt_paths.DATA):
                return place
            file = text.span.file
    return (extent(template) or place) if file else place


def collect(all_facts: Sequence[Facts], linker: Linker, problems: list[Problem]) -> Project:
    covered, given_back = Covered(), Covered()
    callers = linker.changes.callers = Callers(all_facts, linker)
    learned, idle = Learned(all_facts, linker, callers), Idle(all_facts, linker)
    members, spoken, told = Members(all_facts, callers, linker), Spoken(all_facts), Told(all_facts)
    remarks = linker.remarks
    sent = [each for each in _requests(all_facts, callers, problems) if not remarks.silences(each.request.span)]
    named = Names(all_facts, linker)
    refined = [(named.applied(_refined(each.request, learned, remarks)), each.bare) for each in sent]
    requests = [request for request, bare in refined if not bare]
    others = sorted((request for request, bare in refined if bare), key=lambda each: each.span)
    kept = Kept(all_facts)
    for request in requests:
        for prompt in request.prompts:
            if prompt.result:
                given_back.add(prompt.template)
                continue
            covered.add(prompt.template)
            kept.add(prompt.template)
            members.ask(prompt.role, prompt.template)
        for whole in _whole_messages(request):
            kept.add(whole)
    read = members.found(others)
    # The messages that texts come into by way of objects, by the places of the texts.
    into = {site.span: site.role for _, site in read}
    sites = [*told_of(_sites(all_facts, linker, callers), all_facts, linker), *read]
    while sites:
        ranked = list(_ranked(_found(sites, linker, members, spoken, told, problems)))
        # Of two that are as strong and as long, the one that knows the role.
        ranked.sort(key=lambda item: (*item[:2], item[3].role == "unknown", item[2]))
        for _, size, span, site, template, name in ranked:
            if size > 0:
                covered.add(template)
                continue
            if given_back.files and site.evidence in _SENT and given_back.holds(template):
                # What by its own name or wording is a prompt is one, also where it stands in a result.
                continue
            placed = layout(template)
            # A message of its own counts even if another holds the same text with something else around it.
            known = kept.holds(template, placed) or (site.evidence in _FLOWING and placed in remarks.refused)
            if known or (covered.holds(_as_filled(site, template)) and (site.rank != MESSAGE or len(placed) == 1)):
                if site.rank < READS:
                    # A text that is known may be filled here with what is not.
                    members.ask(_role(site.role, template), template)
                continue
            covered.add(template)
            kept.layouts.add(placed)
            template = idle.doubted(learned.refined(template))
            role = _role(into.get(site.span, site.role) if site.role == "unknown" else site.role, template, name)
            members.ask(role, template)
            # Where it is sent from, and how often, is not known.
            unused = site.unread or (site.evidence in ("name", "reads") and idle.unused(name, site.span.file))
            prompt = Prompt(name, role, site.evidence, template, span, idle=unused)
            requests.append(Request("", "", (prompt,), span))
        sites = members.found()
    requests.sort(key=lambda each: each.span)
    found = _with_surroundings(with_dedents(requests, linker.dedents.values()), all_facts)
    project = Project(tuple(found), tuple(others), refused=remarks.places(), idle=remarks.idle())
    return with_fillings(project, all_facts, linker, covered, problems)


def _ranked(found: Iterable[tuple[Site, str, Template]]) -> Iterator[tuple[int, int, Span, Site, Template, str]]:
    """Rank, size (the longest first), place, site, text and name of all texts, a text of several messages divided.

    Behind those of its rank such a text stands once more as a whole, of size 1: its marks belong to the prompt, too.
    """
    for site, name, template in found:
        several = chat_markup.turns(template, site.evidence == "call") if site.evidence not in _MESSAGES else []
        for role, text in several or [(site.role, template)]:
            said = [piece.value for piece in texts(text)]
            if any(map(str.strip, said)):
                place = extent(text) if several else None
                own = site if role == site.role else msgspec.structs.replace(site, role=role)
                yield site.rank, -sum(map(len, said)), place or site.span, own, text, name
        if several:
            yield site.rank, 1, site.span, site, template, name


def _with_surroundings(requests: Iterable[Request], all_facts: Sequence[Facts]) -> Iterator[Request]:
    """The requests, each with what stands around its call.

    That is a file that may set cache markers on its way, its own or the first of the project, and what changes its
    tools in a loop.
    """
    marking = {facts.file for facts in all_facts if facts.marks}
    changing = {span: hole for facts in all_facts for span, hole in facts.changing}
    for each in requests:
        own = each.span.file
        file = "" if not marking or not each.unresolved else own if own in marking else min(marking)
        change = changing.get(each.span)
        if file or change is not None:
            each = msgspec.structs.replace(each, marking=file, changing=change)
        yield each


def _requests(all_facts: Sequence[Facts], callers: Callers, problems: list[Problem]) -> list[Sent]:
    """The requests of all calls; an agent has one of its own if no call in sight sends it."""
    found: list[tuple[Call, Sent]] = []
    used: set[Span] = set()
    for facts in all_facts:
        for call in facts.calls:
            try:
                several = callers.requests(call, facts)
            except Exception as error:
                problems.append(unlinked(error, call.span))
                continue
            for known in several:
                used |= known.through
                found.append((call, known))
    return told_apart([(call, known) for call, known in each_once(found) if not call.made or call.span not in used])


def _refined(request: Request, learned: Learned, remarks: Remarks) -> Request:
    """A request with what is learned of the parameters in its texts, and what comments say of what callers give."""
    prompts: list[Prompt] = []
    for prompt in request.prompts:
        prompt = remarks.applied(prompt, request.span)
        template = learned.refined(prompt.template)
        prompts.append(prompt if template is prompt.template else msgspec.structs.replace(prompt, template=template))
    return msgspec.structs.replace(request, prompts=tuple(prompts))


def _linked(site: Site, facts: Facts, linker: Linker) -> Value:
    """The value of a site; of a helper that nothing is known of (`_("...")`, `refine("...")`), its one argument."""
    value = linker.resolve(site.value, facts)
    if site.rank == READS and site.evidence in _FLOWING and isinstance(value, Mapping):
        # Of an object that stands for a text, that text; what else an object holds is not what is read from it.
        text = (value.get("0") or value.get("default")) if value.kind and site.evidence == "member" else None
        return () if text is None else text
    flows = site.rank <= KEYWORD or site.evidence in _FLOWING or site.evidence == "name"
    if not flows or not isinstance(site.value, tuple) or len(site.value) != 1 or has_text(value):
        return value
    part = site.value[0]
    if isinstance(part, Ref) and part.call is None and site.evidence in ("keyword", "example", "name"):
        # A function that is called for it: `instructions=describe`.
        called = linker.resolve((Ref(part.name, part.fallback, Arguments(complete=False)),), facts)
        return called if isinstance(called, tuple) else value
    if not isinstance(part, Ref) or part.call is None or speaks_against(part.name) or site.evidence == "name":
        return value
    if len(part.call.positional) == 1 and not part.call.keywords:
        given = part.call.positional[0]
        # One word is a key or a file's name, not the text itself.
        if isinstance(given, tuple) and has_text(given) and " " in sample(given).strip():
            return linker.resolve(given, facts)
    return value


def _whole_messages(request: Request) -> Iterator[Template]:
    """The messages of a request that cache markers cut into blocks, as they were written."""
    for _, blocks in itertools.groupby(request.prompts, key=lambda prompt: (prompt.role, prompt.span)):
        templates = [prompt.template for prompt in blocks]
        if len(templates) > 1:
            yield tuple(part for template in templates for part in template)


_ROLE_STATEMENT = lazy(
    r"(?:\s*\$\{\w+\})?(?:\s*#+ [^\n]{1,40}\n)?\W*(?:(?:role|setting|persona|identity)\W+)?"
    r"(?:you are|you're|act as|as an? |your (?:role|job) is|du bist|tu es|eres|voc\u00ea \u00e9"
    r"|\u4f60\u662f|\u3042\u306a\u305f\u306f)",
    re.IGNORECASE,
)


def _role(role: str, template: Template, name: str = "") -> Role:
    """The role that is known, or the likely one.

    A text that says who the model is and takes nothing from the request is a system message by convention; a text that
    takes in the request's data is what a user message is made of.
    """
    if role != "unknown" or _answer(name):
        # Whether the answer of an example is a message of its own, and whose, nothing says.
        return cast(Role, role)
    changing = any(hole.volatility >= Volatility.UNKNOWN for hole in holes(template))
    return "system" if not changing and _ROLE_STATEMENT.match(sample(template, 200)) else "user"


def _answer(name: str) -> bool:
    """Whether what has this name is the second of a pair that is an example: `prompt.examples[0][1]`."""
    pair, _, at = name.rpartition("][")
    return at == "1]" and example_like(pair.rpartition("[")[0])


def _templates(value: Value, name: str) -> list[tuple[str, Template]]:
    """The templates of a resolved value with their names."""
    if isinstance(value, tuple):
        return [(name, settled(value))]
    if isinstance(value, Message):
        return [(name, content_template(value.content))]
    if isinstance(value, Items):
        if any(isinstance(item, Mapping) and item.get("type") is not None for item in value.items):
            return [(name, content_template(value))]
        return [found for number, item in enumerate(value.items) for found in _templates(item, f"{name}[{number}]")]
    text = value.get("text")
    if text is not None and value.get("type") is not None:
        return [(name, content_template(text))]
    return [
        found
        for key, item in value.entries
        if key not in _NO_TEXT and not (_naming(key) and _names(key, literal(item) or " "))
        for found in _templates(item, f"{name}.{key}" if name else key)
    ]


# Keys of a part, or of an object, under which stand words for machines, if it is one word: `role_name`, `type`.
_NAMING = frozenset("role type id name model table_name collection index".split())


def _naming(key: str) -> bool:
    return key in _NAMING or key.endswith(("_name", "_type", "_id"))


def _names(key: str, word: str) -> bool:
    """Whether what stands under a key is a name: a role, a kind, an identifier."""
    return word.lower() in ROLES if key == "role" else not any(map(str.isspace, word))


def _checked(site: Site, template: Template) -> Template | None:
    """The template if, linked, it still is what the evidence said; with fields that something fills later as holes."""
    if not any(text.value.strip() for text in texts(template)):
        return None
    if site.evidence in _FLOWING and not _says_something(template, site.evidence != "wrapper"):
        return None
    if site.rank == MESSAGE and _given_back(site.role, template):
        return None
    if site.evidence in _WRITTEN and wraps_result(site.role, template):
        return None
    if site.evidence == "name" and not has_text(site.value) and not _wordy(template):
        # `prompt = describe(row)`: values, and what is put between them elsewhere.
        return None
    if site.evidence == "within" and looks_like_code_or_markup(sample(template)):
        return None
    if site.evidence in ("within", "member") and _failed_way(template):
        return None
    failed = site.evidence == "member" and of_failure(site.name.partition("_")[0]) and not prompt_like(site.name)
    if failed or (site.evidence == "member" and of_reply(site.name)):
        # `page.error_message`: it gives back that something has failed; `result.response_text`: what was said.
        return None
    if site.rank in (NAME, READS):
        if told_user(site.name, template):
            return None
        text = sample(template)
        good = could_be_prompt(text) or (
            _CHAT_TOKEN.search(text) is not None if site.rank == NAME else reads_like_prompt(text)
        )
        # What is put into a text, an error for instance, does not change what it is.
        good = good or (site.evidence in ("name", "reads") and _natural_itself(site.value))
        if not good or (site.evidence in ("wrapper", "within") and (asks_user(text[:240]) or drawn(template))):
            return None
        if greets(text) or _only_marks(text):
            return None
    if site.evidence in _UNFILLED:
        return guess_fields(template)
    return template


def _only_marks(text: str) -> bool:
    """Whether a text is nothing but marks of a chat template, which others put around messages: `<|im_start|>user`."""
    if "<" not in text and "[" not in text:
        return False
    marks = _CHAT_TOKEN.sub(" ", text)
    return marks != text and _SPEAKERS.fullmatch(marks) is not None


def _wordy(template: Template) -> bool:
    """Whether the static text of a template is more than labels between values."""
    said = " ".join(text.value for text in texts(template))
    if not said.isascii() or _CHAT_TOKEN.search(said) is not None:
        return True
    return sum(word.isalpha() for word in said.split()) >= MIN_WORDS


def _natural_itself(value: Value) -> bool:
    """Whether a value's own words, nothing being looked up, may be a prompt."""
    own = isinstance(value, tuple) and sum(len(part.value) for part in value if isinstance(part, Text)) >= MIN_OWN
    return own and isinstance(value, tuple) and could_be_prompt(sample(value))


def _given_back(role: str, template: Template) -> bool:
    """Whether a message that is in no request is kept of what the model said: values and marks around them alone.

    Or whether it says, in the place of the model, that something has failed.
    """
    return role == "assistant" and (repeats_model(role, template) or _failed_way(template))


def _failed_way(template: Template) -> bool:
    """Whether a text is a short report of something that has failed."""
    text = sample(template, 400)
    return 0 < len(text) < 300 and reports_failure(text)


def _says_something(template: Template, within: bool) -> bool:
    """Whether what a caller gives is a text for the model: a word alone is a key, a name, a language.

    Of several that it may be, one is.
    """
    if len(template) == 1 and type(template[0]) is Choice:
        return any(_says_something(branch, within) for branch in template[0].branches)
    text = "".join(text.value for text in texts(template)).strip()
    return several_words(text) and len(text) >= (MIN_WITHIN if within else MIN_GIVEN)
