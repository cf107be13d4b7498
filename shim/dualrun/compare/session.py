"""Compares one session of two runs: what each client received, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from shim.dualrun.compare.align import Alignment, align, is_error, outside_longest_increasing, pair_similar
from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.classify import Deliveries, classify_missing, classify_surplus
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.errors_said import status_problem
from shim.dualrun.compare.lifecycle import absent_steps, compare_lifecycle
from shim.dualrun.compare.matching import Matcher
from shim.dualrun.compare.payload import parse
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Send, Session

Pair = tuple[Event, Event]


def compare_session(
    session: Session,
    left: Sequence[Event],
    right: Sequence[Event],
    matcher: Matcher,
    skipped: frozenset[int] = frozenset(),
) -> Comparison:
    """`left`: events of the legacy path. `skipped`: steps that only one of the two sides could take."""
    result = Comparison(session.name)
    deliveries = Deliveries(left)
    sides = {client: (_of(left, client), _of(right, client)) for client in session.clients}
    pairs: list[Pair] = []
    missing: list[Event] = []
    surplus: list[tuple[Event, dict[str, int]]] = []
    for client, (ours, theirs) in sides.items():
        tied = compare_lifecycle(session, client, ours, theirs, result)
        aligned = _align_messages(session, ours, theirs, tied, deliveries)
        pairs += aligned.pairs
        # What follows from another difference, a refused client or a step that was not taken, is not one itself.
        gone = (absent_steps(session, client, theirs) - absent_steps(session, client, ours)) | skipped
        missing += [event for event in aligned.left if event.step not in gone]
        rightly = {parse(event.text).exact: event.n for _, event in reversed(aligned.pairs)}
        for event in aligned.right:
            if _is_returned_status(event):
                result.count("returned_status")
            elif event.step not in skipped:
                surplus.append((event, rightly))
        result.rows[client] = _side_by_side(ours, theirs, [*aligned.pairs, *tied])
        result.differences += _reordered(session, aligned.pairs, result)
    result.differences += classify_missing(session, missing, (a for a, _ in pairs))
    result.differences += [classify_surplus(session, event, deliveries, rightly) for event, rightly in surplus]
    for a, b in sorted(pairs, key=lambda pair: (pair[0].step, pair[0].at)):
        result.differences += _contents(session, a, b, matcher, result)
    result.differences.sort(key=lambda difference: difference.step)
    _count_posts(session, right, result)
    return result


def _of(events: Sequence[Event], client: str) -> list[Event]:
    return [event for event in events if event.client == client]


def _align_messages(
    session: Session, left: list[Event], right: list[Event], tied: list[Pair], deliveries: Deliveries
) -> Alignment:
    known = {a.n for a, _ in tied}, {b.n for _, b in tied}
    aligned = align(_messages(left, known[0]), _messages(right, known[1]))
    # What was meant for others must not be explained away as a changed message of this client.
    own = [event for event in aligned.right if not _is_leak(session, event, deliveries)]
    similar = pair_similar(aligned.left, own)
    taken = {a.n for a, _ in similar}, {b.n for _, b in similar}
    return Alignment(
        tuple(sorted((*aligned.pairs, *similar), key=lambda pair: pair[0].n)),
        tuple(event for event in aligned.left if event.n not in taken[0]),
        tuple(event for event in aligned.right if event.n not in taken[1]),
    )


def _messages(events: list[Event], known: set[int]) -> list[Event]:
    return [event for event in events if event.kind in {"msg", "error"} and event.n not in known]


def _is_returned_status(event: Event) -> bool:
    """A status without a word comes from the handler: what the service itself refuses, it explains in the body."""
    return event.kind == "error" and event.channel == "post" and event.status is not None and not event.text


def _is_leak(session: Session, event: Event, deliveries: Deliveries) -> bool:
    actor = session.steps[event.step].client
    return event.client != actor and bool(deliveries.others_in(event)) and not deliveries.own_in(event)


def _contents(session: Session, a: Event, b: Event, matcher: Matcher, result: Comparison) -> list[Difference]:
    if b.step > a.step:
        result.count("late")
    if b.channel == "post" and a.channel != "post":
        result.count("error_as_answer")
    if a.kind != b.kind:
        detail = f"{a.client} received an error of another form."
        return [_pair_difference(session, "error_shape", a, b, None, a.text, b.text, detail)]
    if is_error(b) and (problem := status_problem(a, b)):
        detail = f"The error that {a.client} received {problem}."
        return [_pair_difference(session, "error_shape", a, b, None, str(a.status or ""), str(b.status), detail)]
    leaves = matcher.differences(a, b)
    if not leaves and a.text != b.text and parse(a.text).exact == parse(b.text).exact:
        result.count("json_spelling")
    failed = is_error(a) or is_error(b)
    return [
        _pair_difference(
            session,
            "error_shape" if failed else "payload",
            a,
            b,
            leaf.path,
            leaf.left,
            leaf.right,
            f"{leaf.path} of a message to {a.client} {leaf.problem}.",
        )
        for leaf in leaves
    ]


def _reordered(session: Session, pairs: Sequence[Pair], result: Comparison) -> list[Difference]:
    on_stream = [(a, b) for a, b in pairs if b.channel != "post" or a.channel == "post"]
    moved = outside_longest_increasing([b.n for _, b in on_stream])
    numbers = [b.n for _, b in pairs]
    if len(on_stream) < len(pairs) and len(outside_longest_increasing(numbers)) > len(moved):
        result.count("answer_order")
    differences = []
    for index in sorted(moved):
        a, b = on_stream[index]
        detail = f"{a.client} received the message at another place among its messages."
        differences.append(_pair_difference(session, "reordered", a, b, None, a.text, b.text, detail))
    return differences


def _pair_difference(
    session: Session,
    kind: DifferenceClass,
    a: Event,
    b: Event,
    path: str | None,
    expected: str,
    found: str,
    detail: str,
) -> Difference:
    return Difference(
        kind,
        session.name,
        a.step,
        a.client,
        session.route_of(a.step),
        detail,
        a,
        b,
        path,
        expected,
        found,
    )


def _side_by_side(
    left: Sequence[Event], right: Sequence[Event], pairs: Sequence[Pair]
) -> list[tuple[Event | None, Event | None]]:
    """In the order of the left side; what only the right side has stands before its next paired event."""
    partner = {a.key: b for a, b in pairs}
    paired = {b.key for _, b in pairs}
    waiting = deque(event for event in right if event.key not in paired)
    rows: list[tuple[Event | None, Event | None]] = []
    for a in left:
        b = partner.get(a.key)
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
