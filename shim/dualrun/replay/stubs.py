"""Answers in place of what lies outside of the pinned world: other hosts, and AWS operations that moto doesn't know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_ADDRESSES = 200
"""Names of stubs and of refused hosts that one process keeps apart; calls beyond them are counted together."""


@dataclass(frozen=True, slots=True)
class Stub:
    """Answers what it matches; of several the first does.

    host, path: as in a shell, where * stands for anything; path without the query string. method: '*' is any.
    aws: such as bedrock-runtime.InvokeModel, the operation in place of host and path; '' for HTTP.
    body: as it is sent.
    """

    name: str
    host: str = "*"
    path: str = "*"
    method: str = "*"
    aws: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def to_record(self) -> dict[str, Any]:
        """JSON, which `Stub(**record)` reads."""
        return {name: getattr(self, name) for name in self.__slots__} | {"headers": dict(self.headers)}


@dataclass(frozen=True, slots=True)
class StubUse:
    """name: of the user's stub, or 'METHOD host/path' when the world made an answer up; 'host:port (refused)' when
    nothing could. calls: by run, such as {'legacy-1': 3}."""

    name: str
    calls: Mapping[str, int]

    def __str__(self) -> str:
        calls = ", ".join(f"{run} {count}" for run, count in self.calls.items())
        return f"Outside of the pinned world: {self.name}. Calls: {calls}."


def uses_by_name(runs: Iterable[tuple[str, Mapping[str, int]]]) -> tuple[StubUse, ...]:
    """`runs`: each with how often it used what. Sorted by name."""
    found: dict[str, dict[str, int]] = {}
    for run, calls in runs:
        for name, count in calls.items():
            found.setdefault(name, {})[run] = count
    return tuple(StubUse(name, found[name]) for name in sorted(found))
