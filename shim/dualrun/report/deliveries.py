"""Who received what: the publishes of one session and their recipients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.record.scenario import Session, describe

MAX_PUBLISHES: Final = 40
MAX_RECIPIENTS: Final = 24

DeliveryState = Literal["none", "same", "missing", "extra", "leak", "other"]
"""What became of a delivery. 'leak': somebody received what was not meant for them. 'other': it came, but differs."""

_STATES: Final[Mapping[DifferenceClass, DeliveryState]] = {
    "misrouted": "leak",
    "missing": "missing",
    "pending_tail": "missing",
    "gap": "missing",
    "extra": "extra",
    "duplicate": "extra",
    "resume_duplicate": "extra",
}
_WORST: Final[tuple[DeliveryState, ...]] = ("leak", "missing", "extra", "other")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many messages of one publish a client received on each path."""

    state: DeliveryState
    legacy: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Publish:
    """step: 0-based. act: the step, in words."""

    step: int
    act: str
    deliveries: tuple[Delivery, ...]

    @property
    def differs(self) -> bool:
        return any(delivery.state in _WORST for delivery in self.deliveries)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """A row for each step that pushed something, in it one delivery for each client. left_out: rows not listed."""

    session: str
    clients: tuple[str, ...]
    publishes: tuple[Publish, ...]
    left_out: int


def deliveries(sessions: Iterable[Session], comparisons: Mapping[str, Comparison]) -> Deliveries | None:
    """Of the session with the worst difference in who received what; without one, of that with most recipients.

    None when no session pushed anything.
    """
    ranked = sorted(
        (_rank(comparisons[session.name]), number, session)
        for number, session in enumerate(sessions)
        if session.name in comparisons
    )
    for _, _, session in ranked:
        found = _deliveries(session, comparisons[session.name])
        if found.publishes:
            return found
    return None


def _rank(comparison: Comparison) -> tuple[int, int]:
    states = {_state(found) for found in comparison.unexplained if found.kind in _STATES}
    worst = min((_WORST.index(state) for state in states), default=len(_WORST))
    recipients = sum(any(a is not None and a.kind == "msg" for a, _ in rows) for rows in comparison.rows.values())
    return worst, -recipients


def _deliveries(session: Session, comparison: Comparison) -> Deliveries:
    legacy: Counter[tuple[int, str]] = Counter()
    candidate: Counter[tuple[int, str]] = Counter()
    for client, rows in comparison.rows.items():
        for a, b in rows:
            event = a or b
            if event is not None and event.kind == "msg":
                legacy[event.step, client] += a is not None
                candidate[event.step, client] += b is not None
    states = _states_by_place(comparison.unexplained)
    clients = _shown_clients(session, states)
    publishes = [
        Publish(
            step,
            describe(session.steps[step]),
            tuple(_delivery(legacy[step, c], candidate[step, c], states.get((step, c), set())) for c in clients),
        )
        for step in sorted({step for step, _ in [*legacy, *candidate]})
    ]
    shown = _shown(publishes)
    return Deliveries(session.name, clients, shown, len(publishes) - len(shown))


def _states_by_place(differences: Iterable[Difference]) -> dict[tuple[int, str], set[DeliveryState]]:
    states: dict[tuple[int, str], set[DeliveryState]] = {}
    for found in differences:
        states.setdefault((found.step, found.client), set()).add(_state(found))
    return states


def _state(found: Difference) -> DeliveryState:
    return _STATES.get(found.kind, "other")


def _delivery(legacy: int, candidate: int, states: set[DeliveryState]) -> Delivery:
    same: DeliveryState = "same" if legacy or candidate else "none"
    return Delivery(next((state for state in _WORST if state in states), same), legacy, candidate)


def _shown_clients(session: Session, states: Mapping[tuple[int, str], set[DeliveryState]]) -> tuple[str, ...]:
    """In order of appearance; when there are too many, those with differences first."""
    differing = {client for _, client in states}
    first = sorted(session.clients, key=lambda client: client not in differing)[:MAX_RECIPIENTS]
    return tuple(client for client in session.clients if client in first)


def _shown(publishes: Sequence[Publish]) -> tuple[Publish, ...]:
    first = sorted(publishes, key=lambda publish: not publish.differs)[:MAX_PUBLISHES]
    return tuple(sorted(first, key=lambda publish: publish.step))
