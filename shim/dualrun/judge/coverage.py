"""What was exercised and what was not: routes, types of messages and phases of a connection.

A cell that nothing filled is Untested, and stays in the matrix.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from shim.dualrun.compare.align import is_error
from shim.dualrun.compare.difference import Comparison
from shim.dualrun.compare.message_type import type_of, type_of_event
from shim.dualrun.judge.exercised import route_exercised
from shim.dualrun.judge.silence import after_silence
from shim.dualrun.record.canonical import Event, Recording, by_session, bytes_of
from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session, Step
from shim.dualrun.record.trigger import Trigger, is_of_function

Phase = Literal[
    "connect",
    "auth refused",
    "auth expired",
    "steady",
    "error",
    "reconnect or resume",
    "large",
    "binary",
    "unicode",
    "empty",
    "malformed",
    "idle > 10 min",
    "> 2 h",
    "trigger",
]
Cell = Literal["Match", "Needs review", "Untested"]

CONNECT_PHASES: Final[tuple[Phase, ...]] = ("connect", "auth refused", "auth expired", "reconnect or resume")
CLOSE_PHASES: Final[tuple[Phase, ...]] = ("steady", "reconnect or resume", "idle > 10 min", "> 2 h")
TRIGGER_PHASES: Final[tuple[Phase, ...]] = ("trigger", "error", "reconnect or resume")
MESSAGE_PHASES: Final[tuple[Phase, ...]] = (
    "steady",
    "error",
    "reconnect or resume",
    "large",
    "unicode",
    "empty",
    "malformed",
    "idle > 10 min",
    "> 2 h",
)
"""Without 'binary': no binary frame reaches a route, as API Gateway closes the connection; so it is a phase of messages
that reach none, and of routes that were seen to push bytes."""

NOTHING: Final = "(nothing)"
"""Stands for the type of message where a step had no effect that a client could see."""

_LOST: Final = "\ufffd"
"""Stands, in a text frame, where bytes were that are no UTF-8."""

LARGE: Final = 10_000
"""Characters from which a message is a large one; a frame of a WebSocket API has at most 32 KB.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""

MAX_ROWS: Final = 300
"""Rows of the matrix in a report; types come from messages, so there may be any number."""


@dataclass(frozen=True, slots=True)
class Row:
    """cells: by phase, of those that the route can have."""

    route: str
    type: str
    cells: Mapping[Phase, Cell]


@dataclass(frozen=True, slots=True)
class Coverage:
    """rows: in the order of the routes."""

    rows: tuple[Row, ...]

    def count(self, cell: Cell) -> int:
        return sum(found == cell for row in self.rows for found in row.cells.values())

    def to_record(self) -> dict[str, Any]:
        """The first MAX_ROWS rows; the counts are those of all."""
        return {
            "match": self.count("Match"),
            "needs_review": self.count("Needs review"),
            "untested": self.count("Untested"),
            "rows": [{"route": row.route, "type": row.type, "cells": dict(row.cells)} for row in self.rows[:MAX_ROWS]],
            "left_out": max(0, len(self.rows) - MAX_ROWS),
        }


