"""Faults of statuses and close codes, and of who is let in or spoken for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shim.dualrun.judge.power.faults import FaultKind, Site
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.spoof import Spoof


def lifecycle_sites(stage: Stage) -> Iterator[Site]:
    for place, event in enumerate(stage.events):
        if event.key not in stage.partners:
            continue
        match event.kind:
            case "error" | "msg" if event.status is not None and event.text:
                yield _changed("error status", stage, place, replace(event, status=_other_status(event)))
            case "refused":
                yield _changed("refusal status", stage, place, replace(event, status=_other_status(event)))
                yield _changed("refusal text", stage, place, replace(event, text='{"message": "changed"}'))
                yield _changed("accepted", stage, place, replace(event, kind="open", status=200, text=""))
            case "close":
                code = 1011 if event.status != 1011 else 1001
                yield _changed("close code", stage, place, replace(event, status=code))
            case "open":
                yield _refused(stage, place)

    yield from _spoofed(stage)


def _spoofed(stage: Stage) -> Iterator[Site]:
    for index, step in enumerate(stage.session.steps):
        if not isinstance(step, Spoof):
            continue
        place = max((place for place, event in enumerate(stage.events) if event.step <= index), default=None)
        if place is None:
            continue
        last = stage.events[place]
        accepted = replace(
            last, step=index, client=step.client, kind="error", channel="post", status=200, text="accepted", id=""
        )
        yield _also(stage, place, accepted)


def _also(stage: Stage, place: int, event: Event) -> Site:
    return Site("spoofed", event, lambda _: stage.spoiled((place, (stage.events[place], event))))


def _other_status(event: Event) -> int:
    return 500 if event.status != 500 else 400


def _changed(kind: FaultKind, stage: Stage, place: int, event: Event) -> Site:
    return Site(kind, stage.events[place], lambda _: stage.spoiled((place, (event,))))


def _refused(stage: Stage, place: int) -> Site:
    """Who is not let in receives nothing until it connects again."""
    event = stage.events[place]
    changes: list[tuple[int, tuple[Event, ...]]] = [(place, (replace(event, kind="refused", status=403),))]
    for at in range(place + 1, len(stage.events)):
        after = stage.events[at]
        if after.client == event.client:
            if after.kind in {"open", "refused"}:
                break
            changes.append((at, ()))
    return Site("refused", event, lambda _: stage.spoiled(*changes))
