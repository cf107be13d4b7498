"""Functions that something other than a route of the WebSocket API runs."""

from __future__ import annotations

from typing import Final

from migrator.inventory.model import Handler

INSIDE: Final = frozenset({"route", "authorizer"})
"""Kinds of triggers that the WebSocket API is itself."""


def runs_outside(handler: Handler) -> bool:
    """Whether something else runs it; what is declared without a trigger, something unknown runs."""
    return not handler.triggers or any(trigger.kind not in INSIDE for trigger in handler.triggers)
