"""The application that is served: its functions tell what they were given, each in one write of one line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.one_function import write_application
from tests.running import ws2sse

HANDLER: Final = """
import json, os, time

FILE = os.environ["CHAOS_RAN"]

def handler(event, context):
    said = event["requestContext"]
    line = {
        "at": time.monotonic(),
        "route": said["routeKey"],
        "connection": said["connectionId"],
        "pid": os.getpid(),
        "code": said.get("disconnectStatusCode"),
        "name": (event.get("queryStringParameters") or {}).get("client", ""),
        "id": int(event["body"]) if said["routeKey"] == "$default" else -1,
    }
    with open(FILE, "ab", buffering=0) as file:
        file.write(json.dumps(line).encode() + b"\\n")
    return {"statusCode": 200}
"""


class ScanFailed(Exception):
    """Raised when the application could not be scanned. `said`: what the command said."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(said)


def make_application(folder: Path) -> Path:
    """Into a new folder; returns the file of its inventory, which is the same wherever it is served."""
    folder.mkdir()
    write_application(folder, HANDLER)
    scanned: subprocess.CompletedProcess[str] = ws2sse("scan", folder, "--format", "json")
    if not scanned.stdout:
        raise ScanFailed(scanned.stderr)
    inventory = folder.with_suffix(".json")
    inventory.write_text(scanned.stdout)
    return inventory


def lines_of(ran: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.read_text().splitlines()] if ran.exists() else []
