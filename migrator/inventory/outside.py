"""Who runs a function: the WebSocket API itself, or something else; or both."""

from __future__ import annotations

from typing import Final

from migrator.inventory.model import Handler

INSIDE: Final = frozenset({"route", "authorizer"})
"""Kinds of triggers that the WebSocket API is itself."""


def runs_inside(handler: Handler) -> bool:
    """Whether a route or an authorizer runs it."""
    return any(trigger.kind in INSIDE for trigger in handler.triggers)


def runs_outside(handler: Handler) -> bool:
    """Whether something else runs it; what is declared without a trigger, something unknown runs."""
    return not handler.triggers or any(trigger.kind not in INSIDE for trigger in handler.triggers)
