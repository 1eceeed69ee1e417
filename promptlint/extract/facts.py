"""What one file says about prompts, by itself: a pure function of its bytes, so it can be made in any process."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from promptlint.template import Arguments, Hole, Items, Mapping, Message, Span, Test, Value

# The delimiters of a Jinja environment where they are not jinja2's own, by its names for them, in their order.
Syntax: TypeAlias = tuple[tuple[str, str], ...]


class Site(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A value with evidence that it is meant for a model.

    `rank` orders evidence, strongest first (0): a text that a stronger site already covers is not reported again.
    `unread`: a function gives it to a name of its own, and never uses that name.
    """

    value: Value
    role: str
    name: str
    evidence: str
    span: Span
    rank: int
    once: bool = False
    unread: bool = False


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call that sends a request to a model: its arguments by the slot the catalogue gives them.

    Slots: "model", "system", "messages", "prompt" (one user text), "tools", "examples", "client" (who sends it),
    "chain" (steps of which one is the prompt and one the model). A slot that is given by several arguments stands there
    several times. `client` is what the method is called on. `parameters` are the other keywords, `rest` is what hides
    more of them. `name` is the enclosing function or "", `defaults` are values of its parameters when they are not
    given. `made`: what is made here sends the request later. `through`: the name of the method is too common, and only
    counts where `client` is one. `outputs` are the classes that the answer must have the form of, as `Ref` names.
    `grows`: a loop appends to its messages with every turn, and takes none out. `test` is what the conditions around
    it ask of the parameters. `lent` are the functions that its list of messages was given to before, each with the
    place of the list among their arguments, a number or a name; ("", "") where it has been changed in plain sight,
    ("", `SAID`) where its client is a chat that may have sent something before.
    `method` is what is called, as in `Invocation`, if that may be a method of the project's own; `first`: what it sends
    is the first of its arguments.
    `returned` are the last names of functions that give back the text which it makes: only who calls them may send it.
    `settings` are those that say who gets it if nothing here does. `spread` are dicts that are put into its arguments,
    if nothing else hides any. `called` is what is called, as it is written. `when` are the conditions around it as they
    are written, each with whether it holds.
    """

    provider: str
    api: str
    slots: tuple[tuple[str, Value], ...]
    parameters: tuple[tuple[str, Value], ...]
    span: Span
    name: str = ""
    complete: bool = True
    once: bool = False
    client: Value = ()
    rest: Hole | None = None
    defaults: tuple[tuple[str, Value], ...] = ()
    made: bool = False
    through: bool = False
    outputs: tuple[str, ...] = ()
    grows: bool = False
    test: Test | None = None
    lent: tuple[tuple[str, str], ...] = ()
    method: str = ""
    first: bool = False
    returned: tuple[str, ...] = ()
    settings: str = ""
    spread: Mapping | None = None
    called: str = ""
    when: tuple[tuple[str, bool], ...] = ()


# Messages of a list that is long, and of all long lists that the requests of one file may have.
_LONG, MAX_LONG = 40, 20_000


def shortened(before: int, call: Call) -> tuple[int, Call]:
    """A call, and how many messages stand in long lists with those of it, `before` being those of the calls before.

    Each of a thousand requests of one growing list holds all those before: of too many the first messages are kept.
    """
    for slot, value in call.slots:
        if type(value) is Items and len(value.items) > _LONG:
            before += len(value.items)
            if before > MAX_LONG:
                kept = Items(value.items[:_LONG], value.span, False)
                slots = tuple((each, kept if each == slot else other) for each, other in call.slots)
                call = msgspec.structs.replace(call, slots=slots)
    return before, call


class Function(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function that was read: parameters in order with their defaults, without the receiver of a method.

    `returns` is the text that it may give back, () if there is none; `span` is the whole function. `decorated`: what
    stands above it may call it, or be called in its place. `changes` are the parameters that hold lists which it adds
    to or takes from; `lends` are those that it hands on: the parameter, the function, the place among its arguments.
    `silent`: it has the name of what asks a model, gives something back and calls nothing that could ask one. `plain`:
    nothing describes it as a tool.
    `gathered` is the name of its `**settings`, `starred` that of its `*parts`, "" if it has none. `wrappers` are the
    decorators above it that may be functions of the project, as `Ref` names. `named` are the parameters that are given
    by name alone, `objects` those that are annotated as lists or objects, or may be such, `annotations.RETURNED` among
    them for what it gives back.
    `passes`: it calls what it is given first with all that it is given behind so many arguments, and with nothing else
    (`def retry(call, *args): call(*args)`), or hands both to what does so (`submit(call, *args)`); 0 if it is not known
    to.
    """

    parameters: tuple[tuple[str, Value | None], ...]
    returns: Value
    span: Span | None = None
    decorated: bool = False
    changes: tuple[str, ...] = ()
    lends: tuple[tuple[str, str, str], ...] = ()
    silent: bool = False
    plain: bool = False
    gathered: str = ""
    wrappers: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    passes: int = 0
    starred: str = ""


