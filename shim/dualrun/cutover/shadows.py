"""Shadows: what clients of the old service do also goes to the new one, which is told that it is not for real.

Nothing of it comes back to a client: a shadow has a connection, a queue and time-outs of its own, and whatever goes
wrong with it is counted and forgotten.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from shim.backends.bridge import Bridge, Link
from shim.backends.rest_upstream import RestUpstream
from shim.backends.upstream import UpstreamRefused
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.rates import Rates, is_failure
from shim.dualrun.cutover.watching import Watch
from shim.gateway.events import Pairs
from shim.service import BinaryRefused, Handshake

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 100
"""Actions of one client that wait for its shadow; with more, the shadow is given up."""

MOST_OPENING: Final = 20
"""Shadows that are being opened at the same time."""

REQUESTS_AT_ONCE: Final = 32

MESSAGES_PER_S: Final = 500
BYTES_PER_S: Final = 8_000_000
"""What one shadow may be sent a second; with more, it is given up."""

SHADOW_ID: Final = "shadow"
"""What error frames about a shadow call its connection; nobody sees them."""


def shadow_upstream(upstream: RestUpstream, options: CutoverOptions) -> RestUpstream:
    """The new service, as its shadows call it: each action once, and never for longer than they may take."""
    return replace(
        upstream,
        attempts=1,
        answer_timeout_s=options.shadow_timeout_s,
        connect_timeout_s=options.shadow_timeout_s,
        requests_at_once=REQUESTS_AT_ONCE,
        resume_s=options.shadow_timeout_s,
    )


def without_header(handshake: Handshake, name: str) -> Handshake:
    """So that no client passes for a shadow."""
    kept: Pairs = [(known, value) for known, value in handshake.headers if known.lower() != name.lower()]
    return handshake if len(kept) == len(handshake.headers) else replace(handshake, headers=kept)


class Shadows:
    """`bridge`: opens connections to the new service. All in the event loop. `rates`: told what became of actions.
    `over`: told of each client that has no shadow any more, whoever ended it."""

    def __init__(
        self, bridge: Bridge, watch: Watch, rates: Rates, options: CutoverOptions, over: Callable[[str], None]
    ) -> None:
        self._bridge = bridge
        self._watch = watch
        self._rates = rates
        self._options = options
        self._over = over
        self._shadows: dict[str, _Shadow] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Semaphore(MOST_OPENING)
        self.problems: Counter[str] = Counter()
        """Why shadows were given up, or were not begun, since the start."""

    def __len__(self) -> int:
        return len(self._shadows)

    def begin(self, connection_id: str, handshake: Handshake) -> bool:
        """Whether the client has a shadow from now on. Returns at once."""
        if len(self._shadows) >= self._options.shadow_clients:
            self.problems["as many as may be"] += 1
            return False
        marked = [*handshake.headers, (self._options.shadow_header, "1")]
        shadow = _Shadow(replace(handshake, headers=marked))
        self._shadows[connection_id] = shadow
        self._watch.begin(connection_id)
        task = asyncio.create_task(self._run(connection_id, shadow))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def act(self, connection_id: str, body: str, message_id: str) -> None:
        """What the client does, for its shadow too. Returns at once."""
        shadow = self._shadows.get(connection_id)
        if shadow is None:
            return
        try:
            shadow.actions.put_nowait((body, message_id))
        except asyncio.QueueFull:
            self._give_up(connection_id, "actions wait for too long")

    def has(self, connection_id: str) -> bool:
        return connection_id in self._shadows

    def end(self, connection_id: str) -> None:
        """The client is gone, or is not to be shadowed any more."""
        if self._drop(connection_id):
            self._watch.end(connection_id)

    def end_all(self) -> None:
        for connection_id in list(self._shadows):
            self.end(connection_id)

    async def close(self) -> None:
        """For the end of the service: every shadow tells the new service that it leaves, within its time."""
        self.end_all()
        if self._tasks:
            _, slow = await asyncio.wait(self._tasks, timeout=self._options.shadow_timeout_s)
            for task in slow:
                task.cancel()
            if slow:
                await asyncio.wait(slow)
        await self._bridge.close_shared()

    def _give_up(self, connection_id: str, why: str) -> None:
        if self._drop(connection_id):
            self.problems[why] += 1
            self._watch.lose(connection_id, why)

    def _drop(self, connection_id: str) -> bool:
        """Whether there was one."""
        shadow = self._shadows.pop(connection_id, None)
        if shadow is None:
            return False
        shadow.over.set()
        self._over(connection_id)
        return True

    async def _run(self, connection_id: str, shadow: _Shadow) -> None:
        """From its opening to its end."""
        link: Link | None = None
        try:
            async with self._opening:
                if shadow.over.is_set():
                    return
                async with asyncio.timeout(self._options.shadow_timeout_s):
                    link = await self._bridge.open_link(shadow.handshake)
            await self._live(connection_id, shadow, link)
        except UpstreamRefused as refused:
            self._failed(connection_id, f"refused with {refused.status}")
        except TimeoutError:
            self._failed(connection_id, "not accepted in time")
        except Exception:
            logger.exception("a shadow failed")
            self._failed(connection_id, "failed")
        finally:
            self._give_up(connection_id, "ended")
            if link is not None:
                with suppress(Exception):
                    async with asyncio.timeout(self._options.shadow_timeout_s):
                        await link.end(1000, "")

    def _failed(self, connection_id: str, why: str) -> None:
        self._rates.add("shadow", "integration_error", 0.0)
        self._give_up(connection_id, why)

    async def _live(self, connection_id: str, shadow: _Shadow, link: Link) -> None:
        async def deliver(data: str | bytes) -> None:
            if shadow.floods(len(data)) or not self._watch.watches(connection_id):
                self._give_up(connection_id, "more came than is looked at")
                return
            text = data if isinstance(data, str) else data.decode("utf-8", "replace")
            self._watch.note(connection_id, "candidate", text)
            if is_failure(text):
                self._rates.add("shadow", "integration_error", 0.0)

        receiving = asyncio.create_task(link.receive(deliver))
        acting = asyncio.create_task(self._act(connection_id, shadow, link))
        over = asyncio.create_task(shadow.over.wait())
        try:
            await asyncio.wait({receiving, acting, over}, return_when=asyncio.FIRST_COMPLETED)
            if receiving.done() and not shadow.over.is_set():
                self._failed(connection_id, "ended by the new service")
        finally:
            for task in (receiving, acting, over):
                task.cancel()
            await asyncio.gather(receiving, acting, over, return_exceptions=True)

    async def _act(self, connection_id: str, shadow: _Shadow, link: Link) -> None:
        """One action after the other, as they came."""
        while True:
            body, message_id = await shadow.actions.get()
            began = time.monotonic()
            try:
                handled = await link.send(SHADOW_ID, body, f"{message_id}-shadow")
            except BinaryRefused:
                continue
            self._rates.add("shadow", handled.outcome, time.monotonic() - began)
            if handled.outcome == "timed_out":
                self._give_up(connection_id, "an answer took too long")
                return
            if handled.reply is not None:
                self._watch.note(connection_id, "candidate", handled.reply)


class _Shadow:
    """`over`: it is to end."""

    def __init__(self, handshake: Handshake) -> None:
        self.handshake = handshake
        self.actions: asyncio.Queue[tuple[str, str]] = asyncio.Queue(MOST_WAITING)
        self.over = asyncio.Event()
        self._second = 0
        self._messages = 0
        self._bytes = 0

    def floods(self, size: int) -> bool:
        """Whether, with a message of this size, more came in this second than an application would send a client."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._messages, self._bytes = second, 0, 0
        self._messages += 1
        self._bytes += size
        return self._messages > MESSAGES_PER_S or self._bytes > BYTES_PER_S
