"""Compares one session of two runs: what each client received, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shim.dualrun.compare.align import Alignment, align_clients
from shim.dualrun.compare.classify import (
    Circumstances,
    classify_missing,
    classify_surplus,
    is_leak,
    refused_steps,
    too_big_steps,
)
from shim.dualrun.compare.contents import compare_contents
from shim.dualrun.compare.deliveries import Deliveries
from shim.dualrun.compare.difference import Comparison
from shim.dualrun.compare.keys import KeyPath
from shim.dualrun.compare.lateness import Clock, may_be_on_its_way
from shim.dualrun.compare.lifecycle import absent_steps, compare_lifecycle, presence
from shim.dualrun.compare.matching import Matcher
from shim.dualrun.compare.order import compare_order
from shim.dualrun.compare.outlived import Outlived, outlived, steps_beyond
from shim.dualrun.compare.publishes import matrix_of_session
from shim.dualrun.compare.similar import pair_similar
from shim.dualrun.record.canonical import BINARY, Event, bytes_of
from shim.dualrun.record.scenario import Send, Session

Pair = tuple[Event, Event]


@dataclass(frozen=True, slots=True)
class SessionRun:
    """What one run has of one session. events: what clients received, in order of receipt. sent: what they did.

    skipped: steps that could not be taken. settled: whether it is known that nothing was left to come after each step.
    """

    events: Sequence[Event] = ()
    sent: Sequence[Event] = ()
    skipped: frozenset[int] = frozenset()
    settled: bool = False


@dataclass(slots=True)
class _Client:
    left: list[Event] = field(default_factory=list)
    right: list[Event] = field(default_factory=list)
    tied: list[Pair] = field(default_factory=list)


def compare_session(
    session: Session,
    left: SessionRun,
    right: SessionRun,
    matcher: Matcher,
    key_paths: Mapping[str, tuple[KeyPath, ...]] | None = None,
    *,
    deliveries: bool = False,
) -> Comparison:
    """`left`: the legacy path. `key_paths`: by message type, paths whose value tells its messages apart.

    `deliveries`: whether the delivery matrix is wanted too.
    """
    result = Comparison(session.name, outlived=outlived(session, left.events, right.events))
    clients = _by_client(session, left, right, result)
    for name, client in clients.items():
        client.tied = compare_lifecycle(session, name, client.left, client.right, result)
    aligned = align_clients({name: _messages(client) for name, client in clients.items()}, key_paths or {})
    known = _circumstances(session, left, right, clients, aligned, result.outlived)
    for one in aligned.values():
        # What was meant for others must not be explained away as a changed message of this client.
        surplus = one.right.open
        own = frozenset(n for n in surplus if not is_leak(session, one.right.events[n], known.deliveries))
        pair_similar(one, own)
    clocks = Clock.of(left.events, left.sent, left.settled), Clock.of(right.events, right.sent, right.settled)
    leaks = _classify(known, aligned, clocks, result)
    compare_order(session, aligned, result)
    compare_contents(session, aligned, matcher, clocks, result)
    for name, client in clients.items():
        result.rows[name] = _side_by_side(client.left, client.right, [*aligned[name].matched, *client.tied])
    if deliveries:
        there = {name: presence(session, name, client.right) for name, client in clients.items()}
        result.deliveries = matrix_of_session(session, aligned, leaks, there)
    result.differences.sort(key=lambda difference: difference.step)
    _count_posts(session, right.events, result)
    return result


def _by_client(session: Session, left: SessionRun, right: SessionRun, result: Comparison) -> dict[str, _Client]:
    clients = {name: _Client() for name in session.clients}
    for event in left.events:
        if event.client in clients:
            clients[event.client].left.append(event)
    for event in right.events:
        if event.client in clients:
            clients[event.client].right.append(event)
    for client in clients.values():
        client.right = _as_they_can_come(client.left, client.right, result)
    return clients


def _as_they_can_come(legacy: Sequence[Event], events: list[Event], result: Comparison) -> list[Event]:
    """Bytes as the legacy path has sent them, in a text frame; if it has."""
    if not any(event.kind == "msg" and event.text.startswith(BINARY) for event in events):
        return events
    sent = {event.text for event in legacy if event.kind == "msg"}
    found = []
    for event in events:
        data = bytes_of(event.text) if event.kind == "msg" else None
        text = None if data is None else data.decode("utf-8", "replace")
        if text is None or text not in sent:
            found.append(event)
        else:
            result.count("bytes_as_text")
            found.append(replace(event, text=text))
    return found


def _messages(client: _Client) -> tuple[list[Event], list[Event]]:
    known = {a.n for a, _ in client.tied}, {b.n for _, b in client.tied}
    kinds = {"msg", "error", "gap"}
    return (
        [event for event in client.left if event.kind in kinds and event.n not in known[0]],
        [event for event in client.right if event.kind in kinds and event.n not in known[1]],
    )


def _circumstances(
    session: Session,
    left: SessionRun,
    right: SessionRun,
    clients: Mapping[str, _Client],
    aligned: Mapping[str, Alignment],
    beyond: tuple[Outlived, ...],
) -> Circumstances:
    # What follows from another difference, a refused client or a step that was not taken, is not one itself.
    one_sided = left.skipped ^ right.skipped
    not_due: dict[str, Collection[int]] = {}
    only_new: dict[str, Collection[int]] = {}
    away_new: dict[str, Collection[int]] = {}
    for name, client in clients.items():
        away = absent_steps(session, name, client.left), absent_steps(session, name, client.right)
        away_new[name] = away[1]
        not_due[name] = (away[1] - away[0]) | one_sided
        only_new[name] = (away[0] - away[1]) | one_sided
    return Circumstances(
        session,
        Deliveries(aligned),
        too_big_steps(left.events),
        refused_steps(right.events),
        not_due,
        only_new,
        beyond,
        away_new,
        steps_beyond(session, beyond),
    )


def _classify(
    known: Circumstances,
    aligned: Mapping[str, Alignment],
    clocks: tuple[Clock, Clock],
    result: Comparison,
) -> list[Event]:
    """Returns what was misrouted."""
    missing = [event for one in aligned.values() for event in one.missing]
    if missing:
        arrived = {one.left.events[a].step for one in aligned.values() for a, _ in one.pairs}
        last = {name: max(one.left.events[a].n for a, _ in one.pairs) for name, one in aligned.items() if one.pairs}
        # What is missing before something that has come is lost.
        on_its_way = [event.n > last.get(event.client, -1) and may_be_on_its_way(event, *clocks) for event in missing]
        classify_missing(known, missing, arrived, on_its_way, result)
    leaks: list[Event] = []
    for one in aligned.values():
        surplus = one.right.open
        if not surplus:
            continue
        rightly: dict[int, Event] = {}
        for _, b in sorted(one.pairs):
            rightly.setdefault(one.right.exact[b], one.right.events[b])
        by_id: dict[str, Event] = {}
        for b in sorted(b for _, b in one.pairs):
            by_id.setdefault(one.right.events[b].id, one.right.events[b])
        for index in surplus:
            event = one.right.events[index]
            first = rightly.get(one.right.exact[index]) or (by_id.get(event.id) if event.id else None)
            before = first if first is not None and first.n < event.n else None
            if classify_surplus(known, event, before, result) == "misrouted":
                leaks.append(event)
    return leaks


def _side_by_side(
    left: Sequence[Event], right: Sequence[Event], pairs: Sequence[Pair]
) -> list[tuple[Event | None, Event | None]]:
    """In the order of the left side; what only the right side has stands before its next paired event."""
    partner = {a.n: b for a, b in pairs}
    paired = {b.n for _, b in pairs}
    waiting = deque(event for event in right if event.n not in paired)
    rows: list[tuple[Event | None, Event | None]] = []
    for a in left:
        b = partner.get(a.n)
        while b is not None and waiting and waiting[0].n < b.n:
            rows.append((None, waiting.popleft()))
        rows.append((a, b))
    rows += [(None, event) for event in waiting]
    return rows


def _count_posts(session: Session, right: Sequence[Event], result: Comparison) -> None:
    if any(event.path == "stream" for event in right):
        for step in session.steps:
            if isinstance(step, Send):
                result.count("post_status")
