"""What the arguments of a call say: those that a framework sends, and weak evidence in names and wording."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import msgspec

from promptlint.extract import sending
from promptlint.extract.against import AUDIENCE_PACKAGES, FIELDS, MANAGED, exemplified
from promptlint.extract.callsite import CallSite
from promptlint.extract.extents import extent, sample
from promptlint.extract.messages import note_message, note_taken, paired, role_named
from promptlint.extract.names import (
    embeds,
    example_like,
    leads_on,
    of_model,
    of_user,
    role_of,
    told_of_prompt,
    tool_named,
    words,
)
from promptlint.extract.reads import reads_like_prompt, tells_model
from promptlint.extract.sites import (
    KEYWORD,
    MIN_READS,
    NAME,
    READS,
    consider,
    feeds,
    note_descriptions,
    note_drawn,
    note_fed,
    note_handed,
    take_examples,
    unclaimed,
)
from promptlint.extract.state import File, fallback_of, has_text, textual
from promptlint.extract.volatility import NAMES, dotted
from promptlint.operations import exact, literal
from promptlint.template import Hole, Items, Mapping, Message, Ref, Span, Template, Value

# First words of functions that make a prompt of what they are given.
BUILDERS = frozenset("get build make create format render construct compose generate assemble prepare fill".split())
_ROLE_WORDS = frozenset({"system", "user", "assistant", "human", "ai"})
# First words of functions that look at a prompt, and send none.
_LOOKING = frozenset("track count log print show display record validate analyze check estimate measure".split())
# Keywords whose text is for the people who use what the call makes.
_HINTS = frozenset({"help", "help_text", "placeholder", "tooltip"})
_LABELS = frozenset({"name", "id", "key", "title", "label"})
# Keywords that take what a model is asked, where another one takes its system message.
_ASKED = frozenset("input inputs user_input query question user_query user_text".split())
_TEXT_KEYS = frozenset({"content", "text", "template", "prompt"})


def note_argument(file: File, value: Value, node: ast.AST, name: str, role: str, template: str = "") -> None:
    """Record the texts of an argument that a framework sends: a string, a list of strings or messages."""
    if isinstance(value, tuple):
        note_taken(file, value, role, file.span(node))
        note_fed(file, value, name, role)
        if textual(value):
            span = extent(value) or file.span(node)
            file.note(sending.formatted(value, template, span), span, name, role, "keyword", KEYWORD)
        else:
            note_drawn(file, value, role)
            if feeds(value):
                # `PromptTemplate(template=self.config.plan_template)`: the name leads to what the object holds.
                file.note(value, Span("", 0, 0), name, role, "within", READS)
    elif type(value) is Items:
        for item in value.items:
            note_argument(file, item, node, name, role, template)
    elif type(value) is Mapping and name == "properties" and role == "tool":
        note_descriptions(file, value, name)
    elif type(value) is Mapping:
        # Of an object that stands for a text (`BaseMessage(role_name=..., content=...)`), that text.
        told = [entry for entry in value.entries if entry[0] in _TEXT_KEYS] if value.kind else []
        # Of one that says what it is (`{"type": "preset", "preset": "mine", "append": ...}`), no names of things.
        tagged = value.get("type") is not None
        for key, item in told or value.entries:
            if tagged and " " not in (literal(item) or " "):
                continue
            note_argument(file, item, node, f"{name}.{key}", role, template)


def _consider_keyword(file: File, key: str, value: Value, node: ast.expr, tells: bool) -> int | None:
    """What a keyword is given, as `consider`. `tells`: it says what a tool is for."""
    # The word alone says it of a long text only. It is listed as it is written.
    long = key == "system" and isinstance(value, tuple) and len(sample(value)) >= MIN_READS
    name = "tool_description" if tells else "system_text" if long else key
    index = consider(file, value, node, name, named=tells)
    if index is not None and (tells or long):
        file.facts.sites[index] = msgspec.structs.replace(file.facts.sites[index], name=key)
    return index


def consider_arguments(file: File, site: CallSite, against: bool, prompted: bool = False, shown: bool = False) -> None:
    """Weak evidence: the name of a keyword, examples beside a prompt, or how the text reads.

    `prompted`: an argument that is not among those of `site` is a prompt. `shown`: nothing takes what the call gives
    back: `self.system_message("...")` alone shows a message of the program.
    """
    if against:
        return
    if site.keywords:
        _consider_named(file, site, prompted)
    last = site.last
    said = words(last)
    if last[:4] == "add_":
        _consider_added(file, site)
    elif "." in site.written:
        # `print(agent.run("..."))`: what a model is asked, nobody is shown.
        muted, file.muted = file.muted, file.shown
        _consider_told(file, site, said)
        file.muted = muted
    elif "." not in site.written and last not in file.aliases and last not in file.definitions and last.islower():
        # An object that is called: `agent("...")`.
        _consider_asked(file, site, said)
    if site.keywords and last.endswith("Instructions") and last[0].isupper():
        # An object that is nothing but instructions, for one kind of conversation or another.
        for key, (value, node) in site.keywords.items():
            if key not in _LABELS:
                consider(file, value, node, "instructions", named=isinstance(value, tuple))
    _consider_unnamed(file, site, shown)


def outweighed(file: File, site: CallSite) -> bool:
    """Whether what a call is given is for a model, although one of its name shows texts, or makes vectors of them.

    A bot writes to people without keywords for prompts; of what becomes a vector the text has to tell it, too.
    """
    vector = embeds(site.last)
    for key, (value, _) in site.keywords.items():
        named = file.prompt_like(key)
        if not isinstance(value, tuple) or not textual(value) or not (named or key == "system"):
            continue
        if (named and not vector) or reads_like_prompt(sample(value)):
            return True
    texts = [value for value, _ in site.positional if isinstance(value, tuple) and has_text(value)]
    return not vector and any(tells_model(sample(value)) for value in texts)


def _consider_named(file: File, site: CallSite, prompted: bool) -> None:
    """The same of arguments with a keyword."""
    _consider_keywords(file, site, prompted)
    if not _ASKED.isdisjoint(site.keywords) and any(
        role_of(key) == "system" and file.prompt_like(key) for key in site.keywords
    ):
        # What stands beside a system message is said to the same model.
        for key in sorted(_ASKED.intersection(site.keywords)):
            value, node = site.keywords[key]
            if isinstance(value, tuple) and textual(value):
                consider(file, value, node, key, named=True)
            else:
                note_handed(file, value, key, "user")
    for key, (value, _) in site.keywords.items():
        if type(value) is Items and key != "messages":
            _take_said(file, value)
    if "messages" in site.keywords:
        speakers = site.keywords["roles"][0] if "roles" in site.keywords else ()
        _take_pairs(file, site.keywords["messages"][0], speakers)
    if {"role", "content"} <= site.keywords.keys():
        _consider_said(file, site)
    if site.last == "Task" and "description" in site.keywords:
        _take_task(file, site)
    elif "kill" in site.last:
        _take_skill(file, site)


def _consider_unnamed(file: File, site: CallSite, shown: bool) -> None:
    """The same of arguments without a keyword, and of those of a function that makes a prompt."""
    last = site.last
    for value, node in site.positional:
        if type(value) is Items:
            _take_said(file, value)
        if type(node) in NAMES and of_user(dotted(node)) and of_model(site.written.rpartition(".")[0]) and _asks(site):
            # `agent.step(user_message)`
            note_argument(file, value, node, dotted(node), "user")
            continue
        if type(node) not in NAMES and (type(value) is not tuple or textual(value)):
            # `system_message("...")` says what its argument is, `parse_prompt("...")` does not.
            says = len(site.positional) == 1 and file.prompt_like(last) and role_of(last) != "unknown"
            says = says and not (shown and words(last)[0] in _ROLE_WORDS) and words(last)[0] not in _LOOKING
            consider(file, value, node, last if says else "")
    if site.keywords and words(last)[:1] and words(last)[0] in BUILDERS and file.prompt_like(last):
        for key, (value, node) in site.keywords.items():
            told = not file.prompt_like(key) and not told_of_prompt(last, key)
            if (type(value) is tuple or type(value) is Items) and has_text(value) and told:
                consider(file, value, node, f"{last}.{key}", named=True)


def _consider_keywords(file: File, site: CallSite, prompted: bool) -> None:
    """What the names of keywords, and the texts given by them, say."""
    for_people = site.last in FIELDS or not MANAGED.isdisjoint(site.keywords)
    for key, (value, node) in site.keywords.items():
        if key in _HINTS or exemplified(key, value) or (key == "description" and for_people):
            continue
        asked = of_user(key) and _asks(site)
        if file.prompt_like(key) and (asked or leads_on(key, site.keywords)):
            if asked and not file.muted:
                # `agent.run(user_msg="...")`: here the user speaks.
                note_argument(file, value, node, key, "user")
            note_fed(file, value, key)
            note_handed(file, value, key)
            note_drawn(file, value, role_of(key))
        if type(value) is tuple and not textual(value):
            continue
        if example_like(key) and (prompted or any(map(file.prompt_like, site.keywords))):
            take_examples(file, value, node, key)
            continue
        tells = key == "description" and tool_named(site.last)
        if tells or type(node) not in NAMES or file.prompt_like(key):
            index = _consider_keyword(file, key, value, node, tells)
            unclaimed(file, index, type(node) in NAMES)
            if index is not None and key == "instruction" and words(site.last)[-1:] == ("agent",):
                # What an agent is told to be, by whatever package (Google's ADK calls it so).
                file.facts.sites[index] = msgspec.structs.replace(file.facts.sites[index], role="system")


def _asks(site: CallSite) -> bool:
    """Whether a call asks somebody, by its verb or by whom it is a method of: `clerk.run(...)`, `agent.step(...)`."""
    receiver, _, _ = site.written.rpartition(".")
    first = words(site.last)[:1]
    return bool(receiver) and (not ASKING.isdisjoint(first) or (of_model(receiver) and _LOOKING.isdisjoint(first)))


# What schedules work that no model does has tasks, too.
_SCHEDULERS = frozenset("airflow celery dagster huey invoke jira luigi prefect todoist_api_python".split())


def _take_task(file: File, site: CallSite) -> None:
    """`Task(description=..., expected_output=..., agent=writer)`: what an agent is told to do, whoever defines it.

    A task of a person has its owner as a text, and no tools.
    """
    given = [site.keywords[key] for key in ("agent", "agents", "tools") if key in site.keywords]
    objects = any(type(node) is not ast.Constant and (not value or literal(value) is None) for value, node in given)
    if not objects or not file.imported.isdisjoint(_SCHEDULERS):
        return
    for key in ("description", "expected_output"):
        if key in site.keywords:
            value, node = site.keywords[key]
            note_argument(file, value, node, key, "user")


def _take_skill(file: File, site: CallSite) -> None:
    """`Skill(name=..., description=..., body=...)`: what an agent reads when it needs it, whoever defines the class.

    Of the files that come along with one, what is written for the agent; programs are run.
    """
    said = words(site.last)
    at = said.index("skill") if "skill" in said and site.last[:1].isupper() else -1
    if at < 0 or said[:at][-1:] == ("agent",) or said[at + 1 :] not in _SKILLS:
        # `AgentSkill` is what one agent tells another one, or people, of what it does.
        return
    path = literal(site.keywords["path"][0]) if "path" in site.keywords else None
    if path is not None and "." in path and not path.endswith((".md", ".txt")):
        return
    for key in ("body", "content"):
        if key in site.keywords:
            value, node = site.keywords[key]
            note_argument(file, value, node, key, "unknown")


_SKILLS = ((), ("file",), ("template",), ("definition",), ("spec",), ("entry",))


def _take_pairs(file: File, value: Value, speakers: Value, evidence: str = "message-class") -> None:
    """A conversation of pairs that an object begins with: `messages=[("Human", "..."), ("Assistant", "...")]`.

    `speakers`: what the user and the model are called in it, where that is said beside it.
    """
    items = value.items if type(value) is Items and not file.muted else ()
    known = [literal(each) for each in speakers.items] if type(speakers) is Items and exact(speakers) else []
    roles = dict(zip(known, ("user", "assistant"), strict=True)) if len(known) == 2 else {}
    pairs = [paired(item, roles) for item in items]
    if len(pairs) > 1 and all(type(pair) is Message for pair in pairs):
        for pair, item in zip(pairs, items, strict=True):
            if type(pair) is Message and pair is not item:
                note_message(file, pair, evidence)


def _take_said(file: File, value: Items) -> None:
    """The same of a list that has no such name: `Template([("system", "..."), ("user", "...")])`, long texts all told.

    Words about roles are pairs, too: `[("user", "User"), ("system", "System")]`.
    """
    if any(type(each) is Items and each.items and _long(each.items[-1]) for each in value.items):
        _take_pairs(file, value, (), "role-prompt")


def _long(value: Value) -> bool:
    return isinstance(value, tuple) and len(sample(value, MIN_SAID)) >= MIN_SAID


# Characters that one text of a conversation has at least, where nothing else says that a list of pairs is one.
MIN_SAID = 60
# What a model or an agent is called, and what is done with it to ask it something.
_LANGUAGE_MODELS = frozenset("llm lm gpt chatgpt claude gemini".split())
_MODELS = _LANGUAGE_MODELS | {"chatbot", "agent", "orchestrator"}
_AGENTS = (("agent", "executor"), ("agent", "chain"), ("agent", "graph"))
ASKING = frozenset(
    "ask chat run arun invoke ainvoke stream astream generate agenerate complete acomplete predict apredict prompt "
    "query call".split()
)
_TASKS = frozenset("task message prompt query question instruction instructions goal request input".split())
_KEYS = _TASKS | {"messages"}


def _consider_told(file: File, site: CallSite, said: Sequence[str]) -> None:
    """What a method is given, of an object that may be a model or an agent by the words of its name."""
    receiver = words(site.written.rpartition(".")[0].rpartition(".")[2])
    if said and said[0] in ASKING:
        _consider_asked(file, site, receiver)
    elif receiver[-1:] and receiver[-1] in _LANGUAGE_MODELS and file.imported.isdisjoint(AUDIENCE_PACKAGES):
        # `llm.condition("Is it a task for ...?")`: whatever it does with a text, it is a model.
        for value, node in site.positional[:1]:
            if isinstance(value, tuple) and type(node) not in NAMES and has_text(value) and _may_ask(value):
                consider(file, value, node, file.where or site.last, named=True)


def _consider_asked(file: File, site: CallSite, receiver: Sequence[str]) -> None:
    """`agent.run(task)`, `self.llm.chat("...")`: where only the words of its name say that a model is asked."""
    chain = bool(receiver) and receiver[-1] == "chain"
    model = receiver[-1:] and (receiver[-1] in _MODELS or tuple(receiver[-2:]) in _AGENTS)
    model = model and tuple(receiver[-2:]) != ("user", "agent")
    if not (model or chain) or not file.imported.isdisjoint(AUDIENCE_PACKAGES):
        return
    given = site.positional[:1] or [site.keywords[key] for key in sorted(_TASKS.intersection(site.keywords))]
    for value, node in given:
        told: list[Value] = [value] if model else []
        if type(value) is Mapping:
            # `agent_executor.invoke({"input": task})`, `agent.stream({"messages": task})`; whatever a chain fills its
            # template with is sent: `style_chain.invoke({"style": "..."})`.
            told = [item for key, item in value.entries if key in _KEYS or chain]
        for each in told:
            if isinstance(each, tuple) and not textual(each):
                # `def ask(self, text): return self.agent.run(text)`
                note_handed(file, each, file.where, "user")
            elif isinstance(each, tuple) and _may_ask(each):
                consider(file, each, node, file.where or site.last, named=True)
            if isinstance(each, tuple) and (item := fallback_of(each)) is not None and _all_ask(file, item):
                # `for task in tasks: agent.run(task)`
                note_drawn(file, (item,), "user")


def _may_ask(value: Template) -> bool:
    """Whether a value is a text of some length, or a name of one; what a function gives back may be anything."""
    part = value[0]
    return len(sample(value)) >= MIN_READS if has_text(value) else type(part) is Ref and part.call is None


def _all_ask(file: File, item: Hole) -> bool:
    """Whether a value is an item of a collection in this file whose texts are more than names, some of some length."""
    number = item.member.partition(".")[0][1:] if item.member[:1] == "#" else ""
    held = file.facts.drawn[int(number)] if number.isdecimal() else ()
    part = held[0] if type(held) is tuple and len(held) == 1 else None
    if type(part) is Ref and part.call is None and part.name[:1] == ":":
        held = file.module.values.get(part.name[1:], ())
    if type(held) is not Items:
        return False
    told = [sample(each) for each in held.items if isinstance(each, tuple)]
    return all(" " in text.strip() for text in told) and any(len(text) >= MIN_READS for text in told)


# What adds a text to something that is put together.
_ADDING = frozenset({"add_text", "add_line", "add_lines", "add_section", "add_paragraph", "add_block"})
# Words of what asks a model, to which examples are added.
_PROMPTED = frozenset("prompt prompts agent shots llm".split())


def _consider_added(file: File, site: CallSite) -> None:
    """`system_msg.add_text(...)`, `builder.add_section(template=...)`: what is put together piece by piece."""
    if "template" in site.keywords and file.builds_prompts:
        consider(file, *site.keywords["template"], "template", named=True)
    if site.last in ("add_example", "add_examples"):
        around = (*words(site.written.rpartition(".")[0]), *words(file.function))
        for key, (value, node) in site.keywords.items() if not _PROMPTED.isdisjoint(around) else ():
            take_examples(file, value, node, key, NAME)
    if site.last not in _ADDING:
        return
    owner = site.written.rpartition(".")[0].rpartition(".")[2]
    receiver = words(owner)
    if file.prompt_like(owner):
        for value, node in site.positional[:1]:
            consider(file, value, node, owner, named=isinstance(value, tuple))
        return
    said = len(receiver) > 1 and receiver[-1] in ("msg", "message") and len(site.positional) == 1
    if said and site.last == "add_text":
        role = role_named(receiver[0])
        role = role if role in ("system", "assistant") else "user"
        note_message(file, Message(role, site.positional[0][0], file.span(site.node)), "message-class")


def _consider_said(file: File, site: CallSite) -> None:
    """`chat.add(role="user", content=...)`: what callers give for it is said to the model."""
    role = role_named(literal(site.keywords["role"][0]) or "")
    if role in ("system", "user") and not file.shown:
        note_handed(file, site.keywords["content"][0], "content", role)
