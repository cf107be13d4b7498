"""A rolling restart of three nodes under load behind a front end, with the shim's own settings for clients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.history import History, Lost, Resumed
from tests.chaos.run import Result, Size, run
from tests.chaos.troubles import Planned
from tests.chaos.world import Ground
from tests.frontends.front_ends import Name

OWN_SETTINGS: Final = {
    "streams.retry_ms": 1_000,
    "streams.drain_spread_ms": 5_000,
    "streams.heartbeat_s": 0.5,
    "redis.lease_s": 15,
    "redis.check_s": 15,
    "redis.timeout_s": 2,
}
"""As by default, but for heartbeats: clients here notice silence soon."""


@dataclass(frozen=True, slots=True)
class Rolled:
    result: Result
    pauses_s: list[float]
    """From when a stream ended until the client had the next one, in order of length."""

    def pause_s(self, share: float) -> float:
        return self.pauses_s[min(len(self.pauses_s) - 1, int(share * len(self.pauses_s)))]


async def roll(seed: int, folder: Path, ground: Ground, behind: Name, *, clients: int, between_s: float) -> Rolled:
    plan = [Planned("roll", 1.0, between_s, 0)]
    size = Size(
        seconds=2.0,
        clients=clients,
        window_s=60.0,
        settings=OWN_SETTINGS,
        only_plain=True,
        stay=True,
        behind=behind,
    )
    result = await run(seed, folder, ground, size, keeps="all", servers="one", nodes=3, plan=plan)
    return Rolled(result, sorted(_pauses(result.history)))


def _pauses(history: History) -> list[float]:
    found, since = [], dict[str, float]()
    for line in history.lines:
        match line:
            case Lost():
                since.setdefault(line.connection, line.at)
            case Resumed() if line.connection in since:
                found.append(line.at - since.pop(line.connection))
    return found
