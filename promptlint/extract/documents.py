"""Prompts in text files and in settings files: what stands in one, and which of it is meant for a model.

The whole text of a file is its binding "text", its reading as a Jinja template "template", the values of a settings
file are "data": linking puts them where Python loads the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from promptlint.extract import chat_markup, data_values, jinja_files, prompt_paths
from promptlint.extract.facts import Call, Facts, Site
from promptlint.extract.names import of_template, origin_of_name, prompt_like, role_of, volatility_of, words
from promptlint.extract.reads import (
    addresses,
    asks_for_input,
    could_be_prompt,
    in_sentences,
    instructs,
    reads_like_prompt,
)
from promptlint.extract.recorded import alike, catalogued, exchange, page, recorded
from promptlint.extract.sending import UNREAD
from promptlint.formatting import format_fields, likely_field
from promptlint.operations import Ruler, literal
from promptlint.source import Source
from promptlint.template import Hole, Items, Mapping, Message, Span, Template, Text, Value

KEYWORD, NAME, READS = 1, 2, 3

MAX_MESSAGES = 12
"""Messages in one settings file; more of them are recorded conversations."""

MAX_ALIKE = 12
"""Texts under keys of one name in the items of lists; more of them are a data set."""

MAX_SHORT, SHORT = 40, 240
"""Texts of fewer characters in one settings file that is not named for prompts; more of them are a record's fields."""

MAX_ASKED = 600
"""Characters of a text that asks a person for something; a longer one may speak of that to a model."""

_FRONT = re.compile(r"---[ \t]*\r?\n(?:.*\r?\n)*?---[ \t]*(?:\r?\n|$)")
_BRACES = re.compile(r"\{\{[-~#/^>&!]?\s*([^{}\n]{1,200}?)\s*[-~]?\}\}")
_JINJA = re.compile(r"\{%-?\s*\w|\{#|\{\{-?\s*[A-Za-z_(\"'\[]")
_FOREIGN = re.compile(r"\{\{[-~]?\s*(?:\$|[#/^>&!]|[A-Za-z_.]+\s+[\"'$A-Za-z@])")
_RETURN = re.compile(r"\r\n?")
# Keys that say something about a prompt to people.
_ABOUT = frozenset(
    "name id title version author authors description summary tags tag category label notes note comment license "
    "help stop stop_words placeholder tooltip hint model created updated date url source display_name slug type".split()
)
# Those of them under which something is told of it at length.
_REMARKS = frozenset("summary notes note comment".split())
_AGENT = ("role", "goal", "backstory")
# Keys under which a file carries the documentation of what it describes, in whatever languages.
_DOCUMENTATION = frozenset({("readme",), ("readme", "md"), ("changelog",), ("documentation",)})
_HEAD = 2_000


def facts(source: Source, says: int | None = None) -> Facts:
    """What a text or settings file says.

    `says`: 2 it is a prompt, 1 it may be one or hold some, 0 it is read because Python loads it; by its name if None.
    """
    if source.name.lower().endswith(prompt_paths.DATA):
        return _data_facts(source, int(prompt_paths.data_may(source.name)) if says is None else says)
    return _text_facts(source, prompt_paths.text_says(source.name) if says is None else says)


# Text files


def plain(source: Source, start: int = 0, end: int | None = None) -> tuple[Text, ...]:
    """The text of a file as Python reads it: every newline is a line feed."""
    text, name = source.text, source.name
    end = len(text) if end is None else end
    parts: list[Text] = []
    for match in _RETURN.finditer(text, start, end):
        if match.start() > start:
            parts.append(Text(text[start : match.start()], Span(name, start, match.start()), True))
        parts.append(Text("\n", Span(name, match.start(), match.end()), False))
        start = match.end()
    if start < end:
        parts.append(Text(text[start:end], Span(name, start, end), True))
    return tuple(parts)


