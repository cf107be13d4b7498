"""What the shim's log says of calls that failed, so that a verdict can say why a route shows nothing."""

from __future__ import annotations

import json
from collections import Counter

from shim.call_failures import CALL_FAILED

MOST_ROUTES = 200
MOST_KINDS = 20
"""Different failures that are told apart for one route."""

LONGEST_FAILURE = 300
"""Characters of one."""


class Failures:
    """Reads lines of the process's standard error."""

    def __init__(self) -> None:
        self._by_route: dict[str, Counter[str]] = {}

    def read(self, line: str) -> str:
        """The line for people: the message of a line that the shim logged as JSON, else the line itself."""
        told = _object(line)
        if told is None:
            return line
        route, failure = told.get("route"), told.get("failure")
        if told["message"] == CALL_FAILED and isinstance(route, str) and isinstance(failure, str):
            self._count(route, failure[:LONGEST_FAILURE])
            return f"{route}: {failure}"
        last = str(told.get("exception") or "").strip().rpartition("\n")[2]
        return f"{told['message']} ({last})" if last else told["message"]

    def most_frequent(self) -> dict[str, str]:
        """By route."""
        return {route: counted.most_common(1)[0][0] for route, counted in self._by_route.items()}

    def _count(self, route: str, failure: str) -> None:
        if route not in self._by_route and len(self._by_route) >= MOST_ROUTES:
            return
        counted = self._by_route.setdefault(route, Counter())
        if failure in counted or len(counted) < MOST_KINDS:
            counted[failure] += 1


def _object(line: str) -> dict[str, str] | None:
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("message"), str) and "logger" in told else None