# In the place of the call that makes an object, where it is one of several.
SEVERAL = Span("", 0, 0)
# In `Call.lent`, for a chat that may have sent something before.
SAID = "said"
# The same of a call that opens a chat: what is asked is said later.
OPENED = "opened"


class Invocation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call of what may be a function, a method or a class of the project.

    `name` is that of a `Ref`, with the members of objects behind it: ":Agent.llm.ask", ":make_client().ask",
    ":Agent.super().ask". `function` is the key of the enclosing function, or "". `test` is what the conditions around
    it ask of the parameters. `either`: the object may be of another class, for all the conditions before it;
    `made` is the call that makes it, `SEVERAL` if it is one of several; `held` is what has been put into its attributes
    since. `handed`: a class is handed to a call, which makes an object of it if what follows fits:
    `Factory(Desk, tone=x)`. `later`: a partial, and whoever calls it gives what is left of the arguments. `by`: the
    function is handed to another one, of this name, and `arguments` are all that follows. If that one `passes` its last
    ones on, the function is called with these (`Classes.passed`); if not, no such call is known. `when` are the
    conditions around it as they are written, each with whether it holds. `usual`: the parameter, or the attribute, that
    may be given another function than the one of this name (`ask(text)` for `ask=complete`), or "".
    """

    name: str
    arguments: Arguments
    span: Span
    function: str = ""
    once: bool = False
    test: Test | None = None
    kept: tuple[tuple[str, str, str], ...] = ()
    either: bool = False
    made: Span | None = None
    held: tuple[tuple[str, Value], ...] = ()
    handed: bool = False
    later: bool = False
    by: str = ""
    when: tuple[tuple[str, bool], ...] = ()
    usual: str = ""


# A method by its last name that is called on what may be any object: how many arguments it is given by their place, the
# names of the others, and whether these are all.
Stray: TypeAlias = tuple[str, int, tuple[str, ...], bool]


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a function does to something that others hold, too: a list or dict of a module, an attribute of an object.

    `name` is that of a `Ref` (":RULES", "texts.RULES", ":Desk.tone"), `key` what is set within a dict. `value` is what
    is put there, and None where something is added or taken out; `written` is what it is called in the code. `by` is a
    function that does that if it changes what it is given, and the place among its arguments.
    """

    name: str
    key: str
    written: str
    value: Value | None = None
    by: tuple[str, str] | None = None


