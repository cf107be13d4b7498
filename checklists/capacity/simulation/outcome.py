"""What came of a simulated event."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field

from checklists.capacity.simulation.site import STEP_S
from migrator.inventory.record import Record

Event = Literal["reconnect-storm", "node-loss", "redis-failover", "rolling-restart"]


class Moment(Record):
    second: float
    away: int = Field(description="clients without a stream")
    node_busy: float = Field(description="of the busiest node's vCPU")
    redis_busy: float


class Outcome(Record):
    """Pauses are those of clients, from the loss of a stream to the next one, with a new connection if need be."""

    event: Event
    seed: int
    moved: int = Field(description="times that a client had to come back")
    pause_median_s: float
    pause_p99_s: float
    pause_most_s: float
    seconds: float = Field(description="until the last one is back")
    late: int = Field(description="came back after the resume window, and had to connect anew")
    answered_most_s: float = Field(description="the longest until it was said whether a connection can be resumed")
    not_back: int = Field(default=0, description="after an hour, at which the simulation ends")
    node_busy: float = Field(description="of the busiest node's vCPU, over the busiest second")
    redis_busy: float
    refused: int = Field(default=0, description="pushes that were answered with 503")
    moments: tuple[Moment, ...] = ()

    @property
    def words(self) -> str:
        refused = f"; {self.refused:,} pushes refused" if self.refused else ""
        late = f"; {self.late:,} too late to resume, so they connected anew" if self.late else ""
        not_back = f"; {self.not_back:,} not back after an hour" if self.not_back else ""
        half, nearly, most = self.pause_median_s, self.pause_p99_s, self.pause_most_s
        return (
            f"{self.moved:,} come back, half within {half:,.1f} s, 99 % within {nearly:,.1f} s, "
            f"all within {most:,.1f} s; a node busy to {self.node_busy:.0%}, "
            f"Redis to {self.redis_busy:.0%}{refused}{late}{not_back}"
        )


def quantile(pauses: Counter[int], share: float) -> float:
    """Seconds; 0 without any."""
    wanted, seen = share * pauses.total(), 0
    for steps in sorted(pauses):
        seen += pauses[steps]
        if seen >= wanted:
            return steps * STEP_S
    return 0.0
