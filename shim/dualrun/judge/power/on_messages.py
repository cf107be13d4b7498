"""Faults of whole messages: lost, doubled, in another order, cut, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

from shim.dualrun.compare.payload import parse
from shim.dualrun.judge.power.faults import FaultKind, Site
from shim.dualrun.judge.power.stage import Stage, is_message
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Resume

STEP_S = 1.0
"""By how many seconds a delayed message is late."""


def message_sites(stage: Stage) -> Iterator[Site]:
    for place, event in stage.messages:
        yield _site("drop", event, stage, (place, ()))
        yield _site("duplicate", event, stage, (place, (event, replace(event, channel="stream", id=""))))
        if len(event.text) >= 2:
            middle = len(event.text) // 2
            first, second = replace(event, text=event.text[:middle]), replace(event, text=event.text[middle:])
            yield _site("truncate", event, stage, (place, (first,)))
            yield _site("split", event, stage, (place, (first, replace(second, id=""))))
        following = stage.following(place)
        if following is None or not is_message(following[1]):
            if stage.number_in_step(place) > 1:
                yield _site("last chunk", event, stage, (place, ()))
            if following is None:
                yield from _delay(stage, place, event, len(stage.session.steps))
            continue
        yield from _with_next(stage, place, event, *following)
    yield from _resume_sites(stage)


def _with_next(stage: Stage, place: int, event: Event, next_place: int, after: Event) -> Iterator[Site]:
    if after.key not in stage.partners:
        return
    if after.step > event.step:
        if stage.number_in_step(place) > 1:
            yield _site("last chunk", event, stage, (place, ()))
        yield from _delay(stage, place, event, after.step)
        if _can_be_told_apart(stage, event, after) and event.channel == after.channel != "post":
            late = replace(event, step=after.step, at=after.at, mono=after.mono)
            overtaken: FaultKind = "overtake" if stage.depends(event, after) else "independent order"
            yield _site(overtaken, event, stage, (place, ()), (next_place, (after, late)))
        return
    yield _site("merge", event, stage, (place, (replace(event, text=f"{event.text}\n{after.text}"),)), (next_place, ()))
    if _can_be_told_apart(stage, event, after):
        kind: FaultKind = "swap" if event.channel == after.channel else "answer order"
        if event.channel == after.channel == "post":
            return
        yield _site(kind, event, stage, (place, (_moved(after, event),)), (next_place, (_moved(event, after),)))


def _delay(stage: Stage, place: int, event: Event, before: int) -> Iterator[Site]:
    """A step later, but not behind the client's next message, which is of the step `before`."""
    later = event.step + 1
    if later < before and event.channel != "post" and not _connects(stage, event, later):
        yield _site("delay", event, stage, (place, (delayed(event),)))


def delayed(event: Event) -> Event:
    """In the next step, on both clocks."""
    return replace(event, step=event.step + 1, at=event.at + STEP_S, mono=event.mono + STEP_S if event.mono else 0.0)


def _connects(stage: Stage, event: Event, later: int) -> bool:
    return any(step.client == event.client for step in stage.session.steps[later : later + 1])


def _resume_sites(stage: Stage) -> Iterator[Site]:
    for index, step in enumerate(stage.session.steps):
        if not isinstance(step, Resume):
            continue
        earlier = [event for _, event in stage.messages if event.client == step.client and event.step < index]
        if not earlier or earlier[-1].channel != "stream":
            continue
        again = replace(earlier[-1], step=index, resumed=True, at=stage.events[-1].at)
        behind = max(place for place, event in enumerate(stage.events) if event.step < index)
        yield _site("resume repeat", earlier[-1], stage, (behind, (stage.events[behind], again)))


def _can_be_told_apart(stage: Stage, first: Event, second: Event) -> bool:
    """Two messages that differ only in what no run has twice may change places without anybody's noticing."""
    a, b = parse(first.text), parse(second.text)
    if a.shape != b.shape or first.kind != second.kind:
        return True
    stable = all(parse(stage.partners[event.key].text).exact == parse(event.text).exact for event in (first, second))
    return stable and a.exact != b.exact


def _moved(event: Event, to: Event) -> Event:
    """With the time of another event."""
    return replace(event, at=to.at, mono=to.mono)


def _site(kind: FaultKind, about: Event, stage: Stage, *changes: tuple[int, Sequence[Event]]) -> Site:
    inject: Callable[[Random], Sequence[Event]] = lambda _: stage.spoiled(*changes)  # noqa: E731
    return Site(kind, about, inject)
