"""How often the value of an expression changes, by simple data flow: clocks, ids, settings, what they flow through."""

from __future__ import annotations

import ast
import re

from promptlint.extract.names import unique_name, volatility_of
from promptlint.template import Volatility

# Full names after alias resolution, or their tails as written (`datetime.now` for `from datetime import datetime`).
CLOCKS = frozenset(
    "datetime.now datetime.utcnow datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today "
    "datetime.today time.time time.time_ns time.strftime time.ctime time.localtime time.gmtime "
    "time.asctime time.monotonic time.perf_counter timezone.now django.utils.timezone.now pendulum.now "
    "arrow.now arrow.utcnow pd.Timestamp.now pandas.Timestamp.now Timestamp.now".split()
)
DATES = frozenset({"date.today", "datetime.date.today", "pendulum.today"})
IDS = frozenset({f"uuid.uuid{n}" for n in (1, 3, 4, 5, 6, 7, 8)} | {"shortuuid.uuid", "nanoid.generate", "ulid.new"})
RANDOMS = frozenset(
    "random.random random.randint random.choice random.choices random.sample random.uniform "
    "random.randrange random.shuffle random.getrandbits secrets.token_hex secrets.token_urlsafe "
    "secrets.token_bytes secrets.randbelow secrets.choice os.urandom numpy.random.choice "
    "numpy.random.randint".split()
)
ENVIRONMENT = frozenset(
    "os.getenv os.environ.get os.environ platform.system platform.platform platform.release os.getcwd "
    "os.name sys.platform sys.version getpass.getuser socket.gethostname".split()
)
UNORDERED = frozenset({"set", "frozenset", "os.listdir", "os.scandir", "glob.glob", "glob.iglob"})
_TIME_OF_DAY = re.compile(r"%-?[HIMSfpXcTRrs]")

State = tuple[Volatility, str]
CONSTANT: State = (Volatility.CONSTANT, "")
UNKNOWN: State = (Volatility.UNKNOWN, "")


def of_call(name: str, receiver: State | None, arguments: list[State], first: str | None) -> State:
    """Volatility and origin of a call's value.

    `name` is the dotted callee, `receiver` the state of what a method is called on, `first` the first argument if it
    is a literal string.
    """
    tail = ".".join(name.split(".")[-2:])
    last = name.rpartition(".")[2]
    if last == "strftime" and first is not None:
        known = receiver or (Volatility.UNIQUE, "clock")
        if known[1] in ("clock", "date") or tail == "time.strftime":
            return (Volatility.UNIQUE, "clock" if _TIME_OF_DAY.search(first) else "date")
        return known
    if name in CLOCKS or tail in CLOCKS:
        return (Volatility.UNIQUE, "clock")
    if name in DATES or tail in DATES:
        return (Volatility.UNIQUE, "date")
    if name in IDS or last in ("uuid1", "uuid4", "uuid7"):
        return (Volatility.UNIQUE, "uuid")
    if name in RANDOMS:
        return (Volatility.UNIQUE, "random")
    if name in ENVIRONMENT:
        return (Volatility.DEPLOY, "environment")
    if name in UNORDERED:
        return (strongest(arguments)[0] if arguments else Volatility.UNKNOWN, "unordered")
    if name == "sorted" and arguments:
        return (arguments[0][0], "" if arguments[0][1] == "unordered" else arguments[0][1])
    if receiver is not None and receiver[1] == "clock" and last == "date":
        return (Volatility.UNIQUE, "date")
    states = arguments if receiver is None else [receiver, *arguments]
    known = strongest(states) if states else UNKNOWN
    by_name = volatility_of(last)
    if (
        known[0] <= Volatility.UNKNOWN
        and by_name is Volatility.REQUEST
        and not name.startswith(("str", "len", "json."))
    ):
        return (Volatility.REQUEST, "name")
    return known if states else (by_name, "name" if by_name is not Volatility.UNKNOWN else "")


def strongest(states: list[State]) -> State:
    """The state that swallows the others."""
    return max(states, key=lambda state: state[0], default=UNKNOWN)


def date_only(spec: str) -> bool:
    """Whether a strftime pattern has no finer part than the day."""
    return not _TIME_OF_DAY.search(spec)


def of_name(name: str) -> State:
    """State of a name or dotted attribute of which nothing else is known."""
    if name in ENVIRONMENT:
        return (Volatility.DEPLOY, "environment")
    last = name.rpartition(".")[2]
    if last.isupper() and len(last) > 1:
        return (Volatility.CONSTANT, "name")
    volatility = volatility_of(name)
    if volatility is Volatility.UNIQUE:
        return (volatility, unique_name(name))
    return (volatility, "name" if volatility is not Volatility.UNKNOWN else "")


def dotted(node: ast.expr) -> str:
    """The dotted name of `a.b.c`, "" for its base when that is no name: `f().b.c` is ".b.c", `Agent[T]` is "Agent"."""
    parts: list[str] = []
    if isinstance(node, ast.Subscript):
        node = node.value
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))
