"""What a condition on the route key, the event type, or the key that selects routes says of a route."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

EVENT_TYPES: Final = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}
"""`requestContext.eventType` by route; MESSAGE for every other."""

Subject = Literal["route", "event", "selection"]


@dataclass(frozen=True)
class Condition:
    subject: Subject
    literals: frozenset[str]
    holds: bool


class RouteConditions:
    """The routes of one API. `selection`: the top-level key of the message that selects them, None if there is none."""

    def __init__(self, routes: Collection[str], expression: str) -> None:
        self.routes = frozenset(routes)
        self.selection = selection_key(expression)

    def holds(self, condition: Condition, route: str) -> bool:
        """Whether a message of the route can come past the condition."""
        if condition.subject == "selection":
            if route.startswith("$"):
                return route != "$default" or not condition.holds or bool(condition.literals - self.routes)
            return (route in condition.literals) == condition.holds
        actual = route if condition.subject == "route" else EVENT_TYPES.get(route, "MESSAGE")
        return (actual in condition.literals) == condition.holds


def selection_key(expression: str) -> str | None:
    """`$request.body.action` -> 'action'; None for anything deeper or different."""
    prefix = "$request.body."
    key = expression.removeprefix(prefix)
    return key if expression.startswith(prefix) and key and "." not in key else None
