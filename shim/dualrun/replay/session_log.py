"""What becomes of one session: the events that its clients report, and what they did themselves."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from shim.dualrun.errors import SessionFloods
from shim.dualrun.record.canonical import Channel, Event, Kind, Path, handshake_text
from shim.dualrun.record.fitting import message_fits
from shim.dualrun.record.scenario import Advance, Close, Connect, Expect, Resume, Send, Step
from shim.dualrun.record.spoof import Spoof, spoof_text
from shim.dualrun.record.trigger import OUTSIDE, Trigger, trigger_text

Result = TypeVar("Result")

MAX_EVENTS = 10_000
"""Most events that one session may record; what comes after is counted as a problem, not recorded."""


MAX_SESSION_BYTES = 64 * 1024 * 1024
"""Most bytes of text that they may have together."""


class SessionLog:
    """Turns what clients report into events, and wakes whoever waits for one."""

    def __init__(self, run: str, path: Path, session: str) -> None:
        self.events: list[Event] = []
        self.sent: list[Event] = []
        self.counts: Counter[str] = Counter()
        self.step = 0
        self._ahead = 0.0
        """Seconds by which the clock of the world is ahead of this process's."""
        self.recording = True
        self.lost = 0
        self.flooded = asyncio.Event()
        """Set with the first event that is lost."""
        self._bytes = 0
        self._run, self._path, self._session = run, path, session
        self._sent_counts: Counter[str] = Counter()
        self._waited_for: set[int] = set()
        self._arrived = asyncio.Event()

    def sink(self, client: str) -> ClientSink:
        return ClientSink(self, client)

    def add(
        self, client: str, kind: Kind, channel: Channel, status: int | None, text: str, event_id: str, resumed: bool
    ) -> None:
        if not self.recording:
            return
        self._bytes += len(text)
        if len(self.events) >= MAX_EVENTS or self._bytes > MAX_SESSION_BYTES:
            self.lost += 1
            self.flooded.set()
            return
        self.events.append(
            Event(
                run=self._run,
                path=self._path,
                session=self._session,
                step=self.step,
                client=client,
                n=self.counts[client],
                kind=kind,
                channel=channel,
                status=status,
                text=text,
                at=time.time() + self._ahead,
                id=event_id,
                mono=time.monotonic(),
                resumed=resumed,
            )
        )
        self.counts[client] += 1
        self._arrived.set()

    def add_failure(self, status: int | None, text: str) -> None:
        """What a function outside answered to whatever ran it, where that is an error."""
        self.add(OUTSIDE, "error", "post", status, text, "", resumed=False)

    def add_sent(self, step: Step) -> None:
        kind, text = _as_sent(step)
        self.sent.append(
            Event(
                run=self._run,
                path=self._path,
                session=self._session,
                step=self.step,
                client=step.client,
                n=self._sent_counts[step.client],
                kind=kind,
                channel="socket" if self._path == "websocket" else "post",
                status=None,
                text=text,
                at=time.time() + self._ahead,
                direction="sent",
                mono=time.monotonic(),
            )
        )
        self._sent_counts[step.client] += 1

    def clock_shows(self, now: float) -> None:
        """The clock of the world, which doesn't go on within a step: on a slow machine runs would else seem to be
        minutes apart."""
        self._ahead = now - time.time()

    def advance(self, seconds: float, since: int) -> None:
        """The clock of the world has gone on by `seconds`, and the events from the index `since` came after that."""
        self._ahead += seconds
        self.events[since:] = [replace(event, at=event.at + seconds) for event in self.events[since:]]

    async def wait_for(self, step: Expect) -> bool:
        """Whether the message came in time; each message is for one wait."""
        end = time.monotonic() + step.within_s
        looked_at = 0
        while True:
            for index in range(looked_at, len(self.events)):
                event = self.events[index]
                free = event.client == step.client and event.kind == "msg" and index not in self._waited_for
                if free and message_fits(step.message, event.text):
                    self._waited_for.add(index)
                    return True
            looked_at = len(self.events)
            left = end - time.monotonic()
            if left <= 0:
                return False
            await self.next_event(left)

    async def unless_flooded(self, doing: Coroutine[Any, Any, Result]) -> Result:
        """What it returns. Raises SessionFloods, and cancels it, as soon as an event is lost."""
        task, flooded = asyncio.ensure_future(doing), asyncio.ensure_future(self.flooded.wait())
        try:
            await asyncio.wait({task, flooded}, return_when=asyncio.FIRST_COMPLETED)
            if self.lost:
                raise SessionFloods(self.lost, len(self.events))
            return await task
        finally:
            flooded.cancel()
            task.cancel()

    async def next_event(self, timeout: float) -> bool:  # noqa: ASYNC109 - the answer is the point, not an exception
        """Whether an event arrived since the last call, or within the time."""
        try:
            async with asyncio.timeout(timeout):
                await self._arrived.wait()
        except TimeoutError:
            return False
        self._arrived.clear()
        return True


@dataclass(frozen=True, slots=True)
class ClientSink:
    log: SessionLog
    client: str

    def __call__(
        self, kind: Kind, channel: Channel, status: int | None, text: str, *, event_id: str = "", resumed: bool = False
    ) -> None:
        self.log.add(self.client, kind, channel, status, text, event_id, resumed)


def _as_sent(step: Step) -> tuple[Kind, str]:
    match step:
        case Connect(headers=headers, query=query):
            return "connect", handshake_text(headers, query)
        case Send(text=text):
            return "msg", text
        case Resume():
            return "resume", ""
        case Close():
            return "close", ""
        case Trigger():
            return "trigger", trigger_text(step)
        case Spoof():
            return "spoof", spoof_text(step)
        case Expect() | Advance():
            raise AssertionError("who waits sends nothing")
