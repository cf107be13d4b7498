"""Shorter sessions, and what their recordings would be if nothing depended on the steps that are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.scenario import NOBODY, Close, Connect, Session
from shim.dualrun.record.trigger import OUTSIDE


def only_steps(session: Session, kept: Collection[int], name: str) -> tuple[Session, tuple[int, ...]] | None:
    """The session with these steps, and which of the old steps they are; None when none is left.

    A step whose client would not be connected is left out too.
    """
    connected: set[str] = set()
    indices: list[int] = []
    for index, step in enumerate(session.steps):
        if index not in kept:
            continue
        if step.client not in {NOBODY, OUTSIDE} and isinstance(step, Connect) == (step.client in connected):
            continue
        indices.append(index)
        if isinstance(step, Connect) and not step.refused:
            connected.add(step.client)
        elif isinstance(step, Close):
            connected.discard(step.client)
    if not indices:
        return None
    return Session(name, tuple(session.steps[index] for index in indices)), tuple(indices)


def shortened(recording: Recording, session: str, name: str, steps: Iterable[int]) -> Recording:
    """The part of a recording that belongs to these steps of a session, as a recording of the session `name`."""
    new_step = {old: new for new, old in enumerate(steps)}
    return replace(
        recording,
        events=_events(recording.events, session, name, new_step),
        sent=_events(recording.sent, session, name, new_step),
        skipped=frozenset(
            (name, new_step[step]) for of, step in recording.skipped if of == session and step in new_step
        ),
        problems=(),
    )


def _events(events: Iterable[Event], session: str, name: str, new_step: Mapping[int, int]) -> tuple[Event, ...]:
    numbers: Counter[str] = Counter()
    kept = []
    for event in events:
        if event.session == session and event.step in new_step:
            kept.append(replace(event, session=name, step=new_step[event.step], n=numbers[event.client]))
            numbers[event.client] += 1
    return tuple(kept)
