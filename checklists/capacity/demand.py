"""What a service has to carry, at its peak."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from checklists.cost.load import HANDLER_GB, HANDLER_S, LONGEST_LIFE_MINUTES
from checklists.cost.usage import HOURS
from migrator.inventory.record import Record

LAMBDA_GB_OF_A_CORE: Final = 1769 / 1024
"""Memory at which a function has one vCPU; with less it has as much less.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""

HANDLER_CPU_S: Final = HANDLER_S * HANDLER_GB / LAMBDA_GB_OF_A_CORE
"""What the function that the estimate of the WebSocket path takes for usual would use of a core: 3.6 ms."""

MONTH_S: Final = HOURS * 3600
MOST_CONNECTIONS: Final = 100_000_000

Pushed = Literal["loop", "broadcast"]
Handlers = Literal["nodes", "lambda"]


class Demand(Record):
    """Rates are those of the busiest minutes; `average` says how much less the month has."""

    connections: int = Field(ge=1, le=MOST_CONNECTIONS, description="at once")
    pushes_s: float = Field(ge=0, le=10_000_000, allow_inf_nan=False, description="times a second that it sends")
    fan_out: float = Field(default=1, ge=1, le=MOST_CONNECTIONS, description="connections that each push goes to")
    pushed: Pushed = Field(
        default="loop",
        description="how a push goes to several: one by one, as code for API Gateway does, or by one broadcast",
    )
    message_bytes: int = Field(default=1000, ge=1, le=131_072, description="payload of a push")
    received_s: float = Field(ge=0, le=10_000_000, allow_inf_nan=False, description="messages of clients a second")
    life_minutes: float = Field(
        default=LONGEST_LIFE_MINUTES, gt=0, le=525_600, description="of a connection; API Gateway ends it after 120"
    )
    handlers: Handlers = Field(default="nodes", description="where handlers run: in the nodes, or at Lambda as before")
    handler_cpu_s: float = Field(
        default=HANDLER_CPU_S, ge=0, le=60, allow_inf_nan=False, description="of a core, for each message of a client"
    )
    average: float = Field(default=1, gt=0, le=1, description="what a month has on average, as a share of the peak")

    @model_validator(mode="after")
    def _reaches_connections(self) -> Demand:
        if self.fan_out > self.connections:
            raise ValueError(f"a push can't go to {self.fan_out:,g} of {self.connections:,} connections")
        return self

    @property
    def opened_s(self) -> float:
        """Connections that begin a second; as many end."""
        return self.connections / (self.life_minutes * 60)

    @property
    def delivered_s(self) -> float:
        return self.pushes_s * self.fan_out

    @property
    def broadcasts(self) -> bool:
        """Whether a push that goes to several is one broadcast."""
        return self.pushed == "broadcast" and self.fan_out > 1

    def scaled(self, factor: float) -> Demand:
        """With so many times the traffic, each push going to as many as before."""
        connections = max(1, round(self.connections * factor))
        return self.model_copy(
            update={
                "connections": connections,
                "pushes_s": self.pushes_s * factor,
                "received_s": self.received_s * factor,
                "fan_out": min(self.fan_out, connections),
            }
        )
