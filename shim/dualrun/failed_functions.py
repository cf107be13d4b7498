"""How functions outside of the API failed, in the words of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shim.dualrun.record.scenario import Session
from shim.dualrun.record.trigger import Trigger


def failures_by_route(failures: Mapping[str, str], sessions: Iterable[Session]) -> dict[str, str]:
    """Those of functions under what stands for a route in verdicts."""
    steps = (step for session in sessions for step in session.steps if isinstance(step, Trigger))
    return {**failures, **{step.route: failures[step.function] for step in steps if step.function in failures}}


def failures_of_new(legacy: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """A function outside may fail where no client waits for anything: so it is told apart from all differences."""
    for function, failure in new.items():
        if function not in legacy:
            yield f"On the new path alone the function {function} failed: {failure}."
