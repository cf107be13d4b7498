"""How much the clients do, whichever path serves them; and what a WebSocket API takes for a load only thought."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from checklists.cost.usage import HOURS, Amount, Usage
from migrator.inventory.record import Record

LONGEST_LIFE_MINUTES: Final = 120.0
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""

HANDLER_S: Final = 0.05
HANDLER_GB: Final = 0.125
"""A function of 128 MB that works for 50 ms: what is taken where no duration was measured."""


class Load(Record):
    """A month of all clients together."""

    connections: float = Field(ge=0, description="at once, on average")
    connects: float = Field(ge=0, description="in the month")
    messages: float = Field(ge=0, description="in the month, to and from clients")

    def scaled(self, factor: float) -> Load:
        return Load(
            connections=self.connections * factor, connects=self.connects * factor, messages=self.messages * factor
        )


def thought(connections: float, received: float, fan_out: float, life_minutes: float = LONGEST_LIFE_MINUTES) -> Load:
    """A load without a measurement: each of `received` messages a month is sent on to `fan_out` clients."""
    return Load(
        connections=connections,
        connects=connections * HOURS * 60 / life_minutes,
        messages=received * (1 + fan_out),
    )


def websocket_usage(load: Load, received: float, fan_out: float) -> Usage:
    """What the usual application takes: one invocation a message, a connect and a disconnect; one row written at each
    of the two; one row of half a unit read for each client that a message is sent on to."""
    both = 2 * load.connects
    invocations = received + both
    amounts = {
        "websocket.messages": load.messages + both,
        "websocket.minutes": load.connections * HOURS * 60,
        "lambda.requests": invocations,
        "lambda.x86_gb_s": invocations * HANDLER_S * HANDLER_GB,
        "dynamodb.writes": both,
        "dynamodb.reads": received * fan_out * 0.5,
    }
    return Usage(
        amounts=tuple(Amount(key=key, quantity=much, source="assumed", grows=True) for key, much in amounts.items())
    )
