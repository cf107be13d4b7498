"""Where a path is served, and which client speaks to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from shim.dualrun.record.canonical import Path
from shim.dualrun.replay.client import ClientMaker
from shim.dualrun.replay.stream_client import StreamClient
from shim.dualrun.replay.websocket_client import WebSocketClient


@dataclass(frozen=True, slots=True)
class Server:
    """`url`: ws:// or wss:// speaks WebSocket, http:// and https:// SSE + POST; without a query."""

    url: str

    @property
    def path(self) -> Path:
        return "websocket" if urlsplit(self.url).scheme in {"ws", "wss"} else "stream"

    def client(self) -> ClientMaker:
        return partial(WebSocketClient if self.path == "websocket" else StreamClient, self.url)
