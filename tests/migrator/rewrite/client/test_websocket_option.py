"""Libraries that can be told which class to make their sockets of."""

from __future__ import annotations

import pytest

from migrator.inventory.model import TokenFacts
from tests.migrator.rewrite.client.applications import assert_left_alone, assert_marked, assert_rewrites

RWS = 'import ReconnectingWebSocket from "reconnecting-websocket";\n'
PARTY = 'import { WebSocket } from "partysocket";\n'
RXJS = 'import { webSocket } from "rxjs/webSocket";\n'
PROMISED = 'import WebSocketAsPromised from "websocket-as-promised";\n'
HOOK = 'import { useWebSocket } from "partysocket/react";\n'
SOCKET = 'import { SseSocket } from "./sse-socket.js";\n'


# What must be left alone.


@pytest.mark.parametrize(
    "code",
    [
        'import ReconnectingWebSocket from "./reconnecting.js";\nnew ReconnectingWebSocket(url);\n',
        RWS + "export { ReconnectingWebSocket };\n",
        RWS + "function open(ReconnectingWebSocket) {\n  return new ReconnectingWebSocket(url);\n}\n",
        RWS + '// new ReconnectingWebSocket(url)\nconst help = "new ReconnectingWebSocket(url)";\n',
        RWS + "if (s.readyState === ReconnectingWebSocket.OPEN) go();\n",
        RWS + "s instanceof ReconnectingWebSocket;\n",
        'import { webSocket } from "./rx.js";\nwebSocket(url);\n',
        'import { fromEvent } from "rxjs";\nfromEvent(socket, "message");\n',
        'import { webSocket } from "rxjs/webSocket";\nexport const open = webSocket;\n',
        "function webSocket() {}\nwebSocket(url);\n",
        'import { useWebSocket } from "./use-websocket.js";\nuseWebSocket(url);\n',
        'import { createWebSocket } from "websocket-as-promised/helper";\ncreateWebSocket(url);\n',
    ],
)
def test_what_is_none_of_them_is_left_alone(code: str) -> None:
    assert_left_alone(code)


@pytest.mark.parametrize(
    "code",
    [
        PROMISED + "new WebSocketAsPromised(url, { createWebSocket: (url) => new Fake(url) });\n",
        PROMISED + "new WebSocketAsPromised(url, { createWebSocket });\n",
        RWS + SOCKET + "new ReconnectingWebSocket(url, [], { WebSocket: SseSocket });\n",
        RXJS + SOCKET + "webSocket({ url, WebSocketCtor: SseSocket });\n",
    ],
)
def test_what_is_told_already_is_left_alone(code: str) -> None:
    assert_left_alone(code, status="skipped")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (RWS + 'new ReconnectingWebSocket(url, "chat");\n', "The second argument asks for a subprotocol"),
        (RWS + "new ReconnectingWebSocket(url, protocols, {});\n", "The second argument asks for a subprotocol"),
        (RWS + "new ReconnectingWebSocket(...all);\n", "The address can't be told from the arguments"),
        (RWS + "new ReconnectingWebSocket();\n", "The address can't be told from the arguments"),
        (PARTY + 'new WebSocket(url, ["v1"]);\n', "The second argument asks for a subprotocol"),
        (RXJS + "webSocket(...all);\n", "The address can't be told from the arguments"),
        ('import PartySocket from "partysocket";\nnew PartySocket({ host, room });\n', "PartyKit"),
    ],
)
def test_what_has_no_counterpart_is_marked(code: str, reason: str) -> None:
    assert_marked(code, reason)


# What is rewritten.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new R(url);\n", "new R(url, [], { WebSocket: SseSocket });\n"),
        ("new R(url, []);\n", "new R(url, [], { WebSocket: SseSocket });\n"),
        ("new R(url, undefined);\n", "new R(url, undefined, { WebSocket: SseSocket });\n"),
        ("new R(url, null, {});\n", "new R(url, null, { WebSocket: SseSocket });\n"),
        ("new R(url, [], { maxRetries: 5 });\n", "new R(url, [], { WebSocket: SseSocket, maxRetries: 5 });\n"),
        (
            "new R(url, [], {\n    maxRetries: 5,\n    debug,\n});\n",
            "new R(url, [], {\n    WebSocket: SseSocket,\n    maxRetries: 5,\n    debug,\n});\n",
        ),
        ("new R(url, [], options);\n", "new R(url, [], { ...options, WebSocket: SseSocket });\n"),
        ("new R(url, [], undefined);\n", "new R(url, [], { WebSocket: SseSocket });\n"),
        ("new R(url, [], { ...options });\n", "new R(url, [], { WebSocket: SseSocket, ...options });\n"),
        ("new R(url, [], { WebSocket: WebSocket });\n", "new R(url, [], { WebSocket: SseSocket });\n"),
        ("new R(\n    url,\n);\n", "new R(\n    url, [], { WebSocket: SseSocket },\n);\n"),
        ("new R(() => `${url}?a=${b}`);\n", "new R(() => `${url}?a=${b}`, [], { WebSocket: SseSocket });\n"),
        (
            "class A extends B {\n    s = new R(url);\n}\n",
            "class A extends B {\n    s = new R(url, [], { WebSocket: SseSocket });\n}\n",
        ),
    ],
)
@pytest.mark.parametrize(
    ("imported", "name"),
    [(RWS, "ReconnectingWebSocket"), ('import PS from "partysocket/ws";\n', "PS")],
    ids=["reconnecting", "party"],
)
def test_the_class_is_an_option(before: str, after: str, imported: str, name: str) -> None:
    before, after = before.replace("new R(", f"new {name}("), after.replace("new R(", f"new {name}(")
    assert_rewrites(imported + before, imported + SOCKET + after)