def _text_facts(source: Source, says: int) -> Facts:
    found = Facts(source.name)
    front = _FRONT.match(source.text) if source.text.startswith("---") else None
    body = plain(source, front.end() if front else 0)
    found.bindings["text"] = plain(source)
    if not body:
        return found
    made, read = template_of(body)
    found.bindings["template"] = made
    name = source.name.rpartition("/")[2]
    markdown = name.lower().endswith(".md")
    explains = markdown or prompt_paths.perhaps_steps(source.name)
    if not jinja_files.has_text(made):
        return found
    sections = chat_markup.sections(made)
    value = "".join(text.value for text in body)
    sites = found.sites
    if says < 2 and (not says or not (sections or _reads(value, explains))):
        may = _may_be(value, says) if says or not markdown else _reads(value, explains)
        if prompt_paths.for_people(source.name) or not (sections or may):
            return found
        sites = found.doubtful
    evidence = "jinja-file" if read else "prompt-file"
    if front is not None and sections and name.lower().endswith(".prompty"):
        call = _prompty(source, data_values.read(f"{source.name}.yaml", source.text[: front.end()]), sections)
        found.calls += [call] if call is not None else []
    rank = READS if not says else KEYWORD if sections or says == 2 else NAME
    for role, part in sections or [(jinja_files.role_of_file(name.rpartition(".")[0]), made)]:
        sites.append(Site(part, role, name, evidence, _extent(part, source), rank))
    return found


def _reads(text: str, explains: bool) -> bool:
    """Whether a text that lies among prompts is one. Markdown may as well explain prompts to people: it `explains`."""
    if explains:
        return reads_like_prompt(text[:_HEAD])
    return _may_be(text, 0)


def _may_be(text: str, says: int) -> bool:
    """Whether a text of which more is known than its words is a prompt: in a folder of prompts a short one, too."""
    return could_be_prompt(text) and (says > 0 or reads_like_prompt(text) or "{" in text or len(text) > 200)


def _extent(template: Template, source: Source) -> Span:
    spans = [part.span for part in template if isinstance(part, Text | Hole)]
    if not spans:
        return Span(source.name, 0, len(source.text))
    return Span(source.name, spans[0].start, max(span.end for span in spans))


def template_of(texts: Sequence[Text]) -> tuple[Template, bool]:
    """A text with the syntax of a template language read, and whether it has any.

    Jinja is read as Jinja. In what jinja2 does not take (Semantic Kernel's `{{$input}}`, Handlebars) a pair of doubled
    braces is a value, unless others of its braces are doubled only to stay.
    """
    ruler = Ruler(texts)
    if "{{" not in ruler.value and "{%" not in ruler.value and "{#" not in ruler.value:
        return tuple(texts), False
    if not _FOREIGN.search(ruler.value) and _JINJA.search(ruler.value):
        from promptlint.extract.jinja import TemplateError, template

        try:
            return template(texts), True
        except TemplateError:
            if _escaped(ruler.value):
                return tuple(texts), False

    def value(match: re.Match[str]) -> Template:
        expression = match[1].lstrip("$")
        if expression[:1] in "\"'":
            # `{{ "key": "value" }}`: braces that are doubled to stay.
            return ruler.cut(match.start(), match.end())
        name = expression.split(" ")[-1].lstrip("$")
        return (Hole(match[1], ruler.place(match.start(), match.end()), volatility_of(name), origin_of_name(name)),)

    matches = list(_BRACES.finditer(ruler.value))
    return ruler.replaced(matches, value), bool(matches)


def _escaped(value: str) -> bool:
    """Whether a text that is no Jinja doubles its braces for `str.format`: some of them enclose more than a name.

    Where JSON stands in doubled braces, on one line (`{{"key": "value"}}`) or several, `{{NAME}}` inside is what the
    model gets to read as `{NAME}`.
    """
    named = any(match[1][:1] not in "\"'" for match in _BRACES.finditer(value))
    if "{{" not in (_BRACES.sub("", value) if named else value):
        return False
    fields = format_fields(value)
    return fields is not None and all(name in ("{", "}") or likely_field(name) for _, _, name in fields)


