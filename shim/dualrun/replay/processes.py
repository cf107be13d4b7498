"""Starts the two sides of a dual run as processes in the same pinned environment, and always ends them."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shim.dualrun.errors import ProcessFailed
from shim.dualrun.replay.control_line import ControlLine, control_line
from shim.dualrun.replay.failures import Failures
from shim.dualrun.replay.http_client import http_client
from shim.dualrun.replay.stderr_lines import lines_of
from shim.dualrun.replay.world import World, pinned_environment

START_TIMEOUT_S = 180.0
"""Seconds that a side has to come up: it imports the handlers, their libraries and the AWS in memory."""

END_TIMEOUT_S = 8.0
"""Seconds between asking a process to end and killing it."""

END_NOTICE_S = 0.2
"""Seconds within which it is known that a process has ended."""

STDERR_LINES = 20
"""Last lines of stderr that an error quotes."""

LONGEST_LINE = 500
"""Characters of a line that an error quotes."""


@dataclass(frozen=True, slots=True)
class Side:
    """url: ws://127.0.0.1:PORT/STAGE of the legacy path, http://127.0.0.1:PORT/stream of the new one."""

    url: str
    line: ControlLine
    _running: _Running

    async def last_words(self) -> list[str]:
        """Why the process ended, when it ended by itself; empty while it runs."""
        return await self._running.last_words()

    def failures(self) -> dict[str, str]:
        """By route, what failed most often behind it; of the legacy path alone."""
        return self._running.failures.most_frequent()


@asynccontextmanager
async def legacy_process(app: Path, environment: Mapping[str, str], world: World | None = None) -> AsyncIterator[Side]:
    """The application unchanged, behind the shim. `app`: absolute. Raises ProcessFailed when it doesn't come up."""
    arguments: tuple[str, ...]
    arguments = ("migrator.cli", "shim", str(app), "--port", "0", "--format", "json", "--aws", "moto")
    settings = ("logs.level=info", "logs.form=json", "logs.messages=false", "backend.python.require_all=true")
    # Our own pings, by which it is known that a message was read, are no sign of life of a client.
    for setting in (*settings, "limits.ping_resets_idle=false"):
        arguments += ("--set", setting)
    arguments += ("--backend", "python")  # whatever the application's own shim.toml says
    async with _process("The legacy path (ws2sse shim)", app, arguments, environment, world or World()) as (
        running,
        line,
    ):
        said = await running.first_line()
        try:
            told = json.loads(said)
            url = str(told["websocket"])
        except (ValueError, TypeError, KeyError):
            raise running.failure(f"said {said[:200]!r} instead of its addresses") from None
        await line.ask("settle", limit_s=START_TIMEOUT_S)
        yield Side(url, line, running)


@asynccontextmanager
async def candidate_process(
    directory: Path,
    environment: Mapping[str, str],
    tables: Sequence[Mapping[str, Any]],
    world: World | None = None,
) -> AsyncIterator[Side]:
    """The migrated application, in the same world. Raises ProcessFailed when it doesn't come up."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listener:
        world = world or World()
        definitions = Path(folder) / "aws.json"
        definitions.write_text(json.dumps({"tables": tables, "resources": world.resources}), "utf-8")
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        fd = listener.fileno()
        arguments = (
            "shim.dualrun.replay.candidate",
            str(directory),
            "--fd",
            str(fd),
            "--aws",
            str(definitions),
        )
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        pushing = {"PUSH_URL": base, "PUSH_TOKEN": secrets.token_urlsafe(32)}
        new = _process(
            "The new path",
            directory,
            arguments,
            {**environment, "PUSH_TOKEN": pushing["PUSH_TOKEN"]},
            world,
            variables=pushing,
            pass_fds=(fd,),
        )
        async with new as (running, line):
            # Were it still open here, connections to a process that has ended would wait instead of being refused.
            listener.close()
            await running.ready(f"{base}/healthz")
            await line.ask("settle", limit_s=START_TIMEOUT_S)
            yield Side(f"{base}/stream", line, running)


class _Running:
    def __init__(self, what: str, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._what = what
        self._tail: deque[str] = deque(maxlen=STDERR_LINES)
        self.failures = Failures()
        self._drains = [asyncio.create_task(self._read_stderr())]

    def failure(self, problem: str) -> ProcessFailed:
        return ProcessFailed(self._what, problem, tuple(self._tail))

    async def first_line(self) -> str:
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                line = await self.process.stdout.readline()
        except TimeoutError:
            raise self.failure(f"did not come up within {START_TIMEOUT_S:g} s") from None
        if not line:
            await self._ended()
        self._drains.append(asyncio.create_task(self._discard_stdout()))
        return line.decode("utf-8", "replace").strip()

    async def ready(self, url: str) -> None:
        """Until `url` answers 200."""
        self._drains.append(asyncio.create_task(self._discard_stdout()))
        answering = asyncio.create_task(self._answers(url))
        ending = asyncio.create_task(self.process.wait())
        done, left = await asyncio.wait(
            {answering, ending}, timeout=START_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if answering in done:
            return
        if ending in done:
            await self._ended()
        raise self.failure(f"did not answer {url} within {START_TIMEOUT_S:g} s")

    async def last_words(self) -> list[str]:
        try:
            # Word of an end takes a moment to reach this process.
            async with asyncio.timeout(END_NOTICE_S):
                status = await self.process.wait()
        except TimeoutError:
            return []
        await self._drains[0]
        return [str(self.failure(f"ended by itself, with status {status}"))]

    async def end(self) -> None:
        """Asks, waits, and kills what does not listen."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                async with asyncio.timeout(END_TIMEOUT_S):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
        await self.process.wait()
        await asyncio.gather(*self._drains)

    async def _ended(self) -> None:
        status = await self.process.wait()
        await self._drains[0]
        raise self.failure(f"ended at once, with status {status}")

    async def _answers(self, url: str) -> None:
        async with http_client(url, START_TIMEOUT_S) as http:
            while True:
                try:
                    if (await http.get(url)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)

    async def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        async for line in lines_of(self.process.stderr):
            self._tail.append(self.failures.read(line)[:LONGEST_LINE])

    async def _discard_stdout(self) -> None:
        assert self.process.stdout is not None
        while await self.process.stdout.read(65_536):
            pass


@asynccontextmanager
async def _process(
    what: str,
    application: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    world: World,
    *,
    variables: Mapping[str, str] | None = None,
    pass_fds: tuple[int, ...] = (),
) -> AsyncIterator[tuple[_Running, ControlLine]]:
    """`arguments`: a module, and what it is called with. `variables`: of functions outside; None for none."""
    ours, theirs = socket.socketpair()
    with ours, theirs, tempfile.TemporaryDirectory() as folder:
        pins = (
            *world.pins(Path(folder), variables or {}),
            "--control",
            str(theirs.fileno()),
            "--application",
            str(application),
        )
        # -P: nothing of the current folder may take the place of our modules.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "shim.dualrun.replay.pinned.start", *pins, *arguments),
            env=pinned_environment(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(*pass_fds, theirs.fileno()),
        )
        theirs.close()
        line = await control_line(what, ours)
        running = _Running(what, process)
        try:
            yield running, line
        finally:
            await running.end()
            await line.close()
