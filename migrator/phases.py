"""How long each part of a run takes, and how far it is: what progress bars and the last lines of a run are made of.

A part of the program names what it does with `phase`; whoever wants to know listens with `recording`. When nobody
does, nothing happens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol


class Listener(Protocol):
    """Somebody who shows what goes on."""

    def begun(self, name: str) -> None: ...

    def ended(self, name: str, seconds: float) -> None: ...


@dataclass
class Times:
    """Seconds by phase, in the order in which the phases began; one that comes again adds up."""

    seconds: dict[str, float] = field(default_factory=dict)

    def begun(self, name: str) -> None:
        self.seconds.setdefault(name, 0.0)

    def ended(self, name: str, seconds: float) -> None:
        self.seconds[name] += seconds

    def sentence(self) -> str:
        """'scan 0.4 s, plan 1.2 s'."""
        return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())


_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


def listener() -> Listener | None:
    """Who listens here; None when nobody does."""
    return _LISTENER.get()


@contextmanager
def phase(name: str) -> Iterator[None]:
    """`name`: what is being done, in a few words."""
    listener = _LISTENER.get()
    if listener is None:
        yield
        return
    listener.begun(name)
    started = time.perf_counter()
    try:
        yield
    finally:
        listener.ended(name, time.perf_counter() - started)


@contextmanager
def recording(listener: Listener) -> Iterator[None]:
    """Everything inside tells `listener`."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
