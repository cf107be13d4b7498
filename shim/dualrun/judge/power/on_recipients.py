"""Faults of whom a message comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from shim.dualrun.judge.power.faults import FaultKind, Site
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.canonical import Event


def recipient_sites(stage: Stage) -> Iterator[Site]:
    for place, event in stage.messages:
        if event.kind != "msg" or not event.text:
            continue
        strangers = stage.strangers(event)
        actor = stage.actor(event)
        others = [client for client in strangers if client != actor]
        if others:
            yield _Reaching(stage, place, others).site("leak")
            yield _Reaching(stage, place, others).site("misroute")
        if actor in strangers:
            yield _Reaching(stage, place, [actor]).site("echo")


class _Reaching:
    """One message, and the clients that it is not for."""

    def __init__(self, stage: Stage, place: int, others: list[str]) -> None:
        self._stage, self._place, self._others = stage, place, others

    def site(self, kind: FaultKind) -> Site:
        event = self._stage.events[self._place]

        def inject(chance: Random) -> list[Event]:
            sent = replace(event, client=chance.choice(self._others), channel="stream", id="")
            return self._stage.spoiled((self._place, (sent,) if kind == "misroute" else (event, sent)))

        return Site(kind, event, inject)
