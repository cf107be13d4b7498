"""The delivery matrix of a session: its publishes, one after the other, from what was matched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shim.dualrun.compare.align import Alignment
from shim.dualrun.compare.fanout import DeliveryMatrix, Interval, Publish, matrix_of
from shim.dualrun.compare.keys import shape_key
from shim.dualrun.compare.lifecycle import STEP_LASTS
from shim.dualrun.compare.message_type import message_type
from shim.dualrun.compare.payload import parse
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Session, describe


@dataclass(slots=True)
class _Growing:
    event: Event
    wanted: set[str] = field(default_factory=set)
    received: set[str] = field(default_factory=set)


def matrix_of_session(
    session: Session,
    aligned: Mapping[str, Alignment],
    leaks: Sequence[Event],
    presence: Mapping[str, Sequence[Interval]],
) -> DeliveryMatrix:
    """Times are steps: see `STEP_LASTS`. `presence`: of each client on the new path."""
    return matrix_of(_publishes(session, aligned, leaks), presence)


def _publishes(session: Session, aligned: Mapping[str, Alignment], leaks: Sequence[Event]) -> Iterator[Publish]:
    """A message of one content in one step is one publish, whoever receives it; said twice, it is two."""
    by_step: dict[int, list[tuple[str, int, bool]]] = {}
    for client, one in aligned.items():
        arrived = {a for a, _ in one.pairs}
        for index, event in enumerate(one.left.events):
            if event.kind == "msg":
                by_step.setdefault(event.step, []).append((client, index, index in arrived))
    leaked: dict[int, list[Event]] = {}
    for event in leaks:
        leaked.setdefault(event.step, []).append(event)
    for step in sorted(by_step.keys() | leaked.keys()):
        growing: dict[tuple[int, int], _Growing] = {}
        shapes: dict[int, _Growing] = {}
        times: dict[tuple[str, int], int] = {}
        for client, index, received in by_step.pop(step, []):
            side = aligned[client].left
            exact = side.exact[index]
            time = times[client, exact] = times.get((client, exact), -1) + 1
            one_publish = growing.setdefault((exact, time), _Growing(side.events[index]))
            shapes.setdefault(side.shape[index], one_publish)
            one_publish.wanted.add(client)
            if received:
                one_publish.received.add(client)
        others: list[_Growing] = []
        for event in leaked.get(step, []):
            to = shapes.get(shape_key(event.kind, parse(event.text)))
            if to is None or event.client in to.wanted:
                to = _Growing(event)
                others.append(to)
            to.received.add(event.client)
        doing = f"step {step + 1}, {describe(session.steps[step])}: "
        for found in (*growing.values(), *others):
            yield Publish(
                doing + message_type(found.event.text),
                step,
                step + STEP_LASTS,
                frozenset(found.wanted),
                frozenset(found.received),
            )
