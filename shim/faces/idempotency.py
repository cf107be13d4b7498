"""A message that is sent again is handled once: draft-ietf-httpapi-idempotency-key-header.

Which messages of a connection were taken is known to its `Streams`; what those were answered that waited for an answer
is kept apart.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from shim.faces.refusal import Refusal
from shim.streams import Streams
from shim.streams.requests import LONGEST_KEY

OVERHEAD_BYTES = 512
"""What an answer costs beside its text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a POST was answered. `message_ids`: those of its messages."""

    message_ids: tuple[str, ...]
    status: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that may be sent again. `first` is false for the retry of one that was taken."""

    connection_id: str
    key: str
    message_ids: tuple[str, ...]
    first: bool


def idempotency_key(request: Request) -> str | None:
    """None when the client names none. Raises Refusal: 400."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise Refusal(400, f"an Idempotency-Key has 1 to {LONGEST_KEY} characters")
    return key


async def claim(
    streams: Streams, connection_id: str, key: str, fingerprint: str, message_ids: tuple[str, ...]
) -> Claim:
    """Raises Refusal: 422 for a key that came with another body; ConnectionGone."""
    mine = " ".join((fingerprint, *message_ids))
    taken = await streams.awaiting.claim(connection_id, key, mine)
    first_fingerprint, *first_ids = taken.split(" ")
    if first_fingerprint != fingerprint:
        raise Refusal(422, "this Idempotency-Key came with another message before")
    return Claim(connection_id, key, tuple(first_ids), taken == mine)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first POST with this key still waits for its answer."""


class AnswerStore(Protocol):
    async def begin(self, claim: Claim, wait_s: float) -> None:
        """The first POST with this key waits, or not (0)."""

    async def end(self, claim: Claim, answer: Answer, wait_s: float) -> None:
        """For every `begin`."""

    async def find(self, claim: Claim) -> Answer | Waiting | None:
        """None when it is kept no longer, or was nothing but that the message was taken."""


class Answers:
    """What POSTs with a key were answered at this process, the latest of all clients, in at most `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._known: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._open: set[tuple[str, str]] = set()

    async def begin(self, claim: Claim, wait_s: float) -> None:
        self._open.add((claim.connection_id, claim.key))

    async def end(self, claim: Claim, answer: Answer, wait_s: float) -> None:
        name = (claim.connection_id, claim.key)
        self._open.discard(name)
        if answer.status == 202:
            return  # `Streams` knows all of it
        before = self._known.pop(name, None)
        self._bytes -= 0 if before is None else _size(before)
        self._known[name] = answer
        self._bytes += _size(answer)
        while self._bytes > self._most_bytes:
            self._bytes -= _size(self._known.popitem(last=False)[1])

    async def find(self, claim: Claim) -> Answer | Waiting | None:
        name = (claim.connection_id, claim.key)
        return Waiting() if name in self._open else self._known.get(name)


def _size(answer: Answer) -> int:
    return OVERHEAD_BYTES + 4 * len(answer.text)
