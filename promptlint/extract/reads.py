"""How a text reads: is it addressed to a language model, to a person, or to a machine?

Three judgements about a string's text alone, used as evidence where no call or keyword settles the matter.
`reads_like_prompt` asks for proof, because a wrong "yes" makes a linter report on an error message; `could_be_prompt`
only rules out what a prompt cannot be; `looks_like_code_or_markup` says whether a text is written for a machine.

All are pure, and linear in the length of the text; of a text longer than `SAMPLE` characters only the head and the tail
are read. The words looked for are in `wording`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from promptlint.extract.patterns import lazy
from promptlint.extract.wording import (
    ADDRESS,
    ADDRESS_ABROAD,
    ADDRESS_WESTERN,
    AGAINST,
    FAULTS,
    IMPERATIVES,
    OPENINGS,
    ORDERS,
    ORDERS_ABROAD,
    ORDERS_WESTERN,
    WESTERN,
    Signal,
)

SAMPLE = 4_000
"""Characters read of a long text: three quarters from its head, a quarter from its tail (closing instructions)."""

THRESHOLD = 4
"""Points that make a text read like a prompt.

Who the model is or what its task is: 4 where it opens the text, else 3. How to answer, or what to leave out of an
answer: 2 each. Markup of a chat template: 3. Imperatives and section headings: 1 each, at most 3 of a kind. A
placeholder: 1. Wording of documentation, errors and licences takes points away (`AGAINST`).
Whatever the points, one of the first kind, or two of the second, or one of the second next to a placeholder has to be
there: documentation has imperatives and headings too.
"""

SHORTEST = 20
"""Characters below which no text is called a prompt on its wording alone; half of it where others than ASCII occur."""

SENTENCE = 5
"""Words that a sentence has at least; in a script without spaces they are not counted."""

MAX_UTTERED = 200
"""Characters of what a program says in one turn of a dialog; a longer text may be anything."""

_SENTENCE = lazy(
    r"(?:^|[.!?:;]\s+|\n)[\s\-*•#>\d.)(\"'`]{0,12}"
    r"(?:please |then |and |also |next |first |finally |now )*([^\W\d_][^\W\d_']*)(?= )"
)

# The heading of a file that agents read before they begin (AGENTS.md, CLAUDE.md, RULE.md); those for people are others.
_AGENTS_FILE = lazy(
    r"\s*#[ \t]+(?!README|CHANGE|CONTRIB|LICEN|SECURITY|INSTALL|CODE|HISTORY|AUTHORS|NOTICE|RELEASE|TODO)"
    r"[A-Z]{3,20}\.md\b"
)

# People are told in small letters, licences and the like in capitals alone.
_LOUD = lazy(r"\b[Yy]ou MUST\b|\bYOU MUST (?:[A-Z]+ )?[a-z]")
# Who the model is, by a name: "You are Ada, a clerk of the bank". People are told so in a few words.
_BY_NAME = lazy(
    r"(?:^|[.!?:\n])[\s\"'(*#-]{0,12}You are (?:[A-Z][a-z]{0,3}\. )?[A-Z\u00c0-\u00de][\w'-]*(?: [A-Z][\w'-]*){0,2},\s+"
    r"an? (?!few|bit|little|lot|moment|minute|second|change|copy|link)\w"
)
MIN_NAMED = 60
"""Characters from which on a text that says by a name who somebody is, is called a prompt on that alone."""

_CHAT = lazy(
    r"<\|(?:im_start|im_end|system|user|assistant|eot_id|begin_of_text|start_header_id)\|>|\[/?INST\]|<<SYS>>"
    r"|<start_of_turn>|\n\n(?:Human|Assistant):"
)
_SECTION = lazy(
    r"^[ \t]*[#*=<\-\[ ]*(?:(?:your|the|output|response|input|important|critical|key|general|additional|core|user"
    r"|final|my|new|chat|conversation) ){0,2}(instructions?|task|context|question|answer|role|rules|guidelines"
    r"|examples?|input|output|query|response|constraints|goals?|objectives?|thought|action|observation|requirements"
    r"|format|history|persona|background|final answer|q|a)(?: (?:input|format|\d+))?[ \t]*[:>#*=\]]",
    re.MULTILINE | re.IGNORECASE,
)
_PLACEHOLDER = lazy(
    r"\{\{-?\s*[$\w.\[\]'|() ]{1,80}-?\}\}|(?<![${])\{[A-Za-z_][\w.\[\]'\"()]{0,80}\}|\{%-?\s*(?:if|for)\b"
    r"|<[a-z]{2,20}_[a-z_]{2,20}>"
)

_WRAP = lazy(r"(?<![ \t])[ \t]*\n[ \t]*(?=[a-z])")
_INDENT = lazy(r"\n[ \t]+")
_BLANKS = lazy(r"[ \t]{2,}")


def _sample(text: str) -> str:
    if len(text) > SAMPLE:
        head = SAMPLE * 3 // 4
        text = text[:head] + "\n" + text[head - SAMPLE :]
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _flow(text: str) -> str:
    """Lower-cased running text, indentation gone, wrapped lines joined: a line starts only where a sentence may."""
    if "\n" in text:
        text = _INDENT.sub("\n", _WRAP.sub(" ", text))
    if "  " in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    return text.strip().lower().replace("’", "'")


def _hits(signals: tuple[Signal, ...], flow: str) -> Iterator[int]:
    """Where the first hit of each signal begins."""
    for needles, near, pattern in signals:
        for needle in needles:
            if needle in flow:
                match = pattern.search(flow) if near is None or near.search(flow) else None
                if match:
                    yield match.start()
                break


def _score(text: str) -> int:
    """Points of a sample by the scale of `THRESHOLD`; 0 where nothing in it is addressed to a model."""
    flow = _flow(text)
    address = [4 if start < 12 else 3 for start in _hits(ADDRESS, flow)]
    orders, abroad = sum(1 for _ in _hits(ORDERS, flow)), 0
    if WESTERN.search(flow) is not None:
        address += [4 if start < 12 else 3 for start in _hits(ADDRESS_WESTERN, flow)]
        orders += sum(1 for _ in _hits(ORDERS_WESTERN, flow))
    if not flow.isascii():
        address += [4 if start < 12 else 3 for start in _hits(ADDRESS_ABROAD, flow)]
        abroad = sum(1 for _ in _hits(ORDERS_ABROAD, flow))
        orders += abroad
    verbs = set()
    openings = set()
    if address or orders or any(word in flow for word in OPENINGS):
        for match in _SENTENCE.finditer(flow):
            word = match[1]
            if word in IMPERATIVES:
                verbs.add(word)
            if word in OPENINGS and OPENINGS[word].match(flow, match.end()):
                openings.add(OPENINGS[word])
    orders += len(openings)
    if "MUST" in text and _LOUD.search(text) is not None:
        address.append(4)
    if "You are " in text and (by_name := _BY_NAME.search(text)) is not None:
        address.append(4 if not by_name.start() and len(text) >= MIN_NAMED else 3)
    chat = _CHAT.search(text) is not None
    if not address and not orders and not chat:
        return 0
    placeholder = _PLACEHOLDER.search(text) is not None
    if not address and not chat and orders < 2:
        # One order and a placeholder: also how an error message reads, unless the order opens the text or the text
        # has lines.
        first = _SENTENCE.match(flow)
        opens = first is not None and first[1] in IMPERATIVES
        if not orders or not placeholder or ("\n" not in text.strip() and not opens and not abroad):
            return 0
    score = sum(address) + 2 * orders + (3 if chat else 0) + placeholder + min(3, len(verbs) or abroad)
    score += min(3, len({match[1].lower() for match in _SECTION.finditer(text)}))
    lower = text.lower()
    return score - sum(points for points, needles in AGAINST for needle in needles if needle in lower)


@functools.lru_cache(maxsize=256)
def reads_like_prompt(text: str) -> bool:
    """Whether the wording alone shows that `text` is addressed to a language model.

    Precision comes first: a doubtful text is none, so that fragments and bare questions need other evidence.
    """
    if len(text.strip()) < (SHORTEST if text.isascii() else SHORTEST // 2):
        return False
    if text.lstrip()[:2] in ("# ", "#\t") and _AGENTS_FILE.match(text) is not None:
        return True
    sample = _sample(text)
    score = _score(sample)
    if score < THRESHOLD:
        return False
    if _IMPORTS.match(sample) or (_CALL.match(sample) and text.rstrip().endswith(")")):
        return False
    return not looks_like_code_or_markup(sample) or (score >= 2 * THRESHOLD and _JSON.match(sample) is not None)


def addresses(text: str) -> bool:
    """Whether something in a text is addressed to a model, be it less than tells a prompt by its wording alone."""
    return _score(_sample(text)) > 0


def tells_model(text: str) -> bool:
    """Whether a text reads like a prompt, and says whom it is for: "You are the clerk ...", not only what to do."""
    if not reads_like_prompt(text):
        return False
    flow = _flow(_sample(text))
    addressed = (True for signals in (ADDRESS, ADDRESS_WESTERN, ADDRESS_ABROAD) for _ in _hits(signals, flow))
    return flow.startswith("you are ") or any(addressed)


def instructs(text: str) -> bool:
    """Whether a sentence of a text begins as one that tells somebody what to do: "Write ...", "Then sort ..."."""
    flow = _flow(_sample(text))
    for match in _SENTENCE.finditer(flow):
        if match[1] in IMPERATIVES and _QUESTION.match(flow, match.start(1)) is None:
            return True
    return not flow.isascii() and any(True for _ in _hits(ORDERS_ABROAD, flow))


def utters(text: str, drawn: bool) -> bool:
    """Whether a text may be what a program says in one turn of a dialog: a line that tells nobody what to do.

    A line that is not `drawn` from several has to ask or to exclaim something.
    """
    line = text.strip()
    short = len(line) <= MAX_UTTERED and "\n" not in line and (drawn or _ASKING.search(line) is not None)
    return short and not instructs(line) and not reads_like_prompt(line)


_ASKING = lazy(r"[?!](?:\s|$)")
_QUESTION = lazy(r"do (?:i|you|we|they)\b")
_OF_MODELS = lazy(
    r"llm|gpt|openai|anthropic|claude|gemini|llama|mistral|qwen|model|completion|agent|\.chat\b|(?<![a-z_])chat\w*\("
    r"|assistant|transformer|langchain|token|temperature|inference|generation|generate\w*\(|invoke|(?<![a-z])(?:ai|n?lm)(?![a-z])",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=8)
def speaks_of_models(source: str) -> bool:
    """Whether the source text of a program has any word by which programs name a language model or its use."""
    return _OF_MODELS.search(source) is not None


_WORDS = lazy(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PLAIN_WORD = lazy(r"\W*[A-Za-z]+(?:['-][A-Za-z]+)*\W*$")
_UNSPACED = lazy(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]{4}")
_FAILURE = lazy(
    r"\s*(?:\[?error\b|#+ ?error[:!]|(?:i'm |i am |we're |we are )?(?:so |very )?sorry\b|apologies\b"
    r"|failed (?:to|in|with)|failure|unable to|cannot |could not |couldn't |can't |invalid "
    r"|unexpected |unknown |unsupported |missing |no such |expected |warning\b|deprecated|unrecogni[sz]ed|usage error"
    r"|exception|not found|no \w+ (?:found|provided|specified|given)\b"
    r"|no (?:[\w'-]+ ){1,6}(?:was |were )?found\b|both \S+ and \S+ )",
    re.IGNORECASE,
)
_IF = lazy(r"\bif\b")
_LOG = lazy(
    r"\s*(?!Using|Considering|According|Following|Assuming|During|Regarding|Based|Provided|Being|Acting|Thinking|Need"
    r"|Speed|Bring|String|Thing|Nothing|Anything|Everything|King|Red)(?:[A-Z][a-z]+(?:ing|ed)|Found|Got|Done"
    r"|Successfully)\b[^\n]*(?:%[sdrif]|\{[^{}\n]{1,80}\}|\.\.\.)[^\n]*$"
)
_NOTICE = 300
"""Characters up to which a text is judged as one message (error, log line, option help) by its start and phrases."""


@functools.lru_cache(maxsize=4_000)
def could_be_prompt(text: str) -> bool:
    """Whether `text` is natural language that may be sent to a model: no code, markup, log line, error, option help.

    Evidence only together with a name or keyword that says so: documentation and texts of a user interface pass too.
    """
    sample = _sample(text)
    if not _natural(sample):
        return False
    if looks_like_code_or_markup(sample) and not _worked_examples(sample) and not _instructs(sample):
        return False
    if len(text) > _NOTICE:
        return True
    return not (reports_failure(sample) or _LOG.match(sample)) or reads_like_prompt(text)


_SENTENCES = lazy(r"\w[.!?](?:[\s\"')<]|$)|[。！？]")


def in_sentences(text: str) -> bool:
    """Whether a text has a sentence in it that ends, as against a title or a label: "Report of {day} by {name}"."""
    return (len(text.split()) >= SENTENCE or not text.isascii()) and _SENTENCES.search(text) is not None


def reports_failure(text: str) -> bool:
    """Whether a short text says that something has failed, as errors and warnings do."""
    if _FAILURE.match(text) is not None:
        return True
    lower = text.lower()
    for phrase in FAULTS:
        if phrase in lower:
            return _IF.search(lower) is None
    return False


_GREETING = lazy(
    r"\W*(?:hello|hi|hey|greetings|welcome)\b[^\n.!?]{0,60}[.!?,\s]\s*"
    r"(?:i'm|i am|my name is|this is|how (?:can|may) i)\b",
    re.IGNORECASE,
)
_OFFER = lazy(
    r"\b(?:(?:i (?:can|will)|i'll|that|here to|can i|may i|happy to|will) (?:help|assist)"
    r"|i(?:'m| am) an? (?:\w+ ){0,3}(?:chat)?bot\b)",
    re.IGNORECASE,
)


def hails(text: str) -> bool:
    """Whether a text begins as a program does that greets its user: "Hi, I am ...", "Welcome! How can I ...?"."""
    return _GREETING.match(text) is not None


_DECLINING = lazy(
    r"\W*as an (?:ai|artificial intelligence)(?: language)? (?:model|assistant)\W{0,3}"
    r"i (?:do not|don't|cannot|can't|am not|am unable|'m not|have no)\b",
    re.IGNORECASE,
)


def greets(text: str) -> bool:
    """Whether a short text is how a program greets its user: "Hello! I am a bot that helps you book a room.".

    Or how a model declines: "As an AI language model, I do not ...".
    """
    if _DECLINING.match(text) is not None:
        return True
    return len(text) <= 2_000 and hails(text) and _OFFER.search(text, 0, 400) is not None


_INPUT = lazy(
    r"\b(?:please|you can|you may|you should) (?:now )?(?:enter|input|upload|type|paste|drag|click)\b"
    r"|\b(?:describe|enter|upload|type|paste) [^.!?\n]{0,60}\byou(?:'d like| would like| want) to\b"
    r"|\u8bf7\u4f60?(?:\u8f93\u5165|\u4e0a\u4f20)",
    re.IGNORECASE,
)


def asks_for_input(text: str) -> bool:
    """Whether a text asks a person to give a program something: "Please upload your file.", "Enter a topic"."""
    return _INPUT.search(_sample(text)) is not None


def _worked_examples(text: str) -> bool:
    """Whether a text is divided as examples for a model are: "Input: ... Output: ...", whatever stands in them."""
    if _START.match(text):
        return False
    return len({match[1].lower().rstrip("s") for match in _SECTION.finditer(text)} & _EXAMPLE_PARTS) > 1


# A prompt that is written as JSON, as models are asked that answer in it: `{"instruction": "You are ...", ...}`.
_INSTRUCTION = lazy(
    r"[\"'](?:[a-z]+[ _])?instructions?[\"']\s*:\s*(?:\"\s*([^\"\n]{8,200})|'\s*([^'\n]{8,200}))", re.IGNORECASE
)


def _instructs(text: str) -> bool:
    """Whether a text is JSON that has a sentence under "instruction"."""
    found = _INSTRUCTION.search(text) if _JSON.match(text) else None
    return found is not None and _PROSE.search(found[1] or found[2]) is not None


_EXAMPLE_PARTS = frozenset(
    ["example", "input", "output", "question", "answer", "query", "response", "thought", "action", "observation"]
)


def _natural(text: str) -> bool:
    """Three words, or two that make a sentence or take a value, or four characters of a script without spaces."""
    words = 0
    if len(text) < _NOTICE and text.isascii() and not any(map(_PLAIN_WORD.match, text.split())):
        return False  # names and numbers of a program
    for match in _WORDS.finditer(text):
        if match.end() - match.start() > 1:
            words += 1
        if words == 3:
            return any(character.isspace() for character in text.strip()) or _UNSPACED.search(text) is not None
    if words == 2:
        stripped = text.strip()
        spaced = " " in stripped and (stripped[-1] in ".!?:}" or _PLACEHOLDER.search(text) is not None)
        return spaced or _UNSPACED.search(text) is not None
    if not text.isascii() and " " in text.strip():  # scripts whose vowel signs are no letters to `re`
        return sum(1 for character in text if character.isalpha()) >= 8
    return _UNSPACED.search(text) is not None


_SQL = lazy(
    r"\s*(?:--[^\n]*\n\s*)*(?:SELECT\s+(?:DISTINCT\b|TOP\b|COUNT\s*\(|\*|[\w.\"`{}]+\s*(?:,|\bFROM\b|\bAS\b|\())"
    r"|INSERT\s+INTO\s|CREATE\s+(?:OR\s+REPLACE\s+|TEMP(?:ORARY)?\s+|UNIQUE\s+|GLOBAL\s+)*(?:TABLE|INDEX|VIEW"
    r"|FUNCTION|DATABASE|SCHEMA|EXTENSION|CONSTRAINT|TRIGGER|VECTOR|USER|ROLE)\b\s*[\w({\"`]|UPDATE\s+\S+\s+SET\s"
    r"|DELETE\s+FROM\s|ALTER\s+TABLE\s|DROP\s+(?:TABLE|INDEX)\s|TRUNCATE\s+TABLE\s"
    r"|WITH\s+(?:RECURSIVE\s+)?[\w{}]+\s+AS\s*\(|GRANT\s+\w+|MERGE\s+INTO\s|EXPLAIN\s+SELECT\b|PRAGMA\s+\w+)",
    re.IGNORECASE,
)
_SQL_CLAUSE = lazy(
    r"\s*(?:SELECT|FROM|WHERE|GROUP BY|ORDER BY|HAVING|LIMIT|(?:LEFT |RIGHT |INNER |OUTER |CROSS )?JOIN|UNION|VALUES"
    r"|INSERT|UPDATE|DELETE|ON CONFLICT|RETURNING|AND|OR|SET|WHEN|CASE|ELSE|END|COPY|CREATE|MATCH|OPTIONAL MATCH"
    r"|MERGE|UNWIND|CALL|YIELD|WITH|RETURN|DETACH)\b(?!:)(?=\s*$|[^A-Z\n]*[(=,.*:\[_'\"{<>]|\s+[a-z]\w*(?:\s+[A-Z]|\s*$))"
)
# "Select topics, ..." and "Create user stories" are English: articles and pronouns, and no clause in capitals.
_SQL_LIKE_PROSE = lazy(r"\b(?:the|an?|your|you|each|this|that|then|should)\b", re.IGNORECASE)
_SQL_CAPITALS = lazy(
    r"\b(?:FROM|WHERE|VALUES|SET|IF (?:NOT )?EXISTS|PRIMARY KEY|RETURNS|NOT NULL|INTO|TABLE|INDEX) [\w({\"`'%:?]"
)
_CYPHER = lazy(
    r"\s*(?:OPTIONAL\s+)?(?:MATCH|MERGE|CREATE|UNWIND|CALL)\s*(?:\w+\s*=\s*)?(?:\(\w*[:)\s{]|[$\[]|\w+\.\w+\(|\{)"
)
_HTML = lazy(
    r"</?(?:html|head|div|span|table|tbody|thead|tr|td|th|ul|ol|li|script|img|br|hr|svg|path|iframe|button|link|meta"
    r"|h[1-6]|p|a|b|i|em|strong|font|nav|footer|center|noscript)(?:\s[^<>]*)?/?>|<\w+[^<>]*\s(?:class|style|href|src"
    r"|id|xmlns)=|<!DOCTYPE|<\?xml|<!--",
    re.IGNORECASE,
)
_START = lazy(
    r"\s*(?:#!|\ufeff?<!DOCTYPE|<\?xml|usage: |%\(|(?:query|mutation|subscription|fragment)\b[^.\n]{0,120}\{\s*\n"
    r"|\\documentclass|FROM \S+(?: AS \w+)?\n|diff --git|-----BEGIN|data:\w+/|@(?:media|import|charset)\b)"
)
# A program that calls a model has prompts in it and is none.
_IMPORTS = lazy(
    r"\s*(?:(?:#[^\n]*|from [\w.]+ import [^\n]+|import [\w.]+(?: as \w+)?)\n\s*){1,40}"
    r"(?:[\w.]+ = |def |class |async |@|with |print\()"
)
# So has one that makes an object with its arguments one on a row.
_CALL = lazy(r"\s*(?:\w+ = )?(?:await )?[A-Za-z_][\w.]*\(\n\s*\w+=")
_JSON = lazy(r"\s*(?:\{\s*[\"'][^\"'\n]*[\"']\s*:|\[\s*[\[{\"]|\[\s*-?\d+\s*,).*[\]}]\s*$", re.DOTALL)
_TOKENS = lazy(
    r"%\((?:asctime|levelname|message|default|prog|name)\)|\\[sdwbSDW](?:[+*?{)\]]|\b)|\(\?(?:[:P=!<]|[imsx]+\))|\[\^"
    r"|\\documentclass|\\begin\{|\\usepackage"
)
_CODE_LINE = lazy(
    r"(?:.*(?:[;{]|\)\s*=>|\\|&&|\|\|)$|[}\])]+[;,)]*$|(?:def|class|async def) \w+.*:$|import [\w.{]+"
    r"|from [\w.]+ import |@\w+[\w.]*(?:\(.*\))?$|(?:if|elif|for|while|with|try|except|else|finally)\b.*:$|(?:return"
    r"|raise|yield|await|assert|del) [\w.(\[{'\"]+(?:$|[(.\[,])|(?:const|let|var|function|public|private|static"
    r"|export|package|using|namespace|struct|enum|fn|func|int|void|auto|local|set|type) [\w<>\[\].{]+.*[=({;]"
    r"|#(?:include|define|if|endif|pragma)\b|//|/\*|\*/|\* @|--\s|\$ |>>> |\.\.\. |(?:sudo|apt-get|apt|pip3?|npm|npx"
    r"|yarn|git|cd|docker|kubectl|curl|wget|echo|export|mkdir|chmod|rm|cp|mv|source|python3?|bash|sh|systemctl|brew"
    r"|conda|uv|setx) [\w./\-$\"'{~]+|(?:RUN|COPY|ADD|ENV|CMD|WORKDIR|EXPOSE|ENTRYPOINT|USER|ARG|LABEL"
    r"|VOLUME) [\[/\"'\w$.]|\[[\w.\-: \"]+\]$|[\w.\-]+(?:\[[^\]]*\])?\s*[-+*/|]?=\s*\S|-{1,2}[a-z][\w-]*(?:[= ]\S+)?$"
    r"|-\s[a-z_][\w.\-]*:(?:\s|$)|[a-z_][\w.\-]*:(?:\s+[^\s{][^\s]*)?$|\"[^\"\n]*\"\s*:\s*\S"
    r"|\w+(?:\.\w+)*\(.*\)[;,]?$|\.[\w-]+(?:\(.*|\s*[{,].*)$|\\\w+[{\[]|[+\-|=]{4,}\S*$)"
)
# Lines that are code however many words stand in them.
_STATEMENT = lazy(
    r"(?:async )?(?:def \w+\(|for [\w, ]+ in .*:$|with .+ as \w+:$)|class \w+(?:\(.*\))?:$|from [\w.]+ import \w"
)
_PROSE = lazy(
    r"\b(?:[^\W\d_]+(?:['’-][^\W\d_]+)*[,;:.]? ){3,}[^\W\d_]+"
    r"|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"[\u0e00-\u0e7f\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af ，。：]{5}"
)


def looks_like_code_or_markup(text: str) -> bool:
    """Whether `text` is mostly written for a machine: program, query, markup, settings, data, pattern, path or URL.

    Code inside a prompt does not count: lines of code have to outweigh lines of prose two to one, in characters.
    """
    sample = _sample(text)
    stripped = sample.strip()
    if not stripped:
        return False
    if len(stripped) >= 16 and not any(character.isspace() for character in stripped):
        return stripped.isascii()
    if _START.match(sample) or _CYPHER.match(sample) or _JSON.match(sample):
        return True
    if _SQL.match(sample) and (_SQL_CAPITALS.search(sample) or not _SQL_LIKE_PROSE.search(sample)):
        return True
    tokens = _TOKENS.findall(sample) if any(mark in sample for mark in ("\\", "%(", "(?", "[^")) else []
    if len(tokens) >= max(2, len(sample) // 60):
        return True
    code = prose = comment = 0
    before = ""
    left, comments = len(stripped), "# " in stripped
    for line in stripped.splitlines():
        left -= len(line)
        line = line.strip()
        if not line:
            continue
        # Two lines with one "#" in a row are a comment of several lines; Markdown's headings come one at a time.
        comment = comment + 1 if line.startswith("# ") else 0
        if comment > 1:
            code += len(line)
            if comment == 2 and _PROSE.search(before):
                prose, code = prose - len(before), code + len(before)
        elif _SQL_CLAUSE.match(line) or _HTML.match(line) or _STATEMENT.match(line):
            code += len(line)
        elif _PROSE.search(line):
            prose += len(line)
        elif _CODE_LINE.match(line):
            code += len(line)
        before = line
        # Whatever follows, the prose outweighs it; what turns out to be a comment counts for code, and not for prose.
        if 2 * prose >= code + (4 * left + 3 * len(before) if comments else left):
            return False
    return code > 2 * prose and 4 * code >= len(stripped)


_ASKED = lazy(
    r"\s*(?:(?:open|delete|remove|overwrite|continue|proceed|add|create|install|run|save|retry|allow|apply|commit|push"
    r"|accept|confirm|abort|cancel|replace|update|upgrade|download|send|try|start|stop|restart|exit|quit"
    r"|go on|keep|skip|edit|view|do you want|would you like|are you sure"
    r"|is (?:this|that|it) (?:ok|okay|correct|right))\b[^\n?.:]{0,80}\?"
    r"|[^\n]{0,160}[(\[]y(?:es)?\s?[/|]\s?no?[)\]]:?|(?:please )?(?:enter|type|press|hit) [^\n{}.]{0,60}"
    r"|(?:press|hit) [^\n.]{0,80}"
    r"|[^\n{}.?!:]{0,60}\((?:e\.g\.|optional|default|leave (?:blank|empty)|press|required)[^\n{}()]{0,80}\)"
    r"|\([^\n(){}]{0,60}\)|\[[^\n\[\]{}]{0,60}\])[\s:>]*$",
    re.IGNORECASE,
)


def asks_user(text: str) -> bool:
    """Whether a short text is what a terminal asks its user or shows in the place of a value.

    "Delete all files?", "Go on? [y/N]", "Enter a name: ", "Address (e.g. 10.0.0.1)", "(none found)".
    """
    return len(text) <= 220 and _ASKED.match(text) is not None
