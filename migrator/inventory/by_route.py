"""One plan across server, clients and infrastructure: how far each route is, and what of it remains."""

from __future__ import annotations

from pydantic import Field

from migrator.inventory.outcome import Level, Status
from migrator.inventory.record import Record


class RoutePlan(Record):
    """How far one route is."""

    api: str = Field(description="id of the API")
    key: str
    handler: str | None = Field(description="handler id; None where no function stands behind the route")
    level: Level | None = Field(description="how the new application serves it; None when it does not")
    reason: str = Field(description="why not native; for a native route what was proven")
    clients: int = Field(description="sites that open a WebSocket and are known to use the route")
    clients_done: int = Field(description="those of them that speak to the new application now")
    infrastructure: str = Field(
        description="'ready': both steps are written; 'not ready (…)', 'stays', or 'none declared'"
    )
    sites: dict[Status, int] = Field(description="sites of the route by outcome, clients and handler included")

    @property
    def sentence(self) -> str:
        """'server native, clients 2 of 3, infrastructure ready'."""
        clients = f"clients {self.clients_done} of {self.clients}" if self.clients else "no client is known"
        return f"server {self.level or 'not served'}, {clients}, infrastructure {self.infrastructure}"

    @property
    def counted(self) -> str:
        """'2 rewritten, 1 marked'."""
        some = [f"{number} {status.replace('_', ' ')}" for status, number in self.sites.items() if number]
        return ", ".join(some) or "no sites"


class UnknownSenders(Record):
    """Clients of which it is not known what they send; any route may have them."""

    clients: int = 0
    clients_done: int = 0

    @property
    def sentence(self) -> str:
        """Empty when there are none."""
        if not self.clients:
            return ""
        return f"{self.clients} of the clients send what can't be told from the code; {self.clients_done} are rewritten"