class Described(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the schema of a class or function says of it: its docstring and the descriptions in it, by name.

    `uses` names the classes it is made of or takes, as `Ref` does; they are sent along with it. `fields` are the names
    of a class's annotated attributes. `called` is the name that a decorator gives a function in the place of its own.
    `several`: on other ways through the function around it another one has its name. `given` is how many of the texts
    are of what a signature is given: those of what it asks for come behind them.
    """

    docstring: Value
    texts: tuple[tuple[str, Value], ...] = ()
    uses: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    called: Value = ()
    several: bool = False
    given: int = 0


class Sent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Classes and functions whose schema is sent, by `Ref` names.

    `docstring` is False where another text replaces it.
    """

    names: tuple[str, ...]
    docstring: bool = True


class Fill(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call that fills a template, as one file shows it.

    `operation` is that of `Apply`, or "fields" of a framework's template, filled with the rules of `str.format`.
    `names` are the names given with the place of each, `positional` the places of values without a name; `complete`:
    there are no others. `guarded`: the code around it expects it to fail. `span` is the call without what it is called
    on.
    """

    operation: str
    target: Value
    span: Span
    names: tuple[tuple[str, Span], ...] = ()
    positional: tuple[Span, ...] = ()
    complete: bool = True
    guarded: bool = False


class Problem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Why a file, or a part of it, was not read. `kind`: "read", "decode", "syntax", "template", "internal".

    "template" problems become findings of `invalid-template`; the others are named on stderr.
    """

    kind: str
    message: str
    span: Span


def unlinked(error: Exception, span: Span) -> Problem:
    """What cannot be put together, for a mistake in promptlint: it costs no other."""
    what = f"could not be put together: {type(error).__name__}: {error}"[:200]
    return Problem("internal", f"{what}; this is a bug in promptlint, please report it", span)


class Remark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a comment says of an expression: that it is no prompt (`role` is ""), or whose words it is.

    `comment` and `span` are the places of both, `written` is the expression as a hole would name it, `name` the key or
    keyword it is given under. `value` is what it is worth where that may be written elsewhere. `used`: it stands where
    a text is used, in a call, a list or a dict; otherwise it is what a name or a function stands for. `settled`: but
    for the comment something would have been found in it. `open`: it may hold text for all one can see. `several`: it
    holds a list or a dict.
    """

    comment: Span
    span: Span
    role: str
    written: str
    name: str = ""
    value: Value | None = None
    used: bool = False
    settled: bool = False
    open: bool = True
    several: bool = False


class Facts(msgspec.Struct):
    """All that linking needs to know of one file.

    `aliases` are its imports: name -> import path, and "*x" -> "x." for `from x import *`.
    `types` are classes of values, by the keys of `bindings` ("f()" for what a function gives back), as `Ref` names;
    `assigned` are attributes that hold just a parameter ("Agent.system"): the keys of the methods with its name;
    `made` are the messages that functions make of their parameters.
    """

    file: str
    bindings: dict[str, Value] = {}
    functions: dict[str, Function] = {}
    bases: dict[str, tuple[str, ...]] = {}
    aliases: dict[str, str] = {}
    sites: list[Site] = []
    calls: list[Call] = []
    loads: list[str] = []
    # Paths of files whose text is read as it stands.
    reads: list[Value] = []
    # Paths of the files in a folder that is listed.
    listed_files: list[Value] = []
    # Of a text file: what it is if the program picks it. Ranked as found by its name if its place speaks of prompts.
    doubtful: list[Site] = []
    # Of a settings file: what only the name of the file, or of its folder, makes a prompt.
    promised: list[Site] = []
    # Of such a file: where texts begin that only tell of prompts.
    told: list[Span] = []
    # Last names of what is called, and of functions that are handed over: nothing else of the project is ever run.
    mentions: list[str] = []
    # Last names of what is called with nothing, or with numbers and switches alone.
    bare: list[str] = []
    # Methods that are called on objects of which nothing is known.
    strays: list[Stray] = []
    # What is asked of objects by a name that is a value: `getattr(client, name)`, with the key of the function around.
    asked_by_name: list[tuple[str, Value]] = []
    # Last names of methods that are handed on, to be called with anything: `run(client.ask, settings)`.
    methods_given: list[str] = []
    problems: list[Problem] = []
    described: dict[str, Described] = {}
    sent: list[Sent] = []
    invocations: list[Invocation] = []
    types: dict[str, str] = {}
    # Attributes that hold an object of another class than that on other ways through the method that makes it.
    mixed: list[str] = []
    # The calls that make the objects which attributes hold, `SEVERAL` where there is more than one.
    origins: dict[str, Span] = {}
    assigned: dict[str, tuple[tuple[str, str], ...]] = {}
    # Attributes that hold a list to which methods add just a parameter, or a part of a message with it.
    appended: dict[str, tuple[tuple[str, str], ...]] = {}
    # What a turn of a loop leaves for the next one in the place of a parameter: the function, the parameter, the value.
    left: list[tuple[str, str, Value]] = []
    # Texts, and what holds some, that methods add to a list in an attribute.
    added: dict[str, list[Value]] = {}
    made: list[tuple[str, Message]] = []
    # Of these, the messages that are kept with who said them and when: no model takes such a one as it is.
    recorded: list[Span] = []
    # By function the parameter that is the role of a message it makes.
    spoken: dict[str, str] = {}
    # What functions hand on, of their parameters, under a name that says it is a prompt.
    handed: list[tuple[str, Message]] = []
    # The same of what stands in a text that is a prompt by its name, as a part of it.
    inside: list[tuple[str, Message]] = []
    # Texts that are put into attributes of objects: the class ("" where it is not known), the attribute, the text.
    given: list[tuple[str, str, Value]] = []
    # Methods of clients that are replaced by functions of the project, by their last two words in small letters.
    patched: list[str] = []
    # What functions change that stands outside of them.
    changes: list[Change] = []
    # What methods other than `__init__` put into attributes of their object: a class below may begin with another text.
    set_later: list[Change] = []
    # Collections that values are taken from, one at a time: what `Hole.member` counts ("#3").
    drawn: list[Value] = []
    # Functions that may stand in the place of others, by their keys: those that make something else of what these give
    # back, and those that give them more than they are given themselves.
    remaking: list[str] = []
    regiving: list[str] = []
    # Values of which only the place is known, where functions of Python make them of others: what these are.
    made_of: list[tuple[Span, Value]] = []
    # The places of values of which no more is known than that calls make them of lists of messages.
    of_messages: list[Span] = []
    # Names under which values are put into dicts that they have as attributes, too: `{"rules": place.rules}`.
    namesakes: list[str] = []
    # Attributes whose schema is asked for, and classes that are given by keyword, as `Ref` names.
    asked_schemas: list[str] = []
    given_classes: list[tuple[str, str]] = []
    # Collections of the module that hold descriptions of tools and that nothing else in the file mentions, by their
    # keys, with the places of these descriptions. And import paths of what only routes of a web API mention here.
    listed: list[tuple[str, tuple[Span, ...]]] = []
    routed: list[str] = []
    # Functions that make tools of what they are given, by their keys, and those that are given to a decorator of the
    # project: its name as in `Invocation`, and the key of the function.
    makers: list[str] = []
    decorated: list[tuple[str, str]] = []
    # Functions that only mark what they are given, with the mark, and the marks by which such are collected for what
    # they say of themselves.
    tool_marks: list[tuple[str, str]] = []
    asked_marks: list[str] = []
    # Functions that make prompts of what others say of themselves, by their keys, with the roles of these, and what
    # functions say of themselves that are given to a decorator of the project.
    prompting: list[tuple[str, str]] = []
    docstrings: list[tuple[str, Site]] = []
    # Methods that decorators of frameworks make tools of, by their keys.
    tool_methods: list[str] = []
    # Classes that make tools of the methods of their objects, with the names of those of their own that are none, and
    # by class the methods that may be such tools, by their keys.
    toolkits: dict[str, tuple[str, ...]] = {}
    offered: dict[str, list[str]] = {}
    # Whether such decorators mark tools here, and where none does, what explains its parameters in words (`Ref` names).
    marked: bool = False
    explained: list[str] = []
    # Providers for whose methods a client is made here that asks somebody else: at an address, in another cloud.
    addressed: list[str] = []
    # Dotted names of what is called, as far as the configuration may mean it.
    named: list[str] = []
    # Clients that settings are given, by the name of the settings.
    settings: list[tuple[str, Value]] = []
    # Whether the text speaks of cache markers.
    marks: bool = False
    # Whether something is called, or imported, that tells models what the agents that it is given say of themselves.
    tells: bool = False
    # Calls whose tools change from turn to turn, each with the expression by which they do.
    changing: list[tuple[Span, Hole]] = []
    fills: list[Fill] = []
    # Texts in objects that fill them in a way of their own, or that something out of sight may have filled in part.
    loose: list[Value] = []
    # Functions that call a model or give back text, and the names that each binds.
    scopes: list[tuple[Span, tuple[str, ...]]] = []
    # Of a Jinja file: the names in its tags. None of any other.
    names: tuple[str, ...] | None = None
    # Of a Jinja file: the delimiters with which it was read.
    syntax: Syntax = ()
    # Jinja environments with delimiters of their own, and the templates that any environment is asked for: which one,
    # and the template's name.
    environments: list[Mapping] = []
    asked: list[tuple[Value, Value]] = []
    # How its process runs, as far as it says: "script" (as a program), "rerun" (anew for every click), "server",
    # "bare" (it defines nothing that could be called later), or "".
    runs: str = ""
    # It gives jinja2 names that every template has, or its own way with those that a template has not.
    jinja: bool = False
    # Texts that are shown to people, and used for nothing else here: the name and the place of the site.
    shown: list[tuple[str, Span]] = []
    # Whether a file in which names call texts prompts speaks of no model, nor is called after prompts itself.
    quiet: bool = False
    # Comments that should settle what is a prompt, and settle nothing; and what others settle once all is linked.
    idle: list[Span] = []
    remarks: list[Remark] = []
