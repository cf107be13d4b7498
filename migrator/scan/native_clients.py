"""Clients in the languages of phones, desktops and games: found by the names of their libraries, and listed.

They go on over WebSocket through the shim: docs/how-to/keep-old-phones-alive.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Client, ClientLanguage
from migrator.inventory.record import Location
from migrator.scan.files import Files

LANGUAGES: Final[dict[str, ClientLanguage]] = {
    ".swift": "swift",
    ".kt": "kotlin",
    ".java": "java",
    ".dart": "dart",
    ".cs": "csharp",
}
_TESTS: Final = frozenset({"test", "tests", "androidTest", "Tests", "integration_test"})
_WORDS: Final = (b"ebSocket", b"ebsocket")
_LITERAL: Final = re.compile(r"[\"'](wss?://[^\"'\s]*)[\"']")
_QUERY: Final = re.compile(r"[?&]((?:\w*token|\w*jwt|auth|authorization))=", re.IGNORECASE)
_NOISE: Final = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


@dataclass(frozen=True)
class Sign:
    library: str
    call: re.Pattern[str]
    needs: str = ""
    """What the file has to have besides, such as an import."""


def _sign(library: str, call: str, needs: str = "") -> Sign:
    return Sign(library, re.compile(call), needs)


SIGNS: Final[dict[ClientLanguage, tuple[Sign, ...]]] = {
    "swift": (
        _sign("URLSessionWebSocketTask", r"\.webSocketTask\(\s*with:"),
        _sign("Starscream", r"\bWebSocket\(\s*request:", "import Starscream"),
        _sign("SocketRocket", r"\bSRWebSocket\("),
    ),
    "kotlin": (
        _sign("OkHttp", r"\.newWebSocket\("),
        _sign("Ktor", r"\.(?:webSocket(?:Session)?|wss?)\s*[({]", "io.ktor.client"),
        _sign("Java-WebSocket", r":\s*WebSocketClient\("),
        _sign("Scarlet", r"\bScarlet\.Builder\("),
    ),
    "java": (
        _sign("OkHttp", r"\.newWebSocket\("),
        _sign("java.net.http", r"\.newWebSocketBuilder\("),
        _sign("Java-WebSocket", r"(?:\bextends\s+|\bnew\s+)WebSocketClient\b"),
        _sign("nv-websocket-client", r"\bWebSocketFactory\("),
    ),
    "dart": (
        _sign("web_socket_channel", r"\b(?:IO|Html)?WebSocketChannel\.connect\("),
        _sign("dart:io", r"(?<![\w.])WebSocket\.connect\("),
    ),
    "csharp": (
        _sign("ClientWebSocket", r"\bnew\s+ClientWebSocket\("),
        _sign("NativeWebSocket", r"\bnew\s+WebSocket\(", "NativeWebSocket"),
        _sign("WebSocketSharp", r"\bnew\s+WebSocket\(", "WebSocketSharp"),
        _sign("Websocket.Client", r"\bnew\s+WebsocketClient\("),
    ),
}
"""https://developer.apple.com/documentation/foundation/urlsessionwebsockettask,
https://square.github.io/okhttp/, https://pub.dev/packages/web_socket_channel,
https://learn.microsoft.com/dotnet/api/system.net.websockets.clientwebsocket
"""


def native_clients(files: Files) -> list[Client]:
    """Sites in the order of path and line."""
    found: list[Client] = []
    for path in files.mentioning(_WORDS, *LANGUAGES):
        if not _TESTS.intersection(PurePosixPath(path).parts):
            text = files.text(path)
            if text is not None:
                found.extend(_clients(path, text))
    return found


def _clients(path: str, text: str) -> Iterator[Client]:
    language = LANGUAGES[PurePosixPath(path).suffix.lower()]
    code = _NOISE.sub(lambda noise: re.sub(r"[^\n]", " ", noise[0]), text)
    places = [
        (call.start(), sign)
        for sign in SIGNS[language]
        for call in sign.call.finditer(code)
        if not sign.needs or sign.needs in text
    ]
    addresses = {match[1] for match in _LITERAL.finditer(text)}
    address = addresses.pop() if len(addresses) == 1 else None
    token = _QUERY.search(text)
    for at, sign in sorted(places, key=lambda place: place[0]):
        line = text.count("\n", 0, at)
        yield Client(
            location=Location(path=path, line=line + 1, column=at - (text.rfind("\n", 0, at) + 1) + 1),
            language=language,
            library=sign.library,
            url=address,
            token="query" if token is not None else None,
            token_parameter=token[1] if token is not None else None,
        )
