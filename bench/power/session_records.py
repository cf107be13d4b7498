"""Sessions as JSON, beside the recordings that are of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final, get_args

from shim.dualrun.record.scenario import Session, Step

_STEPS: Final[dict[str, type[Step]]] = {kind.__name__.lower(): kind for kind in get_args(Step)}


def records_of(sessions: Iterable[Session]) -> list[dict[str, Any]]:
    return [{"name": session.name, "steps": list(map(_record, session.steps))} for session in sessions]


def sessions_of(records: Iterable[dict[str, Any]]) -> tuple[Session, ...]:
    """Of what `records_of` has made."""
    return tuple(Session(record["name"], tuple(map(_step, record["steps"]))) for record in records)


def _record(step: Step) -> dict[str, Any]:
    return {"step": type(step).__name__.lower(), **asdict(step)}


def _step(record: dict[str, Any]) -> Step:
    values = dict(record)
    kind = _STEPS[values.pop("step")]
    for name in {"headers", "query"} & values.keys():
        values[name] = tuple(map(tuple, values[name]))
    return kind(**values)