def cover(
    sessions: Iterable[Session],
    legacy: Recording,
    comparisons: Mapping[str, Comparison],
    *,
    routes: Iterable[str] = (),
    no_route: str = "(no route)",
) -> Coverage:
    """`routes`: all that the application has; one that nothing exercised has a row of untested cells."""
    cells: dict[tuple[str, str], dict[Phase, Cell]] = {(route, NOTHING): {} for route in routes}
    received = by_session(legacy.events)
    for session in sessions:
        comparison = comparisons.get(session.name)
        review = None if comparison is None else {(d.step, type_of(d)) for d in comparison.unexplained}
        events = _by_step(received.get(session.name, ()))
        silent, old = after_silence(session, received.get(session.name, ()))
        again = _first_return(session)
        for index, step in enumerate(session.steps):
            caused = events.get(index, [])
            closed = any(event.kind == "close" for event in caused)
            route = route_exercised(session, index, closed=closed, no_route=no_route)
            if route is None or (session.name, index) in legacy.skipped:
                continue
            phases: list[Phase] = list(_phases(step, caused, again=index >= again))
            phases += ["idle > 10 min"] if index in silent else []
            phases += ["> 2 h"] if index in old else []
            if (session.name, index) in legacy.triggered and "trigger" not in phases:
                phases.append("trigger")
            for kind in dict.fromkeys([type_of_event(event) for event in caused if event.kind != "open"]) or [NOTHING]:
                found: Cell = "Match" if review is not None and (index, kind) not in review else "Needs review"
                if review and kind == NOTHING and any(step_with == index for step_with, _ in review):
                    found = "Needs review"
                row = cells.setdefault((route, kind), {})
                for phase in phases:
                    row[phase] = "Needs review" if "Needs review" in {found, row.get(phase)} else "Match"
    # Only where a route never had any effect is its row without a type worth showing.
    seen = {route for (route, kind), row in cells.items() if kind != NOTHING and row}
    kept = {key: row for key, row in cells.items() if row or key[0] not in seen}
    order = {route: number for number, route in enumerate(dict.fromkeys(route for route, _ in cells))}
    rows = [
        Row(route, kind, _whole(row, (*MESSAGE_PHASES, "binary") if route == no_route else _possible(route)))
        for (route, kind), row in sorted(kept.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    ]
    return Coverage(tuple(rows))


def _whole(row: Mapping[Phase, Cell], possible: tuple[Phase, ...]) -> dict[Phase, Cell]:
    """Whether a message makes a stream or a queue run something is known of those that did."""
    there = (*possible, *(phase for phase in row if phase not in possible))
    return {phase: row.get(phase, "Untested") for phase in there}


def _possible(route: str) -> tuple[Phase, ...]:
    if is_of_function(route):
        return TRIGGER_PHASES
    return {"$connect": CONNECT_PHASES, "$disconnect": CLOSE_PHASES}.get(route, MESSAGE_PHASES)


def _phases(step: Step, caused: list[Event], *, again: bool) -> Iterator[Phase]:
    """`again`: whether some client has resumed or connected again before."""
    match step:
        case Connect(client=client):
            if any(event.kind == "refused" and event.client == client for event in caused):
                # The generated identity of an expired token has that name; a scenario is free to do the same.
                yield "auth expired" if "expired" in client.lower() else "auth refused"
            else:
                yield "reconnect or resume" if again else "connect"
        case Close():
            yield "reconnect or resume" if again else "steady"
        case Send(text=text):
            texts = [text, *(event.text for event in caused)]
            failed = any(is_error(event) for event in caused)
            yield "error" if failed else "reconnect or resume" if again else "steady"
            if any(len(said) >= LARGE for said in texts):
                yield "large"
            if not all(said.isascii() for said in texts):
                yield "unicode"
            if bytes_of(text) is not None or any(_LOST in event.text for event in caused):
                yield "binary"
            elif not text:
                yield "empty"
            elif not _is_json(text):
                yield "malformed"
        case Trigger():
            yield "error" if any(is_error(event) for event in caused) else "trigger"
            if again:
                yield "reconnect or resume"


def _first_return(session: Session) -> int:
    """The first step that resumes or connects again; the number of steps where none does."""
    seen: set[str] = set()
    for index, step in enumerate(session.steps):
        if isinstance(step, Resume) or (isinstance(step, Connect) and step.client in seen):
            return index
        seen.add(step.client)
    return len(session.steps)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _by_step(events: Iterable[Event]) -> dict[int, list[Event]]:
    by_step: dict[int, list[Event]] = {}
    for event in events:
        by_step.setdefault(event.step, []).append(event)
    return by_step