def test_the_class_of_partysocket_shares_its_name_with_the_browsers() -> None:
    assert_rewrites(
        PARTY + "const s = new WebSocket(url);\nif (s.readyState === WebSocket.OPEN) go();\n",
        PARTY
        + SOCKET
        + "const s = new WebSocket(url, [], { WebSocket: SseSocket });\nif (s.readyState === WebSocket.OPEN) go();\n",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("webSocket(url);\n", "webSocket({ url: url, WebSocketCtor: SseSocket });\n"),
        ("webSocket(`${a}/b`);\n", "webSocket({ url: `${a}/b`, WebSocketCtor: SseSocket });\n"),
        ("webSocket({ url });\n", "webSocket({ WebSocketCtor: SseSocket, url });\n"),
        (
            "const s = webSocket({\n    url: address,\n    openObserver,\n});\n",
            "const s = webSocket({\n    WebSocketCtor: SseSocket,\n    url: address,\n    openObserver,\n});\n",
        ),
        (
            "const config = { url };\nwebSocket(config);\n",
            "const config = { url };\nwebSocket({ ...config, WebSocketCtor: SseSocket });\n",
        ),
        ("this.s$ = webSocket(url).pipe(retry());\n", "this.s$ = webSocket({ url: url, WebSocketCtor: SseSocket }).pipe(retry());\n"),
    ],
)  # fmt: skip
def test_rxjs(before: str, after: str) -> None:
    assert_rewrites(RXJS + before, RXJS + SOCKET + after)


def test_the_subject_of_rxjs_in_angular() -> None:
    before = (
        "import { Injectable } from '@angular/core';\n"
        "import { webSocket, WebSocketSubject } from 'rxjs/webSocket';\n"
        "\n"
        "@Injectable({ providedIn: 'root' })\n"
        "export class ChatService {\n"
        "    private socket$: WebSocketSubject<Message> = webSocket<Message>(environment.address);\n"
        "}\n"
    )
    after = before.replace(
        "'rxjs/webSocket';\n", "'rxjs/webSocket';\nimport { SseSocket } from './sse-socket.js';\n"
    ).replace("(environment.address)", "({ url: environment.address, WebSocketCtor: SseSocket })")
    result = assert_rewrites(before, after, "chat.service.ts")
    assert result.library == {"sse-socket.js", "sse-socket.d.ts"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new WebSocketAsPromised(url);\n", "new WebSocketAsPromised(url, { createWebSocket: (url) => new SseSocket(url) });\n"),
        ("new WebSocketAsPromised(url, { timeout: 1 });\n",
         "new WebSocketAsPromised(url, { createWebSocket: (url) => new SseSocket(url), timeout: 1 });\n"),
        ("new WebSocketAsPromised(url, options);\n",
         "new WebSocketAsPromised(url, { ...options, createWebSocket: (url) => new SseSocket(url) });\n"),
    ],
)  # fmt: skip
def test_websocket_as_promised(before: str, after: str) -> None:
    assert_rewrites(PROMISED + before, PROMISED + SOCKET + after)


def test_the_hook_of_partysocket() -> None:
    assert_rewrites(
        HOOK + "export const Chat = () => useWebSocket(url, [], { onMessage });\n",
        HOOK + SOCKET + "export const Chat = () => useWebSocket(url, [], { WebSocket: SseSocket, onMessage });\n",
    )


def test_a_token_of_the_address_needs_a_class_of_its_own() -> None:
    facts = TokenFacts(query="token", header="Authorization", scheme="Bearer")
    made = 'class extends SseSocket { constructor(url, protocols) { super(url, protocols, [], { tokenParameter: "token" }); } }'
    assert_rewrites(
        RWS + "new ReconnectingWebSocket(`${url}?token=${token}`);\n",
        RWS + SOCKET + "new ReconnectingWebSocket(`${url}?token=${token}`, [], "
        f"{{ WebSocket: {made.replace(', []', '')} }});\n",
        token=facts,
    )  # fmt: skip
