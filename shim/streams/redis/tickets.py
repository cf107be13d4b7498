"""Tickets that all nodes know."""

from __future__ import annotations

from typing import Final

from shim.streams.redis import scripts_of_tickets as giving
from shim.streams.redis.steps import Step
from shim.streams.redis.together import Together

ALL: Final = "tickets"

KEPT_MS: Final = 7 * 86_400_000
"""How long it is known which connection a ticket opened, from when its client came back last."""


class RedisTickets:
    """By digest, of which no ticket can be made. `value`: what a ticket stands for; that of one that is out begins with
    `u`, and that of a spent one does not. Each method raises BrokerUnavailable."""

    def __init__(self, together: Together) -> None:
        self._together = together

    async def issue(
        self, digest: str, value: bytes, source_ip: str, *, most: int, most_own: int, seconds: float
    ) -> bool:
        """False when so many are out, of all or of this address."""
        arguments = (most, most_own, int(seconds * 1000), value)
        return await self._together.run(Step(giving.ISSUE_TICKET, (ALL, _own(source_ip), digest), arguments, bool))

    async def find(self, digest: str) -> bytes | None:
        step: Step[bytes | None] = Step(giving.FIND_TICKET, (ALL, digest), (KEPT_MS,), lambda value: value)
        return await self._together.run(step)

    async def spend(self, digest: str, value: bytes, source_ip: str) -> bool:
        """True for the one call that did. `value`: from now on."""
        arguments = (KEPT_MS, value)
        return await self._together.run(Step(giving.SPEND_TICKET, (ALL, _own(source_ip), digest), arguments, bool))

    async def opened(self, digest: str, value: bytes) -> None:
        """What a spent one stands for from now on."""
        await self._together.run(Step(giving.TICKET_OPENED, (digest,), (KEPT_MS, value), bool), beside=ALL)


def _own(source_ip: str) -> str:
    return f"tickets of {source_ip}"
