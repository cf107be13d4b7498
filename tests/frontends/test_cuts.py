"""1,000 messages across 50 cuts: nothing lost, nothing doubled, order kept, whichever client reads.

A front end that ends every response after 120 seconds, at a thousandth of the size.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from shim.streams import StreamLimits
from tests.frontends.cap import Cap, capped
from tests.frontends.conftest import Behind
from tests.frontends.readers import END, READERS, Reading
from tests.hostile.serving import Served, eventually, serving

MESSAGES = [f'{{"n": {number}, "text": "{chr(97 + number % 26) * (number % 700)} ü \u2028"}}' for number in range(999)]
MESSAGES.append(END)
ROUNDS = 50

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: apt-get install nodejs")


@dataclass(frozen=True)
class Client:
    reading: Reading
    cap: Cap
    connection_id: str


@contextmanager
def clients(
    shim: Served, behind: Behind, cap_s: float, cap_bytes: tuple[int, int] | None = None
) -> Iterator[list[Client]]:
    """One of each kind; each behind its own cap, and all behind the front end."""
    front = behind(shim.port)
    with ExitStack() as running:
        found = []
        for name, read in READERS.items():
            cap = running.enter_context(capped(front.port, cap_s, cap_bytes))
            reading = Reading(read, f"http://127.0.0.1:{cap.port}/prod?who={name}")
            eventually(lambda name=name: _connection(shim, name) is not None)  # type: ignore[misc]
            found.append(Client(reading, cap, _connection(shim, name) or ""))
        yield found


def _connection(shim: Served, who: str) -> str | None:
    for event in shim.application.connects:
        if (event.get("queryStringParameters") or {}).get("who") == who:
            found: str = event["requestContext"]["connectionId"]
            return found
    return None


def _push(shim: Served, reading: list[Client], interruptions: Callable[[Cap], int]) -> None:
    """Twenty messages after each interruption of all clients: some find a stream, some find none."""
    each = len(MESSAGES) // ROUNDS
    for done in range(ROUNDS):
        eventually(
            lambda done=done: all(  # type: ignore[misc]
                client.reading.failed or interruptions(client.cap) > done for client in reading
            )
        )
        for message in MESSAGES[done * each : (done + 1) * each]:
            for client in reading:
                if not client.reading.failed:
                    shim.service.post(client.connection_id, message.encode())


def test_across_hard_cuts(behind: Behind) -> None:
    with serving(streams=StreamLimits(retry_ms=10)) as shim, clients(shim, behind, 0.08, (4_000, 12_000)) as reading:
        _push(shim, reading, lambda cap: cap.cuts)

        for client in reading:
            assert client.reading.messages() == MESSAGES
            assert client.cap.cuts >= ROUNDS
        assert sum(client.cap.torn for client in reading) > 0
        assert len(shim.application.connects) == len(READERS)


def test_across_planned_rotations_that_no_cap_is_reached_by(behind: Behind) -> None:
    limits = StreamLimits(retry_ms=10, rotation_s=0.08)
    with serving(streams=limits) as shim, clients(shim, behind, 2.0) as reading:
        _push(shim, reading, lambda cap: cap.ends)

        for client in reading:
            assert client.reading.messages() == MESSAGES
            assert client.cap.ends >= ROUNDS
            assert client.cap.cuts == 0
        assert len(shim.application.connects) == len(READERS)
