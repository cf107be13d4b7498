"""Compares what two matched messages say, in what form they came, and when."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from shim.dualrun.compare.align import Alignment, is_error
from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.errors_said import status_problem
from shim.dualrun.compare.lateness import LATE_MARGIN_S, Clock, lateness
from shim.dualrun.compare.leaves import Leaf
from shim.dualrun.compare.matching import Matcher
from shim.dualrun.compare.outlived import postponed
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Session


def compare_contents(
    session: Session,
    aligned: Mapping[str, Alignment],
    matcher: Matcher,
    clocks: tuple[Clock, Clock],
    into: Comparison,
) -> None:
    pairs = [
        (one.left.events[a], one.right.events[b], one.left.exact[a] == one.right.exact[b])
        for one in aligned.values()
        for a, b in one.pairs
    ]
    # In the order of the legacy path, so that an id is known from where it came first.
    pairs.sort(key=lambda pair: (pair[0].step, pair[0].at))
    for a, b, alike in pairs:
        by = lateness(a, b, *clocks)
        if b.step > a.step or by > LATE_MARGIN_S:
            _compare_times(session, a, b, by, into)
        if b.channel == "post" and a.channel != "post":
            detail = f"{a.client} received the error as the answer to its POST."
            into.add_by_design(
                "error_shape", "error_as_answer", partial(_difference, session, "error_shape", a, b, detail)
            )
        if a.kind != b.kind:
            detail = f"{a.client} received an error of another form."
            into.add("error_shape", None, partial(_difference, session, "error_shape", a, b, detail))
            continue
        if is_error(b) and (problem := status_problem(a, b)):
            detail = f"The error that {a.client} received {problem}."
            statuses = (None, str(a.status or ""), str(b.status))
            make = partial(_difference, session, "error_shape", a, b, detail, leaf=statuses)
            into.add("error_shape", None, make)
            continue
        if alike and a.text != b.text:
            detail = f"{a.client} received the same JSON, spelled differently."
            into.add_by_design("payload", "json_spelling", partial(_difference, session, "payload", a, b, detail))
        leaves = matcher.differences(a, b)
        if leaves:
            kind: DifferenceClass = "error_shape" if is_error(a) or is_error(b) else "payload"
            for leaf in leaves:
                into.add(kind, leaf.explained, partial(_of_leaf, session, kind, a, b, leaf))


def _compare_times(session: Session, a: Event, b: Event, by: float, into: Comparison) -> None:
    """`by`: seconds by which it was late."""
    if reason := postponed(into.outlived, a, b):
        detail = (
            f"{a.client} received the message when somebody left whom the legacy path had closed in step {a.step + 1}."
        )
        into.add_by_design("late", reason, partial(_difference, session, "late", a, b, detail))
    elif by > LATE_MARGIN_S:
        detail = f"{a.client} received the message {by:.1f} s later than on the legacy path."
        into.add("late", None, partial(_difference, session, "late", a, b, detail))
    elif b.step > a.step:
        detail = f"{a.client} received the message in step {b.step + 1}, not in step {a.step + 1}."
        into.add_by_design("late", "late", partial(_difference, session, "late", a, b, detail))


def _of_leaf(session: Session, kind: DifferenceClass, a: Event, b: Event, leaf: Leaf) -> Difference:
    detail = f"{leaf.path} of a message to {a.client} {leaf.problem}."
    return _difference(session, kind, a, b, detail, leaf.explained, (leaf.path, leaf.left, leaf.right))


def _difference(
    session: Session,
    kind: DifferenceClass,
    a: Event,
    b: Event,
    detail: str,
    explained: str | None = None,
    leaf: tuple[str | None, str, str] | None = None,
) -> Difference:
    path, expected, found = leaf or (None, a.text, b.text)
    route = session.route_of(a.step)
    return Difference(kind, session.name, a.step, a.client, route, detail, a, b, path, expected, found, explained)
