"""serverless-offline, the emulator that most teams have locally. Its clients are WebSockets; it has no broadcast.

`npm ci` in bench/peers/offline installs it.
"""

from __future__ import annotations

import base64
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench.processes import free_ports, running
from bench.servers.base import Server, Started, post

APPLICATION = Path(__file__).parents[1] / "peers" / "offline"


class Offline(Server):
    name = "serverless-offline"
    says = "serverless-offline (npm), over WebSocket"
    tells_ids = True
    websocket = True
    most_streams = 100

    def missing(self) -> str | None:
        if shutil.which("node") is None:
            return "install node"
        installed = (APPLICATION / "node_modules" / "serverless-offline").exists()
        return None if installed else "run `npm ci` in bench/peers/offline"

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        port, http_port, lambda_port = free_ports(3)
        command = ["node", "node_modules/serverless/bin/serverless.js", "offline", "--host", "127.0.0.1"]
        command += ["--websocketPort", str(port), "--httpPort", str(http_port), "--lambdaPort", str(lambda_port)]
        quiet = {"SLS_NOTIFICATIONS_MODE": "off", "SLS_TELEMETRY_DISABLED": "1", "CI": "1"}
        with running(
            command, core=core, ports=[port], log=folder / "offline.log", env=quiet, cwd=APPLICATION
        ) as process:
            yield Started(process.pid, port, port)

    def open_request(self, at: Started, connection_id: str) -> bytes:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        return (
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{at.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        ).encode()

    def push(self, at: Started, connection_id: str, body: bytes) -> bytes:
        return post(f"/@connections/{quote(connection_id, safe='')}", at.push_port, body)

    def broadcast(self, at: Started, body: bytes) -> None:
        return None
