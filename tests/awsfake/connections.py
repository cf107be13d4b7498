"""Who is connected to a WebSocket API. A connection lives for two hours at most, and ten minutes in silence:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(hours=2)
LONGEST_SILENCE = timedelta(minutes=10)


@dataclass
class Connection:
    id: str
    account: str
    region: str
    api: str
    stage: str
    connected_at: datetime
    last_active_at: datetime
    ends_at: datetime


class Connections:
    """All that are open, of all APIs."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}
        self._number = 0

    def open(self, account: str, region: str, api: str, stage: str, now: datetime, lasting: timedelta) -> Connection:
        self._number += 1
        name = f"L0Sh{self._number:06}cCFAA="
        made = Connection(name, account, region, api, stage, now, now, now + min(lasting, LONGEST))
        self._open[name] = made
        return made

    def close(self, name: str) -> Connection | None:
        return self._open.pop(name, None)

    def find(self, name: str) -> Connection | None:
        return self._open.get(name)

    def of(self, api: str, stage: str | None = None) -> list[Connection]:
        return [one for one in self._open.values() if one.api == api and stage in {None, one.stage}]