_PROVIDERS = {"azure_openai": "azure", "azure": "azure", "openai": "openai", "anthropic": "anthropic"}


def _prompty(source: Source, header: Value | None, sections: list[tuple[str, Template]]) -> Call | None:
    """The request of a `.prompty` file: its front matter names the model."""
    if isinstance(header, Items) and header.items:
        header = header.items[0]  # the line that ends it begins a second document
    model = header.get("model") if isinstance(header, Mapping) else None
    if not isinstance(header, Mapping) or not isinstance(model, Mapping):
        return None
    settings = model.get("configuration")
    settings = settings if isinstance(settings, Mapping) else model
    name = next((value for key in ("azure_deployment", "model", "name", "id") if (value := settings.get(key))), ())
    kind = literal(settings.get("type") or settings.get("provider")) or ""
    parameters = model.get("parameters")
    messages = tuple(Message(role, part, _extent(part, source)) for role, part in sections)
    # Who says what is read in the text once it is filled.
    spoken = next((loop.span for _, part in sections for loop in chat_markup.speaking(part)), None)
    span = Span(source.name, 0, len(source.text))
    listed = Items(messages, spoken or span, spoken is None)
    slots: tuple[tuple[str, Value], ...] = (("model", _renamed(name, source)), ("messages", listed))
    given = parameters.entries if isinstance(parameters, Mapping) else ()
    # Schemas are made of them, and sent.
    tools = header.get("tools") or (parameters.get("tools") if isinstance(parameters, Mapping) else None)
    slots += ((UNREAD + "tools", _named("tools", source)),) if tools else ()
    return Call(_PROVIDERS.get(kind.lower(), ""), "chat", slots, given, span, source.name.rpartition("/")[2])


def _renamed(value: Value, source: Source) -> Value:
    """The name of a model, unless it comes from the environment."""
    word = literal(value)
    if not word or "$" in word:
        return _named("model", source)
    return (Text(word, Span(source.name, 0, 0), False),)


def _named(name: str, source: Source) -> Value:
    return (Hole(name, Span(source.name, 0, 0)),)


# Settings files


def _data_facts(source: Source, says: int) -> Facts:
    found = Facts(source.name)
    value = data_values.read(source.name, source.text)
    if value is None:
        return found
    found.bindings["data"] = value
    if says == 2 or (says and not catalogued(value, source.name)):
        reader = _Data(source, says == 2)
        reader.walk(value, _Place())
        found.told = reader.told
        for site in reader.sites():
            (found.promised if site.span in reader.promises else found.sites).append(site)
    return found


class _Place(msgspec.Struct, frozen=True, gc=False):
    """Where a value stands: the keys above it, how many lists of mappings it is in, if a key has named it a prompt.

    `item`: it stands in a list itself, without a key of its own.
    """

    path: tuple[str, ...] = ()
    lists: int = 0
    inside: bool = False
    item: bool = False


