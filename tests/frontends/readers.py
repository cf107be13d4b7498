"""Three clients that read until a message says "the end": the Python client, SseSocket in Node, and an EventSource."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final
from urllib.parse import urlsplit

from shim.dualrun.replay.event_stream_reader import EventStreamReader

HERE: Final = Path(__file__).parent
CLIENT: Final = HERE.parent.parent / "templates" / "client" / "sse_socket.py"
END: Final = "the end"
PATIENCE_S: Final = 60.0

Read = Callable[[str], list[str]]
"""From an address to the messages that came."""


def with_python_client(address: str) -> list[str]:
    client = _client_module()

    async def read() -> list[str]:
        found = []
        async with asyncio.timeout(PATIENCE_S), client.connect(address) as connection:
            async for message in connection:
                found.append(message)
                if message == END:
                    break
        return found

    return asyncio.run(read())


def with_sse_socket(address: str) -> list[str]:
    command = ["node", str(HERE / "reader.mjs"), address]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert (told["gaps"], told["code"]) == ([], 1000), told
    found: list[str] = told["messages"]
    return found


def with_event_source(address: str) -> list[str]:
    """As the WHATWG standard says: always the same address, with the id of the last event. It opens with a ticket."""
    parts = urlsplit(address)
    target = f"{parts.path}?ticket={_ticket(address)}"
    found: list[str] = []
    last_id = ""
    while True:
        link = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
        reader = EventStreamReader()
        try:
            headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})}
            link.request("GET", target, headers=headers)
            response = link.getresponse()
            assert response.status == 200, response.status
            while piece := response.read1(65_536):
                for event in reader.feed(piece):
                    last_id = event.id or last_id
                    if event.type == "message" and event.data:
                        found.append(event.data)
                    assert event.type != "gap", event.data
                    if event.data == END:
                        return found
        except (OSError, http.client.HTTPException):
            continue  # a browser waits for what `retry:` said; here sooner is harder
        finally:
            link.close()


def _ticket(address: str) -> str:
    parts = urlsplit(address)
    link = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
    link.request("POST", f"{parts.path}/ticket?{parts.query}")
    answer = link.getresponse()
    assert answer.status == 201
    ticket: str = json.loads(answer.read())["ticket"]
    link.close()
    return ticket


def _client_module() -> ModuleType:
    """The file as a user has it: by itself."""
    specification = spec_from_file_location("sse_socket", CLIENT)
    assert specification
    assert specification.loader
    module = module_from_spec(specification)
    sys.modules["sse_socket"] = module
    specification.loader.exec_module(module)
    return module


class Reading(threading.Thread):
    """A reader at work; `messages` when it is done."""

    def __init__(self, read: Read, address: str) -> None:
        super().__init__(daemon=True)
        self._read, self._address = read, address
        self._messages: list[str] = []
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._messages = self._read(self._address)
        except Exception as error:
            self._error = error

    @property
    def failed(self) -> bool:
        return self._error is not None

    def messages(self) -> list[str]:
        self.join(PATIENCE_S)
        if self._error is not None:
            raise self._error
        return self._messages


READERS: Final[dict[str, Read]] = {
    "python": with_python_client,
    "node": with_sse_socket,
    "eventsource": with_event_source,
}
