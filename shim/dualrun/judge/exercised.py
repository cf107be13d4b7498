"""Which route a step of a session exercises."""

from __future__ import annotations

from shim.dualrun.record.scenario import Advance, Expect, Resume, Session
from shim.dualrun.record.spoof import Spoof


def route_exercised(session: Session, index: int, *, closed: bool, no_route: str) -> str | None:
    """None for a step that is none of a route's. `closed`: a connection ended in it, which time that passes may cause.
    `no_route`: stands for a message that selects none."""
    step = session.steps[index]
    if isinstance(step, Resume | Expect | Spoof):
        return None
    if isinstance(step, Advance):
        return "$disconnect" if closed else None
    return session.route_of(index) or no_route
