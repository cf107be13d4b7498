"""Runs cases against a target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from tests.conformance.matching import Different
from tests.conformance.model import Api, Case, load_apis
from tests.conformance.steps import Steps
from tests.conformance.targets.target import Endpoint, Target

Verdict = Literal["passed", "failed", "not applicable", "unsettled"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problem`: what happened instead, or why the case can't be run there; None when it passed."""

    case: Case
    verdict: Verdict
    problem: str | None = None


class Runner:
    """The cases' APIs, served by one target."""

    def __init__(self, target: Target, apis: Mapping[str, Api], endpoints: Mapping[str, Endpoint]) -> None:
        self._target, self._apis, self._endpoints = target, apis, endpoints

    def run(self, case: Case) -> Outcome:
        api = self._apis[case.api]
        reason = self._target.unservable(api)
        if reason is not None:
            return Outcome(case, "not applicable", reason)
        problem = self._problem(case, api)
        if not case.settled:
            return Outcome(case, "unsettled", problem)
        return Outcome(case, "passed" if problem is None else "failed", problem)

    def _problem(self, case: Case, api: Api) -> str | None:
        steps = Steps(api, self._endpoints[api.name], self._target.wait_s)
        try:
            for number, step in enumerate(case.steps, 1):
                try:
                    steps.run(step)
                except Different as error:
                    return f"step {number}, {next(iter(step))}: {error.problem}"
        finally:
            steps.close()
        return None


@contextmanager
def running(target: Target, cases: Iterable[Case]) -> Iterator[Runner]:
    """Serves what these cases need. Raises TargetUnavailable."""
    needed = {case.api for case in cases}
    apis = {name: api for name, api in load_apis().items() if name in needed}
    servable = {name: api for name, api in apis.items() if target.unservable(api) is None}
    with target.serve(servable) as endpoints:
        yield Runner(target, apis, endpoints)