class _Data:
    """One pass over the values of a settings file."""

    def __init__(self, source: Source, wanted: bool) -> None:
        self.source = source
        self.wanted = wanted
        self.named = wanted or prompt_paths.data_named(source.name)
        self.translated = prompt_paths.translated(source.name)
        self.found: list[tuple[Site, str]] = []
        self.messages: list[Site] = []
        # What is told of prompts: how many texts there are under keys of one name, and where they begin.
        self.passed: dict[str, int] = {}
        # By the same names sentences that do not read like prompts.
        self.beside: dict[str, list[Site]] = {}
        self.told: list[Span] = []
        # Where texts stand that only the name of the file makes prompts.
        self.promises: set[Span] = set()
        # Whether a key names the template of a system message, and what others called so hold.
        self.templates = False
        self.others: list[Site] = []
        self.steps = 0

    def sites(self) -> list[Site]:
        """What was found, without what is a data set by its size."""
        counts = dict(self.passed)
        alike: dict[str, int] = {}
        for _, kind in self.found:
            counts[kind] = counts.get(kind, 0) + 1
            alike[kind] = alike.get(kind, 0) + 1
        kept = [site for site, kind in self.found if not kind or counts[kind] <= MAX_ALIKE]
        for kind, others in self.beside.items():
            # What most items of a list have a prompt under, is one in the others, too: `role` of each agent.
            if 2 * alike.get(kind, 0) > counts[kind] and alike[kind] > 1 and counts[kind] <= MAX_ALIKE:
                kept += others
        if not self.named and sum(map(_is_short, kept)) > MAX_SHORT:
            # A record of somebody or something, each of whose fields is a sentence.
            kept = [site for site in kept if not _is_short(site)]
        # Beside `system_template` the `observation_template` is sent as well.
        kept += self.others if self.templates and len(self.others) <= MAX_SHORT else []
        return kept + (self.messages if len(self.messages) <= MAX_MESSAGES else [])

    def walk(self, value: Value, place: _Place) -> None:
        """Look at a value."""
        self.steps += 1
        if self.steps > data_values.MAX_VALUES:
            return
        if isinstance(value, tuple):
            self.text(value, place)
        elif isinstance(value, Items):
            for item in () if recorded(value) else value.items:
                lists = place.lists + isinstance(item, Mapping)
                self.walk(item, _Place(place.path, lists, place.inside, True))
        elif isinstance(value, Mapping) and not self.records(value) and not self.known(value, place.path):
            prompted = any(isinstance(item, tuple) and prompt_like(key) for key, item in value.entries)
            for key, item in value.entries:
                if words(key) in _DOCUMENTATION:
                    continue
                # What is told of somebody in keys of its own is a record; in one text it may be a prompt.
                record = isinstance(item, Mapping) and words(key)[-1:] in _PERSONS
                below = (prompt_like(key) and not record) or (place.inside and key not in _ABOUT)
                told = isinstance(item, tuple) and not of_template(key) and _told_of(data_values.joined(item))
                if below or not prompted or not told:
                    self.walk(item, _Place((*place.path, key), place.lists, below))

    def records(self, mapping: Mapping) -> bool:
        """Whether a mapping is a data set by its keys: `"sample_17.jpg": {"score": 8, "prompt_input": ...}`."""
        return not self.named and alike([item for _, item in mapping.entries])

    def known(self, mapping: Mapping, path: tuple[str, ...]) -> bool:
        """A mapping whose keys as a whole say what it is."""
        strings = [(key, item) for key, item in mapping.entries if isinstance(item, tuple)]
        keys = {key: item for key, item in strings if data_values.joined(item).strip()}
        name = path[-1] if path else ""
        if not self.named and (exchange(mapping, keys) or page(keys)):
            return True
        role = keys.get("role")
        if "content" in keys and role is not None and (word := _ROLES.get(data_values.joined(role).lower())):
            # `"raw_response": {"role": "assistant", ...}`: a record of what a model said.
            answered = word == "assistant" and words(name)[-1:] == ("response",)
            if not answered and could_be_prompt(data_values.joined(keys["content"])):
                self.messages.append(self.site(keys["content"], word, name or word, KEYWORD))
            return True
        if "goal" in keys and "backstory" in keys:
            self.known_keys(keys, [(key, "system") for key in _AGENT], name, mapping, path)
            return True
        if "description" in keys and "expected_output" in keys:
            self.known_keys(keys, [("description", "user"), ("expected_output", "user")], name, mapping, path)
            return True
        if "template" in keys and not {"input_variables", "template_format", "_type"}.isdisjoint(
            key for key, _ in mapping.entries
        ):
            self.known_keys(keys, [("template", role_of(name))], name, mapping, path)
            return True
        if "doc_to_text" in keys or ("include" in keys and _of_task(keys)):
            # lm-eval 0.4.9: api/task.py ConfigurableTask.fewshot_context makes a system message of the description.
            self.known_keys(keys, [("doc_to_text", "user"), ("description", "system")], name, mapping, path)
            shots = mapping.get("fewshot_config")
            samples = shots.get("samples") if isinstance(shots, Mapping) else None
            for number, sample in enumerate(samples.items if isinstance(samples, Items) else ()):
                self.sample(sample, f"samples[{number}]")
            return True
        return False

    def sample(self, sample: Value, name: str) -> None:
        """An example of the task that is put in front of each question."""
        for key, item in sample.entries if isinstance(sample, Mapping) else ():
            if isinstance(item, tuple) and could_be_prompt(data_values.joined(item)):
                # With `fewshot_as_multiturn` the answer is what the model has said.
                role = "assistant" if key in _ANSWERS else "user"
                self.found.append((self.site(item, role, f"{name}.{key}", KEYWORD), ""))

    def known_keys(
        self,
        keys: dict[str, Template],
        roles: list[tuple[str, str]],
        name: str,
        mapping: Mapping,
        path: tuple[str, ...],
    ) -> None:
        for key, role in roles:
            if key in keys and could_be_prompt(data_values.joined(keys[key])):
                self.found.append((self.site(keys[key], role, f"{name}.{key}" if name else key, KEYWORD), ""))
        taken = {key for key, _ in roles} | _ABOUT
        for key, item in mapping.entries:
            if key not in taken:
                self.walk(item, _Place((*path, key), 0, prompt_like(key)))

    def text(self, value: Template, place: _Place) -> None:
        path, lists = place.path, place.lists
        if not any(isinstance(part, Text) for part in value) or not path or _ASKING.intersection(path[-2:-1]):
            return
        text, key = data_values.joined(value), path[-1]
        if not could_be_prompt(text):
            return
        rank = READS
        if key.lower() in _REMARKS and not (place.inside or self.named or any(map(prompt_like, path[:-1]))):
            return
        kind = ".".join(path) if lists else ""
        inside = self.within(text, place)
        if not reads_like_prompt(text):
            about = key.lower() in _ABOUT or self.translated or (_described(key) and not self.named)
            if about or not (inside or self.promised(text, place)):
                told = "\n" in text.strip() or in_sentences(text)
                if not about and not lists and not place.item and told and of_template(key):
                    self.others.append(self.site(value, "unknown", ".".join(path[-2:]), NAME))
                if not about and lists and not place.item and told:
                    site = self.site(value, _role_at(path), ".".join(path[-2:]), NAME)
                    self.beside.setdefault(kind, []).append(site)
                self.pass_over(value, text, kind)
                return
            rank = NAME
        elif self.translated and not (place.inside or self.named) and len(text) < SHORT and "\n" not in text.strip():
            return  # what a page asks of its users, in one language of several
        if rank == NAME and len(text) < MAX_ASKED and asks_for_input(text):
            return
        # A bare sentence under such a key may be a label; in a record, one of the inputs of a test.
        if rank == NAME and (lists or len(text) < 40) and not self.named and "{" not in text:
            self.pass_over(value, text, kind)
            return
        role = _role_at(path)
        self.templates = self.templates or (of_template(key) and _role(key) == "system")
        site = self.site(value, role, ".".join(path[-2:]), rank)
        if rank == NAME and self.named and not self.wanted and not _names(key):
            self.promises.add(site.span)
        made = self.template(value)[0]
        for said, part in chat_markup.sections(made) or [(role, made)]:
            self.found.append((msgspec.structs.replace(site, value=part, role=said), kind))

    def pass_over(self, value: Template, text: str, kind: str) -> None:
        """Count a text that is no prompt: beside many of these, those that read like one are of the same data set."""
        if not self.wanted:
            self.passed[kind] = self.passed.get(kind, 0) + 1
            if self.named and not _shaped(text):
                self.told.append(next(part.span for part in value if isinstance(part, Text)))

    def promised(self, text: str, place: _Place) -> bool:
        """Whether the name of the file, or of its folder, makes a prompt of a text that no key names one.

        Beside their prompts such files tell what these are about, in lines and in lists of lines: rubrics, terms,
        categories. A prompt of theirs has a value to fill in or several lines; where it stands alone, it may be long,
        or one line that is for somebody.
        """
        if not self.named or len(text) <= 40:
            return False
        if self.wanted or _shaped(text):
            return True
        return not place.item and (len(text) >= SHORT or addresses(text) or (not place.lists and instructs(text)))

    def within(self, text: str, place: _Place) -> bool:
        """Whether a text stands under a key that names it a prompt.

        Such a key may name what prompts are about: `scoring_guidelines: {low: [...]}`. The lines of lists in there are
        no prompts of their own, unless the key of the list says so or they tell what to do.
        """
        if not place.inside or self.wanted:
            return place.inside
        if place.item and not (prompt_like(place.path[-1]) or _shaped(text) or addresses(text) or instructs(text)):
            return False
        return not (self.named and _is_label(text))

    def template(self, value: Template) -> tuple[Template, bool]:
        return template_of([part for part in value if isinstance(part, Text)])

    def site(self, value: Template, role: str, name: str, rank: int) -> Site:
        made, read = self.template(value)
        texts = [part for part in value if isinstance(part, Text)]
        span = Span(self.source.name, texts[0].span.start, texts[-1].span.end)
        return Site(made, role, name, "file-template" if read else "file-key", span, rank)


