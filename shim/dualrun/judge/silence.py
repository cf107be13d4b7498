"""Which steps of a session come after a long silence, or after hours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shim.dualrun.compare.outlived import DURATION_S, IDLE_S
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import NOBODY, Advance, Session

_ACTIVE: Final = frozenset({"open", "msg"})


def after_silence(session: Session, received: Iterable[Event]) -> tuple[frozenset[int], frozenset[int]]:
    """Steps by whose end some connected client had sent and received nothing for 10 minutes; and those by whose end two
    hours had passed. `received`: by all clients."""
    heard: dict[int, set[str]] = {}
    closed: dict[int, set[str]] = {}
    for event in received:
        if event.kind in _ACTIVE:
            heard.setdefault(event.step, set()).add(event.client)
        elif event.kind == "close":
            closed.setdefault(event.step, set()).add(event.client)
    now, idle, silent, old = 0.0, False, set[int](), set[int]()
    active: dict[str, float] = {}
    for index, step in enumerate(session.steps):
        if isinstance(step, Advance):
            now += step.seconds
        elif step.client != NOBODY:
            active[step.client] = now
        idle = idle or any(now - since >= IDLE_S for since in active.values())
        active.update(dict.fromkeys(heard.get(index, ()), now))
        for client in closed.get(index, ()):
            active.pop(client, None)
        if idle:
            silent.add(index)
        if now >= DURATION_S:
            old.add(index)
    return frozenset(silent), frozenset(old)
