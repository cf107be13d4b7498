"""A message that is sent again is handled once: draft-ietf-httpapi-idempotency-key-header.

Which messages of a connection were taken, and are handled, is known to its `Streams`; what those were answered that
waited for an answer is kept apart.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request

from shim.faces.refusal import Refusal
from shim.streams import ClaimState, Streams
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
    """A message that may be sent again: the same one whatever its `state`. `text`: what was claimed; `message_ids`: of
    the POST that counts."""

    connection_id: str
    key: str
    text: str
    message_ids: tuple[str, ...]
    state: ClaimState = field(compare=False)


def idempotency_key(request: Request) -> str | None:
    """None when the client names none. Raises Refusal: 400."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise Refusal(400, f"an Idempotency-Key has 1 to {LONGEST_KEY} characters")
    return key


async def claim(
    streams: Streams, connection_id: str, key: str, fingerprint: str, message_ids: tuple[str, ...]
) -> Claim:
    """Raises Refusal: 422 for a key that came with another body; ConnectionGone, BrokerUnavailable."""
    mine = " ".join((fingerprint, *message_ids))
    claimed = await streams.awaiting.claim(connection_id, key, mine)
    first_fingerprint, *first_ids = claimed.text.split(" ")
    if first_fingerprint != fingerprint:
        raise Refusal(422, "this Idempotency-Key came with another message before")
    return Claim(connection_id, key, claimed.text, tuple(first_ids), claimed.state)


class AnswerStore(Protocol):
    async def keep(self, claim: Claim, answer: Answer) -> None:
        """`answer`: more than that the message was taken."""

    async def find(self, claim: Claim) -> Answer | None:
        """None when it is kept no longer, or was nothing but that the message was taken."""


class Answers:
    """What POSTs with a key were answered at this process, the latest of all clients, in at most `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._known: OrderedDict[tuple[str, str], Answer] = OrderedDict()

    async def keep(self, claim: Claim, answer: Answer) -> None:
        name = (claim.connection_id, claim.key)
        before = self._known.pop(name, None)
        self._bytes -= 0 if before is None else _size(before)
        self._known[name] = answer
        self._bytes += _size(answer)
        while self._bytes > self._most_bytes:
            self._bytes -= _size(self._known.popitem(last=False)[1])

    async def find(self, claim: Claim) -> Answer | None:
        known = self._known.get((claim.connection_id, claim.key))
        return known if known is not None and known.message_ids == claim.message_ids else None


def _size(answer: Answer) -> int:
    return OVERHEAD_BYTES + 4 * len(answer.text)
