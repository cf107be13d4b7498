"""The npm packages that open a WebSocket, and what each calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrator.javascript.origins import Origin

NATIVE: Final = "WebSocket"
WHOLE: Final = frozenset({"default", "*"})


@dataclass(frozen=True)
class Library:
    """One way to open a connection."""

    name: str
    """What the inventory calls it: the package."""
    exports: frozenset[str]
    by_new: bool
    """Whether it is a class; else a function or hook."""


def _class(name: str, *exports: str) -> Library:
    return Library(name, frozenset(exports) or WHOLE, by_new=True)


def _function(name: str, *exports: str) -> Library:
    return Library(name, frozenset(exports) or WHOLE, by_new=False)


PACKAGES: Final[dict[str, tuple[Library, ...]]] = {
    "ws": (_class("ws", "default", "*", "WebSocket"),),
    "isomorphic-ws": (_class("isomorphic-ws", "default", "*", "WebSocket"),),
    "websocket": (_class("websocket", "w3cwebsocket"),),
    "reconnecting-websocket": (_class("reconnecting-websocket"),),
    "partysocket": (
        _class("partysocket/ws", "WebSocket"),
        _class("partysocket", "default", "*", "PartySocket"),
    ),
    "partysocket/ws": (_class("partysocket/ws"),),
    "partysocket/react": (_function("partysocket/react", "useWebSocket"),),
    "partysocket/use-ws": (_function("partysocket/react"),),
    "react-use-websocket": (_function("react-use-websocket", "default", "*", "useWebSocket"),),
    "react-use-websocket/dist/lib/use-websocket": (_function("react-use-websocket", "default", "useWebSocket"),),
    "rxjs/webSocket": (_function("rxjs", "webSocket"), _class("rxjs", "WebSocketSubject")),
    "rxjs/websocket": (_function("rxjs", "webSocket"), _class("rxjs", "WebSocketSubject")),
    "websocket-as-promised": (_class("websocket-as-promised"),),
    "sockette": (_class("sockette"),),
    "@vueuse/core": (_function("@vueuse/core", "useWebSocket"),),
    "ahooks": (_function("ahooks", "useWebSocket"),),
    "robust-websocket": (_class("robust-websocket"),),
    "websocket-ts": (_class("websocket-ts", "Websocket", "WebsocketBuilder"),),
    "react-native-reconnecting-websocket": (_class("react-native-reconnecting-websocket"),),
}

GLOBALS: Final[dict[str, Library]] = {
    "ReconnectingWebSocket": _class("ReconnectingWebSocket"),
    "Sockette": _class("sockette"),
    "WebSocketAsPromised": _class("websocket-as-promised"),
    "PartySocket": _class("partysocket"),
    "RobustWebSocket": _class("robust-websocket"),
    "rxjs.webSocket.webSocket": _function("rxjs"),
}
"""What script tags bring."""

SOCKET_IO: Final = frozenset({"socket.io-client"})
"""Speaks a protocol of its own, which API Gateway can't serve: https://socket.io/docs/v4/"""


def library_of(found: Origin | None, *, by_new: bool) -> str | None:
    """The name of the library that a called class or function belongs to; None for anything else."""
    if found is None:
        return None
    if found.kind == "native":
        return NATIVE if by_new else None
    if found.kind == "global":
        known = GLOBALS.get(found.name.removeprefix("window."))
        return known.name if known is not None and known.by_new == by_new else None
    for library in PACKAGES.get(found.package, ()):
        if found.name in library.exports and library.by_new == by_new:
            return library.name
    return None


def is_socket_io(found: Origin | None) -> bool:
    return found is not None and found.kind == "package" and found.package in SOCKET_IO
