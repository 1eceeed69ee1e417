"""How often the value of an expression changes, by simple data flow: clocks, ids, settings, what they flow through."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Sequence

from promptlint.extract.names import unique_name, volatility_of, words
from promptlint.template import Volatility

# Full names after alias resolution, or their tails as written (`datetime.now` for `from datetime import datetime`).
CLOCKS = frozenset(
    "datetime.now datetime.utcnow datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today "
    "datetime.today time.time time.time_ns time.strftime time.ctime time.localtime time.gmtime "
    "time.asctime time.monotonic time.perf_counter timezone.now timezone.localtime django.utils.timezone.now "
    "pendulum.now arrow.now arrow.utcnow pd.Timestamp.now pandas.Timestamp.now Timestamp.now".split()
)
DATES = frozenset({"date.today", "datetime.date.today", "pendulum.today", "timezone.localdate"})
IDS = frozenset({f"uuid.uuid{n}" for n in (1, 3, 4, 5, 6, 7, 8)} | {"shortuuid.uuid", "nanoid.generate", "ulid.new"})
RANDOMS = frozenset(
    "random.random random.randint random.choice random.choices random.sample random.uniform "
    "random.randrange random.shuffle random.getrandbits secrets.token_hex secrets.token_urlsafe "
    "secrets.token_bytes secrets.randbelow secrets.choice os.urandom numpy.random.choice "
    "numpy.random.randint".split()
)
ENVIRONMENT = frozenset(
    "os.getenv os.environ.get os.environ platform.system platform.platform platform.release "
    "os.name sys.platform sys.version getpass.getuser socket.gethostname".split()
)
# Folders that are settled by where the program lies, and the one in which it runs, as paths without a folder have it.
_FOLDERS = frozenset(
    "os.getcwd os.getcwdb Path.cwd pathlib.Path.cwd inspect.getfile inspect.getsourcefile importlib.resources.files "
    "importlib.resources.path importlib_resources.files pkg_resources.resource_filename".split()
)
_OWN_PLACES = frozenset({"__file__", "__path__", "sys.path"})
# What the program says of its own functions and classes.
_DOCSTRING = "__doc__"
_TOLD_OF_PROGRAM = frozenset({"dir", "inspect.getdoc", "inspect.signature", "inspect.getsource"})
# Functions whose result is as settled as the path that they are given.
_OF_PATHS = frozenset(
    f"{module}.{name}"
    for module in ("os.path", "path", "osp")
    for name in ("dirname", "abspath", "realpath", "normpath")
)
# The order of a set is that of the hashes of its items, which are others in every process; that of a listing is the
# file system's ("in arbitrary order": https://docs.python.org/3/library/os.html#os.listdir).
SETS = frozenset({"set", "frozenset"})
LISTINGS = frozenset({"os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"})
_LISTING_METHODS = frozenset({"iterdir", "glob", "rglob"})
_OTHERS = frozenset({"uuid1", "uuid4", "uuid7", "sorted"})
# The last words of all of these: a call of any other name is no source of change.
_SOURCES = _LISTING_METHODS | {
    name.rpartition(".")[2]
    for table in (CLOCKS, DATES, IDS, RANDOMS, ENVIRONMENT, _FOLDERS, SETS, LISTINGS, _TOLD_OF_PROGRAM, _OTHERS)
    for name in table
}
# What gives back the items that it is given, in the order in which they come.
_IN_ORDER = frozenset(
    "list tuple map filter enumerate reversed zip iter str repr format dict dict.fromkeys json.dumps orjson.dumps "
    "ujson.dumps simplejson.dumps itertools.chain itertools.islice copy.copy copy.deepcopy join".split()
)
_SET_METHODS = frozenset("union intersection difference symmetric_difference copy encode decode strip".split())
# Calls whose result is new with every request: what a model, a store or a person says.
_ANSWERS = frozenset(
    "input sys.stdin.read sys.stdin.readline retrieve retrieve_context fetchall fetchone fetchmany similarity_search "
    "similarity_search_with_score similarity_search_by_vector max_marginal_relevance_search get_relevant_documents "
    "aget_relevant_documents asimilarity_search aretrieve ainvoke invoke predict apredict complete acomplete "
    "receive_text receive_json recv transcribe".split()
)
# Of a point in time: what is the same all day.
_DAY_METHODS = frozenset("date weekday isoweekday isocalendar toordinal".split())
DAY_ATTRIBUTES = frozenset({"year", "month", "day"})
_TIME_OF_DAY = re.compile(r"%-?[HIMSfpXcTRrs]")
# Expressions that name a value, and make none.
NAMES = frozenset({ast.Name, ast.Attribute})
# Of so few texts a random one is one of so many prefixes, each of them cached.
MAX_VARIANTS = 4

State = tuple[Volatility, str]
CONSTANT: State = (Volatility.CONSTANT, "")
UNKNOWN: State = (Volatility.UNKNOWN, "")
# Members of an enumeration are slow to look up, and these are asked for with every value.
DEPLOY, UNIQUE = Volatility.DEPLOY, Volatility.UNIQUE
_CONSTANT, _UNKNOWN, _REQUEST = Volatility.CONSTANT, Volatility.UNKNOWN, Volatility.REQUEST
# Origins that a value keeps on its way through names, attributes and functions.
TELLING = frozenset({"clock", "date", "uuid", "random", "environment", "folder", "unordered"})

# Calls that give all there is (origin "whole"): of a file, of a page, of a query, of a table.
_WHOLE_METHODS = frozenset("read readlines read_text fetchall extract_text get_text".split())
_READS = frozenset({"read_text", "read_bytes"})
_WHOLE_TABLES = frozenset("to_string to_markdown to_csv to_html".split())
_FETCHES = frozenset(
    f"{library}.{method}" for library in ("requests", "httpx") for method in ("get", "post", "request")
) | {"urllib.request.urlopen", "urlopen"}
_WHOLE_PARTS = frozenset({"text", "content", "body"})
# What leaves a value as long as it is; anything else may shorten it.
AS_LONG = frozenset(
    "str strip lstrip rstrip decode encode join replace dumps json.dumps format lower upper list tuple repr".split()
)


def of_call(name: str, receiver: State | None, arguments: list[State], first: str | None) -> State:
    """Volatility and origin of a call's value.

    `name` is the dotted callee, `receiver` the state of what a method is called on, `first` the first argument if it
    is a literal string.
    """
    last = name.rpartition(".")[2]
    if last in _READS and "." in name:
        # A file is what its path is: that of a fixed one stays as it is while the program runs. Of one whose path only
        # has a name (`path`) nothing is known.
        path = receiver or strongest([CONSTANT, *arguments])
        named = path[0] is DEPLOY and path[1] in ("name", "parameter")
        return (_UNKNOWN if named else max(path[0], DEPLOY), "whole")
    state = _of_call(name, last, receiver, arguments, first)
    if state[1] not in TELLING and _is_whole(name, last, receiver, arguments):
        return (max(state[0], _UNKNOWN), "whole")
    return (state[0], "") if state[1] == "whole" and last not in AS_LONG else state


def _is_whole(name: str, last: str, receiver: State | None, arguments: list[State]) -> bool:
    """Whether a call gives all there is, with no size or number among its arguments that could limit it."""
    if name in _FETCHES:
        return True
    if (last not in _WHOLE_METHODS and last not in _WHOLE_TABLES) or arguments or "." not in name:
        return False
    if (receiver or UNKNOWN)[0] <= _CONSTANT:
        return False
    # Of a call, as in `rows.head(5).to_string()`, a table may be any part; of a loop it is one item.
    whole_table = last in _WHOLE_TABLES and not name.startswith(".") and (receiver or UNKNOWN)[1] != "loop"
    return last in _WHOLE_METHODS or whole_table


def of_subscript(state: State, node: ast.Subscript) -> State:
    """State of an item or a slice of a value: a date cut from a moment, a part of a whole."""
    if state[1] == "clock" and cuts_time(node):
        return (state[0], "date")
    return (state[0], "") if state[1] == "whole" else state


def _of_call(name: str, last: str, receiver: State | None, arguments: list[State], first: str | None) -> State:
    if last in _SOURCES:
        source = _source(name, ".".join(name.split(".")[-2:]), last, arguments, first)
        if source is not None:
            return source
    if receiver is not None and receiver[1] in ("clock", "date"):
        return _of_time(last, receiver, arguments, first)
    if arguments and name in _OF_PATHS:
        return arguments[0]
    states = arguments if receiver is None else [receiver, *arguments]
    known = strongest(states) if states else UNKNOWN
    if known[1] == "unordered" and not _keeps_order(name, last, receiver):
        known = (known[0], "")
    by_name = volatility_of(last)
    if known[0] <= _UNKNOWN:
        if by_name is UNIQUE and not arguments:
            return (UNIQUE, unique_name(last))
        if name in _ANSWERS or (last in _ANSWERS and receiver is not None):
            return (_REQUEST, "name")
        if by_name is _REQUEST and _fetches(name, last):
            return (_REQUEST, "name")
    if by_name is DEPLOY and known[0] is _REQUEST and known[1] in ("name", "parameter"):
        # `resolve_instructions(context)`: of both only the names are known, and that of the function is the nearer one.
        return (DEPLOY, "name")
    return known if states else (by_name, "name" if by_name is not _UNKNOWN else "")


def _source(name: str, tail: str, last: str, arguments: list[State], first: str | None) -> State | None:
    """The state of a call that is a source of change itself: a clock, an id, the environment, a set."""
    if tail == "time.strftime" and first is not None:
        return (UNIQUE, "date" if date_only(first) else "clock")
    if name in CLOCKS or tail in CLOCKS:
        return (UNIQUE, "clock")
    if name in DATES or tail in DATES:
        return (UNIQUE, "date")
    if name in IDS or last in ("uuid1", "uuid4", "uuid7"):
        return (UNIQUE, "uuid")
    if name in RANDOMS:
        return (UNIQUE, "random")
    if name in ENVIRONMENT:
        return (DEPLOY, "environment")
    if name in _TOLD_OF_PROGRAM:
        return (_CONSTANT, "name")
    if name in _FOLDERS:
        return (DEPLOY, "folder")
    if name in SETS:
        known = strongest(arguments) if arguments else UNKNOWN
        return known if known[0] is UNIQUE else (known[0], "unordered")
    if name in LISTINGS or (last in _LISTING_METHODS and "." in name):
        return (max(DEPLOY, strongest([CONSTANT, *arguments])[0]), "unordered")
    if name == "sorted" and arguments:
        return (arguments[0][0], "" if arguments[0][1] == "unordered" else arguments[0][1])
    return None


def is_source(name: str) -> bool:
    """Whether a call of this name gives a value of its own making: its arguments and its definition say no more."""
    if name.rpartition(".")[2] not in _SOURCES:
        return False
    tail = ".".join(name.split(".")[-2:])
    return any(name in table or tail in table for table in (CLOCKS, DATES, IDS, RANDOMS, LISTINGS))


def _of_time(last: str, moment: State, arguments: list[State], first: str | None) -> State:
    """A method of a point in time or of a text made of one: whether it keeps the time of day."""
    if last in ("strftime", "format", "__format__") and first is not None and "%" in first:
        return (moment[0], "date" if moment[1] == "date" or date_only(first) else "clock")
    if last in _DAY_METHODS:
        return (moment[0], "date")
    return strongest([moment, *arguments])


def _fetches(name: str, last: str) -> bool:
    """Whether a function may be named for what it gets, not for what it makes of its arguments (`to_code_prompt`)."""
    return words(last)[:1] not in _CONVERSIONS and not name.startswith(("str", "len", "json."))


_CONVERSIONS = tuple((word,) for word in "to as is format render build make describe convert dump parse".split())


def _keeps_order(name: str, last: str, receiver: State | None) -> bool:
    """Whether what is unordered in front of a call still shows in its value."""
    return name in _IN_ORDER or (receiver is not None and (last in _SET_METHODS or last == "join"))


def strongest(states: Sequence[State]) -> State:
    """The state that swallows the others. What is in no order stays so among what changes seldom."""
    if not states:
        return UNKNOWN
    known = states[0]
    unordered = known[1] == "unordered"
    for state in states[1:]:
        if state[0] > known[0]:
            known = state
        unordered = unordered or state[1] == "unordered"
    return (known[0], "unordered") if unordered and known[0] < _REQUEST else known


def either_state(states: Sequence[State]) -> State:
    """The state of a value that is one of several; of folders one of the program is what holds (`given or HERE`)."""
    known = strongest(states)
    return (known[0], "folder") if any(state[1] == "folder" for state in states) else known


def date_only(spec: str) -> bool:
    """Whether a strftime pattern has no finer part than the day."""
    return not _TIME_OF_DAY.search(spec)


@functools.lru_cache(maxsize=20_000)
def of_name(name: str, origin: str = "") -> State:
    """State of a name or dotted attribute of which nothing else is known than, perhaps, that it is the "whole"."""
    if origin == "whole":
        return (of_name(name)[0], origin)
    if name in ENVIRONMENT:
        return (DEPLOY, "environment")
    if name == "sys.argv":
        return (_REQUEST, "name")
    last = name.rpartition(".")[2]
    if last in _OWN_PLACES or name in _OWN_PLACES:
        return (DEPLOY, "folder")
    if last == _DOCSTRING:
        return (_CONSTANT, "name")
    if last.isupper() and len(last) > 1:
        return (_CONSTANT, "name")
    volatility = volatility_of(name)
    if volatility is UNIQUE:
        return (volatility, unique_name(name))
    return (volatility, "name" if volatility is not _UNKNOWN else "")


def dotted(node: ast.expr) -> str:
    """The dotted name of `a.b.c`, "" for its base when that is no name: `f().b.c` is ".b.c", `Agent[T]` is "Agent"."""
    if type(node) is ast.Name:
        return node.id
    if type(node) is ast.Subscript:
        node = node.value
    written = ""
    while type(node) is ast.Attribute:
        written = f".{node.attr}{written}"
        node = node.value
    return node.id + written if type(node) is ast.Name else written


# Fields of nodes in which no node stands that is read: names, texts and numbers, the uses of names, and the operators.
_BARE = frozenset(
    "id attr arg name names module level asname ctx op ops kind rest kwd_attrs simple conversion is_async type_comment "
    "type_ignores".split()
)
_LEAVES = (ast.Name, ast.Constant, ast.MatchSingleton)
# By the kind of a node its fields in which others may stand.
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: () if kind in _LEAVES else tuple(field for field in kind._fields if field not in _BARE)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one, in the order of the source, without operators: `ast.iter_child_nodes` takes longer."""
    found: list[ast.AST] = []
    fields = _FIELDS.get(type(node))
    held = node.__dict__
    for field in node._fields if fields is None else fields:
        value = held.get(field)
        if type(value) is list:
            # `None` stands for a key that is no key, and a default that is none.
            found += filter(None, value)
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, the nearest first, without operators: `ast.walk` takes twice as long."""
    found = [node]
    for each in found:
        yield each
        found += children(each)


def of_part(member: str, whole: State, named: State) -> State:
    """State of an attribute of a value, by the value's own and by what its name says."""
    if whole[1] == "clock" and member in DAY_ATTRIBUTES:
        return (whole[0], "date")
    if member == _DOCSTRING:
        return named
    if whole[1] == "whole":
        return whole if member in _WHOLE_PARTS else (max(named[0], whole[0]), named[1])
    if whole[1] == "loop":
        return (named[0] if whole[0] is _UNKNOWN else whole[0], "loop")
    if whole[0] <= DEPLOY:
        # A part of what never changes does not either; of `None` and `{}`, which may be replaced, nothing follows.
        return whole if named[0] is _UNKNOWN and whole != CONSTANT else named
    if named[0] is DEPLOY and whole[1] in ("name", "parameter"):
        # `lead.type`, `context["language"]`: of both only the names are known. What a value is called that is the same
        # for every request says nothing of a part of one that need not be, unless it belongs to such a value itself
        # (`context.settings.language`).
        between = member.rpartition(".")[0]
        if between and of_name(between)[0] <= DEPLOY:
            return named
        return whole if whole[0] < _UNKNOWN else UNKNOWN
    return strongest([named, whole])