_ANSWERS = frozenset({"target", "answer", "output"})


def _of_task(keys: dict[str, Template]) -> bool:
    """Whether a file that takes the rest from another one sets a task of lm-eval."""
    return "task" in keys and not {"dataset_name", "dataset_path", "doc_to_target"}.isdisjoint(keys)


# Steps of Ansible whose `prompt` asks who runs it.
_ASKING = frozenset({"pause", "ansible.builtin.pause", "vars_prompt"})
_PERSONS = (("persona",), ("personas",))
_ENDS = frozenset(".!?:}。！？：")


def _shaped(text: str) -> bool:
    """Whether a text has what a line that is told of something has not: a value to fill in, or several lines."""
    return "{" in text or "\n" in text.strip()


def _is_label(text: str) -> bool:
    """Whether a text is a few words that are no sentence."""
    line = text.strip()
    return len(line) < (40 if line.isascii() else 20) and line[-1:] not in _ENDS and not instructs(line)


def _told_of(text: str) -> bool:
    """Whether a text beside a prompt says what that does, in one line: it has no value and tells nobody what to do."""
    line = text.strip()
    short = len(line) < SHORT and "\n" not in line and "{" not in line
    return short and not instructs(line) and not reads_like_prompt(line)


def _is_short(site: Site) -> bool:
    """Whether a text is a sentence or two with nothing to fill in."""
    value = site.value
    if site.rank == KEYWORD or not isinstance(value, tuple) or any(type(part) is not Text for part in value):
        return False
    return sum(len(part.value) for part in value if type(part) is Text) < SHORT


def _described(key: str) -> bool:
    """Whether a key says that something is described: `probe_descr`, but not `tool_description`."""
    return words(key)[-1:] in (("descr",), ("desc",), ("description",)) and not prompt_like(key)


_ROLES = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "ai": "assistant", "model": "assistant",
}  # fmt: skip


def _names(key: str) -> bool:
    """Whether a key by itself says that it holds a prompt, or whose message it holds."""
    return prompt_like(key) or _role(key) != "unknown"


def _role(key: str) -> str:
    return _ROLES.get(key.lower()) or role_of(key)


def _role_at(path: Sequence[str]) -> str:
    """Whose words a text is, by the keys it stands under. What somebody's role is, a system message says.

    Settings of a model have that as a key.
    """
    if path[-1].lower() == "role":
        return "system"
    known = (_role(key) for key in reversed(path) if key.lower() != "model")
    return next((role for role in known if role != "unknown"), "unknown")
