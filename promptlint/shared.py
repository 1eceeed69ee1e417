"""What requests of a project have in common: the same text in front, which a provider stores once for all of them.

Texts are compared by hashes of their values, so the cost is linear in the size of the project. Of every condition the
first branch is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from promptlint.cache import changes, model_of, policy_of
from promptlint.pieces import skeleton
from promptlint.prompt import Request
from promptlint.template import Span, Text, Volatility

# Characters. Shorter texts are the same by chance, and no provider's minimum is so small that they would matter.
MIN_LENGTH = 400
# As many other places are kept of a text.
_PLACES = 8


class Shared(msgspec.Struct, frozen=True):
    """Texts in front of several requests to one model. `requests` are their indices, in order, at least two."""

    texts: tuple[Text, ...]
    requests: tuple[int, ...]


def shared_prefixes(requests: Sequence[Request]) -> dict[int, Shared]:
    """For each request (by its index) the longest text in front that another request for the same model begins with."""
    texts = [list(_leading(request)) for request in requests]
    prefixes = [list(_hashes(request, each)) for request, each in zip(requests, texts, strict=True)]
    owners: dict[bytes, list[int]] = {}
    for index, hashes in enumerate(prefixes):
        for key in hashes:
            owners.setdefault(key, []).append(index)
    groups: dict[bytes, tuple[int, ...]] = {}
    found: dict[int, Shared] = {}
    for index, hashes in enumerate(prefixes):
        longest = next((at for at in reversed(range(len(hashes))) if len(owners[hashes[at]]) > 1), None)
        if longest is None:
            continue
        some = texts[index][: longest + 1]
        if sum(len(text.value) for text in some) >= MIN_LENGTH:
            key = hashes[longest]
            found[index] = Shared(tuple(some), groups.setdefault(key, tuple(owners[key])))
    return found


def with_fronts(requests: Sequence[Request]) -> tuple[Request, ...]:
    """The requests, each with the texts that it has late and another one has in front (`Request.fronts`)."""
    late = [dict.fromkeys(_late(request)) for request in requests]
    wanted = {_hash(text.value) for texts in late for text in texts}
    if not wanted:
        return tuple(requests)
    fronts: dict[bytes, list[Span]] = {}
    for index, text, request in _fronts(requests):
        key = _hash(text.value)
        if key in wanted:
            places = fronts.setdefault(key, [])
            place = request.prompts[index].span
            if place not in places and len(places) < _PLACES:
                places.append(place)
    return tuple(
        msgspec.structs.replace(request, fronts=pairs) if (pairs := tuple(_pairs(request, texts, fronts))) else request
        for request, texts in zip(requests, late, strict=True)
    )


def _fronts(requests: Sequence[Request]) -> Iterator[tuple[int, Text, Request]]:
    for request in requests:
        if (alone := _alone(request)) is not None and len(alone.value) < MIN_LENGTH:
            continue
        for index, each in skeleton(request):
            if isinstance(each, Text):
                if len(each.value) >= MIN_LENGTH:
                    yield index, each, request
            elif each.volatility > Volatility.DEPLOY:
                # A date or the order of a set, too: what stands behind one is no example of what stands in front.
                break


def _pairs(request: Request, texts: dict[Text, None], fronts: dict[bytes, list[Span]]) -> Iterator[tuple[Span, Span]]:
    own = {prompt.span for prompt in request.prompts}
    for text in texts:
        for place in fronts.get(_hash(text.value), ()):
            if place not in own and place != text.span:
                yield text.span, place


def _late(request: Request) -> Iterator[Text]:
    """Long texts behind the first value that changes."""
    if _alone(request) is not None:
        return
    changed = False
    for _, each in skeleton(request):
        if not isinstance(each, Text):
            changed = changed or changes(each)
        elif changed and len(each.value) >= MIN_LENGTH:
            yield each


def _alone(request: Request) -> Text | None:
    """The one text that is all of a request, as it is of most that stand for a prompt by itself."""
    template = request.prompts[0].template if len(request.prompts) == 1 else ()
    part = template[0] if len(template) == 1 else None
    return part if type(part) is Text else None


def _leading(request: Request) -> Iterator[Text]:
    """The static texts in front of the first value."""
    for _, each in skeleton(request):
        if not isinstance(each, Text):
            return
        if each.value:
            yield each


def _hashes(request: Request, texts: Sequence[Text]) -> Iterator[bytes]:
    """For each of some leading texts a hash of the request's model and of all texts up to it."""
    state = hashlib.blake2b(f"{policy_of(request).provider}\0{model_of(request)}\0".encode("utf-8", "replace"))
    for text in texts:
        state.update(text.value.encode("utf-8", "surrogatepass"))
        yield state.digest()


def _hash(value: str) -> bytes:
    return hashlib.blake2b(value.strip().encode("utf-8", "surrogatepass")).digest()
