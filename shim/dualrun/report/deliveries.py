"""Who received what: the delivery matrix of the session that says most, cut to what can be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.compare.fanout import Cell, DeliveryMatrix, Row
from shim.dualrun.record.scenario import Session

MAX_PUBLISHES: Final = 40
MAX_RECIPIENTS: Final = 24


@dataclass(frozen=True, slots=True)
class Deliveries:
    """publishes: name of each, and what became of it by client. left_out: publishes that are not listed.

    precision: share of deliveries, over all sessions, that were meant for their recipient. recall: share of deliveries
    due that were made. Both are None when there was none.
    """

    session: str
    clients: tuple[str, ...]
    publishes: tuple[tuple[str, Mapping[str, Cell]], ...]
    left_out: int
    precision: float | None
    recall: float | None


def deliveries(sessions: Iterable[Session], comparisons: Mapping[str, Comparison]) -> Deliveries | None:
    """Of the session with most leaks, else with most that is missing, else with most recipients.

    None when no session pushed anything.
    """
    compared = [(session, comparisons[session.name]) for session in sessions if session.name in comparisons]
    found = [(session, matrix) for session, each in compared if (matrix := each.deliveries) and matrix.publishes]
    if not found:
        return None
    session, matrix = max(
        found, key=lambda one: (one[1].counts["leaked"], one[1].counts["missing"], len(one[1].recipients))
    )
    rows = matrix.rows
    first = sorted(rows, key=lambda row: not _differs(row))[:MAX_PUBLISHES]
    shown = [row for row in rows if any(row is one for one in first)]
    every = DeliveryMatrix(sum((each.counts for _, each in found), Counter()))
    return Deliveries(
        session.name,
        _clients(session, shown),
        tuple((publish.name, cells) for publish, cells in shown),
        matrix.publishes - len(shown),
        every.precision,
        every.recall,
    )


def _differs(row: Row) -> bool:
    return bool({"leaked", "missing"} & set(row[1].values()))


def _clients(session: Session, rows: Iterable[Row]) -> tuple[str, ...]:
    """In order of appearance; when there are too many, those that miss or have too much before others."""
    cells = [cell for _, row in rows for cell in row.items()]
    differing = {client for client, cell in cells if cell in {"leaked", "missing"}}
    receiving = {client for client, _ in cells}
    rank = {client: (client not in differing, client not in receiving) for client in session.clients}
    first = sorted(session.clients, key=rank.__getitem__)[:MAX_RECIPIENTS]
    return tuple(client for client in session.clients if client in first)
