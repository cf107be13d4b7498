"""What was different in the second legacy run: tokens of single messages, and ids that stand for others everywhere."""

from __future__ import annotations

from typing import Final

from shim.dualrun.compare.bijection import Bijection
from shim.dualrun.record.canonical import Event

Position = tuple[str, int]
"""A leaf's path, and the number of the token in it (0-based)."""

MAX_SHARED: Final = 100_000
"""Ids looked at for whether several sessions have them; of more, none is taken for known to all sessions."""

NOT_VOLATILE: Final[frozenset[Position]] = frozenset()


class Volatile:
    """For each event of the first legacy run of a session: the tokens that were different in the second."""

    def __init__(self) -> None:
        self._positions: dict[str, dict[int, frozenset[Position]]] = {}
        # Messages of one kind have the same positions, and a session can have a million messages.
        self._known: dict[frozenset[Position], frozenset[Position]] = {}

    def add(self, event: Event, found: frozenset[Position]) -> None:
        if found:
            found = self._known.setdefault(found, found)
            self._positions.setdefault(event.client, {})[event.n] = found

    def of(self, event: Event) -> frozenset[Position]:
        return self._positions.get(event.client, {}).get(event.n, NOT_VOLATILE)


class SharedIds:
    """Ids that several sessions of the first legacy run have, and that stand for one id of the second in all of them.

    They live longer than a session, such as the id of a user, so they have to stand for one id of the new path too.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, str]] = {}
        self._several: set[str] = set()
        self._contradicted: set[str] = set()
        self._overflown = False

    def add(self, session: str, left: str, right: str) -> None:
        known = self._seen.get(left)
        if known is None:
            if len(self._seen) >= MAX_SHARED:
                self._overflown = True
            else:
                self._seen[left] = (session, right)
        elif known[1] != right:
            self._contradicted.add(left)
        elif known[0] != session:
            self._several.add(left)

    def known(self) -> frozenset[str]:
        return frozenset() if self._overflown else frozenset(self._several - self._contradicted)


class IdsEverywhere:
    """The bijection of shared ids over the sessions of one candidate."""

    def __init__(self, shared: frozenset[str]) -> None:
        self.shared = shared
        self.ids = Bijection()
