"""Which messages of a client were taken, by its idempotency keys. No I/O, no locks, no clock."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum


class ClaimState(Enum):
    """Of a key that was claimed: by this call; before, and it is not known to be handled yet; before, and it was
    handled."""

    FIRST = "first"
    UNDER_WAY = "under way"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim found. `text`: the one that was given with the claim that counts, or with its end."""

    text: str
    state: ClaimState


class Claims:
    """Of one connection, the latest `most`."""

    __slots__ = ("_known", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, Claimed] = OrderedDict()

    def take(self, key: str, text: str) -> Claimed:
        known = self._known.get(key)
        if known is not None:
            return known
        self._known[key] = Claimed(text, ClaimState.UNDER_WAY)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return Claimed(text, ClaimState.FIRST)

    def end(self, key: str, text: str, ended: str) -> None:
        if self._is_under_way(key, text):
            self._known[key] = Claimed(ended, ClaimState.ENDED)

    def give_back(self, key: str, text: str) -> None:
        if self._is_under_way(key, text):
            del self._known[key]

    def _is_under_way(self, key: str, text: str) -> bool:
        return self._known.get(key) == Claimed(text, ClaimState.UNDER_WAY)
