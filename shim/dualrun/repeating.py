"""Replays sessions again and again, in processes that go on from one to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Session
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.processes import Side, candidate_process, legacy_process
from shim.dualrun.replay.server import Server
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.world import World
from shim.dualrun.report.repro.parting import Runs


class Repeating:
    """Both paths as `verify` runs them: the legacy one twice. Ends its processes when it is left.

    All three see the same sessions in the same order, so what these leave behind is the same on all of them.
    """

    def __init__(
        self,
        legacy_app: Path,
        candidate: Path,
        *,
        environment: Mapping[str, str],
        service_environment: Mapping[str, str],
        tables: Sequence[Mapping[str, Any]],
        world: World,
        timing: Timing,
    ) -> None:
        self._legacy = partial(legacy_process, legacy_app, environment)
        self._candidate = partial(candidate_process, candidate, {**service_environment, **environment}, tables)
        self._world, self._timing = world, timing
        self._runner = asyncio.Runner()
        self._processes = AsyncExitStack()
        self._sides: tuple[Side, Side, Side] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._end())

    def __call__(self, session: Session, *, afresh: bool) -> Runs:
        """Raises DualRunError when a side doesn't come up. After a problem the next replay begins afresh anyway."""
        return self._runner.run(self._replay(session, afresh=afresh))

    async def _replay(self, session: Session, *, afresh: bool) -> Runs:
        if afresh or self._sides is None:
            await self._end()
            self._sides = await self._begin()
        legacy, again, new = self._sides
        first = await self._run(session, legacy, "legacy-1", None)
        runs = await asyncio.gather(
            self._run(session, again, "legacy-2", first), self._run(session, new, "candidate", first)
        )
        if any(run.problems for run in (first, *runs)):
            await self._end()
        return first, *runs

    async def _run(self, session: Session, side: Side, run: str, first: Recording | None) -> Recording:
        server = Server(side.url)
        return await run_sessions(
            [session],
            server.client(),
            run=run,
            path=server.path,
            first=first,
            line=side.line,
            timing=self._timing,
        )

    async def _begin(self) -> tuple[Side, Side, Side]:
        makers = (self._legacy(self._world), self._legacy(self._world), self._candidate(self._world))
        begun = await asyncio.gather(*(self._entered(maker) for maker in makers), return_exceptions=True)
        failures = [side for side in begun if isinstance(side, BaseException)]
        if failures:
            await self._end()
            raise failures[0]
        legacy, again, new = (side for side in begun if isinstance(side, Side))
        return legacy, again, new

    async def _entered(self, process: AbstractAsyncContextManager[Side]) -> Side:
        return await self._processes.enter_async_context(process)

    async def _end(self) -> None:
        self._sides = None
        processes, self._processes = self._processes, AsyncExitStack()
        await processes.aclose()