# Characters of a date in ISO format.
DATE_WIDTH = 10


def cuts_time(node: ast.Subscript) -> bool:
    """Whether of a moment written in ISO format only the date is taken: `[:10]`, `.split("T")[0]`."""
    whole, part = node.value, node.slice
    if not isinstance(whole, ast.Call):
        return False
    if isinstance(part, ast.Slice):
        written = dotted(whole.func).rpartition(".")[2] in ("isoformat", "str")
        bound = part.upper.value if isinstance(part.upper, ast.Constant) and part.lower is None else None
        return written and isinstance(bound, int) and 0 < bound <= DATE_WIDTH and not _plain_seconds(whole)
    at = part.value if isinstance(part, ast.Constant) else None
    sign = whole.args[0].value if whole.args and isinstance(whole.args[0], ast.Constant) else None
    splits = isinstance(whole.func, ast.Attribute) and whole.func.attr in ("split", "partition")
    return splits and at == 0 and sign in ("T", " ", None)


def _plain_seconds(node: ast.Call) -> bool:
    """`str(time.time())`: its first characters are no date."""
    inner = node.args[0] if node.args else None
    return isinstance(inner, ast.Call) and dotted(inner.func).rpartition(".")[2] in ("time", "time_ns", "timestamp")


def terms(node: ast.expr, operator: type[ast.operator]) -> list[ast.expr]:
    """The operands of a chain of one operator, found without recursion: a real one can have thousands."""
    terms: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, operator):
        terms.append(node.right)
        node = node.left
    return [node, *reversed(terms)]
