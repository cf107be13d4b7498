"""Packages with the class of the browser: ws, isomorphic-ws, websocket; CommonJS, listeners, imports that go."""

from __future__ import annotations

import pytest

from tests.migrator.rewrite.client.applications import assert_left_alone, assert_marked, assert_rewrites

WS = 'import WebSocket from "ws";\n'
SOCKET = 'import { SseSocket } from "./sse-socket.js";\n'
REQUIRED = 'const WebSocket = require("ws");\n'
REQUIRES = 'const { SseSocket } = require("./sse-socket.cjs");\n'


# What must be left alone.


@pytest.mark.parametrize(
    "code",
    [
        'import { WebSocketServer } from "ws";\nconst server = new WebSocketServer({ port: 8080 });\n',
        'import { Server } from "ws";\nnew Server({ noServer: true });\n',
        'const WebSocket = require("ws");\nconst server = new WebSocket.Server({ port: 8080 });\nmodule.exports = server;\n',
        WS + "export function count(clients) {\n    return clients.filter((c) => c.readyState === WebSocket.OPEN);\n}\n",
        'import type { WebSocket } from "ws";\nexport let kept: WebSocket | null = null;\n',
        'import { client as WebSocketClient } from "websocket";\nnew WebSocketClient();\n',
        'import { server as WebSocketServer } from "websocket";\nnew WebSocketServer({ httpServer });\n',
        'import express from "express";\nimport expressWs from "express-ws";\nexpressWs(express()).app.ws("/", (socket) => {});\n',
        'import { io } from "socket.io-client";\nconst socket = io(url);\nsocket.on("message", show);\n',
    ],
)  # fmt: skip
def test_servers_and_other_protocols_are_left_alone(code: str) -> None:
    assert_left_alone(code, "app.ts" if "type" in code or "kept" in code else "app.mjs")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (WS + "new WebSocket(url, { agent });\n", "SseSocket has no counterpart of the option agent"),
        (WS + "new WebSocket(url, { headers, rejectUnauthorized: false });\n", "the option rejectUnauthorized"),
        (WS + 'new WebSocket(url, "chat", { headers });\n', "The second argument asks for a subprotocol"),
        (WS + 'const s = new WebSocket(url);\ns.on("ping", beat);\n', 'SseSocket has no counterpart of s.on("ping", beat)'),
        (WS + 'const s = new WebSocket(url);\ns.on("upgrade", (r) => r);\n', "SseSocket has no counterpart of s.on("),
        (WS + "const s = new WebSocket(url);\ns.ping();\n", "SseSocket has no counterpart of s.ping"),
        (WS + "const s = new WebSocket(url);\ns.send(text, done);\n", "SseSocket has no counterpart of s.send"),
        (WS + 'const s = new WebSocket(url);\ns.off("message", show);\n', "SseSocket has no counterpart of s.off"),
        (WS + 'const s = new WebSocket(url);\ns.on("open", a).on("close", b);\n', "The calls of on() are chained"),
        (WS + 'const s = new WebSocket(url);\ns.on("message", this.show);\n', "what the listener of 'message' takes"),
        (WS + 'const s = new WebSocket(url);\ns.on("message", (a, b) => a);\n', "takes something else than data"),
        (WS + 'const s = new WebSocket(url);\ns.on("message", ({ length }) => length);\n', "something else than data"),
        (WS + 'const s = new WebSocket(url);\nlisten(s);\nfunction listen(t) {\n    t.on("message", show);\n}\n',
         "T gets listeners"),
        (WS + "class Feed extends WebSocket {\n}\n", "The class may use the emitter"),
        ("class Feed extends WebSocket {\n    constructor(url) {\n        super(url, 'chat');\n    }\n}\nexport { Feed };\n",
         "The second argument asks for a subprotocol"),
    ],
)  # fmt: skip
def test_what_only_nodejs_has_is_marked(code: str, reason: str) -> None:
    assert_marked(code, reason)


# What is rewritten.


@pytest.mark.parametrize(
    "statement",
    [
        'import WebSocket from "ws";\n',
        'import { WebSocket } from "ws";\n',
        'import * as WebSocket from "ws";\n',
        'import WebSocket from "isomorphic-ws";\n',
        'import { w3cwebsocket as WebSocket } from "websocket";\n',
    ],
)
def test_the_import_of_the_package_gives_way_to_ours(statement: str) -> None:
    code = "const s = new WebSocket(url);\nif (s.readyState === WebSocket.OPEN) s.send(text);\n"
    assert_rewrites(statement + code, SOCKET + code.replace("WebSocket", "SseSocket"))


def test_words_of_comments_and_texts_keep_no_import() -> None:
    code = "// A WebSocket of the test.\nnew WebSocket(url);\nlog('WebSocket', { WebSocket: 1 }.WebSocket);\n"
    assert_rewrites(WS + code, SOCKET + code.replace("new WebSocket", "new SseSocket"))


def test_an_import_that_is_used_for_more_stays() -> None:
    code = "new WebSocket(url);\nexport const open = (s: WebSocket.Data) => s;\n"
    assert_rewrites(WS + code, WS + SOCKET + code.replace("new WebSocket", "new SseSocket"), "app.ts")
    statement = 'import WebSocket, { WebSocketServer } from "ws";\n'
    both = "new WebSocketServer({ port: 1 });\nnew WebSocket(url);\n"
    assert_rewrites(statement + both, statement + SOCKET + both.replace("new WebSocket(", "new SseSocket("))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (REQUIRED + "new WebSocket(url);\n", REQUIRES + "new SseSocket(url);\n"),
        (
            "const fs = require('fs')\nconst WebSocket = require('ws')\n\nnew WebSocket(url)\n",
            "const fs = require('fs')\nconst { SseSocket } = require('./sse-socket.cjs')\n\nnew SseSocket(url)\n",
        ),
        (
            'const view = require("./view");\nmodule.exports = () => new WebSocket(url);\n',
            'const view = require("./view");\n' + REQUIRES + "module.exports = () => new SseSocket(url);\n",
        ),
        (
            "module.exports = () => new WebSocket(url);\n",
            REQUIRES + "\nmodule.exports = () => new SseSocket(url);\n",
        ),
        (
            "#!/usr/bin/env node\n" + REQUIRED + "new WebSocket(url);\n",
            "#!/usr/bin/env node\n" + REQUIRES + "new SseSocket(url);\n",
        ),
    ],
)
def test_commonjs(before: str, after: str) -> None:
    assert assert_rewrites(before, after, "tool.js").library == {"sse-socket.cjs"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('s.on("open", () => go());\n', 's.addEventListener("open", () => go());\n'),
        ('s.on("open", go);\n', 's.addEventListener("open", go);\n'),
        ('s.once("open", go);\n', 's.addEventListener("open", go, { once: true });\n'),
        ('s.on("message", (data) => show(data));\n', 's.addEventListener("message", ({ data }) => show(data));\n'),
        ('s.on("message", data => show(data));\n', 's.addEventListener("message", ({ data }) => show(data));\n'),
        ('s.on("message", (text) => show(text));\n', 's.addEventListener("message", ({ data: text }) => show(text));\n'),
        ('s.on("message", async (m) => {\n    await show(m);\n});\n',
         's.addEventListener("message", async ({ data: m }) => {\n    await show(m);\n});\n'),
        ('s.on("message", function (data) {\n    show(this, data);\n});\n',
         's.addEventListener("message", function ({ data }) {\n    show(this, data);\n});\n'),
        ('s.on("message", () => count++);\n', 's.addEventListener("message", () => count++);\n'),
        ('s.on("message", show);\n', 's.addEventListener("message", ({ data }) => show(data));\n'),
        ('s.on("message", show.bind(this));\n', 's.addEventListener("message", ({ data }) => show.bind(this)(data));\n'),
        ('s.on("close", (code, reason) => log(code, reason));\n',
         's.addEventListener("close", ({ code, reason }) => log(code, reason));\n'),
        ('s.on("close", (code, why) => log(code, why));\n',
         's.addEventListener("close", ({ code, reason: why }) => log(code, why));\n'),
        ('s.on("close", stop);\n', 's.addEventListener("close", ({ code, reason }) => stop(code, reason));\n'),
        ('s.on("error", (error) => log(error.message));\n', 's.addEventListener("error", (error) => log(error.message));\n'),
        ("s.onmessage = ({ data }) => show(data);\n", "s.onmessage = ({ data }) => show(data);\n"),
        ('s.addEventListener("message", show);\n', 's.addEventListener("message", show);\n'),
        ("s.terminate();\n", "s.close();\n"),
        ('process.on("exit", stop);\n', 'process.on("exit", stop);\n'),
    ],
)  # fmt: skip
def test_listeners_of_ws_take_events(before: str, after: str) -> None:
    made = "const s = new WebSocket(url);\n"
    assert_rewrites(WS + made + before, SOCKET + made.replace("WebSocket", "SseSocket") + after)


def test_typed_listeners() -> None:
    before = WS + 'const s = new WebSocket(url);\ns.on("message", (data: Buffer) => show(data.toString()));\n'
    after = 'const s = new SseSocket(url);\ns.addEventListener("message", ({ data }: MessageEvent) => show(data.toString()));\n'
    assert_rewrites(before, SOCKET + after, "app.ts")


def test_listeners_of_a_member() -> None:
    before = (
        REQUIRED
        + "\nclass Chat {\n    open() {\n        this.ws = new WebSocket(url);\n"
        + '        this.ws.on("message", (data) => this.show(JSON.parse(data)));\n    }\n}\nmodule.exports = { Chat };\n'
    )
    after = (
        REQUIRES + "\nclass Chat {\n    open() {\n        this.ws = new SseSocket(url);\n"
        '        this.ws.addEventListener("message", ({ data }) => this.show(JSON.parse(data)));\n    }\n}\nmodule.exports = { Chat };\n'
    )
    assert_rewrites(before, after, "chat.cjs")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new WebSocket(url, { headers });\n", "new SseSocket(url, [], { headers });\n"),
        ("new WebSocket(url, { headers: { A: b } });\n", "new SseSocket(url, [], { headers: { A: b } });\n"),
        ("new WebSocket(url, [], { headers });\n", "new SseSocket(url, [], { headers });\n"),
        ("new WebSocket(url, null, { headers: h() });\n", "new SseSocket(url, [], { headers: h() });\n"),
        ("new WebSocket(url, undefined, {});\n", "new SseSocket(url);\n"),
        ("new WebSocket(url, '');\n", "new SseSocket(url);\n"),
    ],
)
def test_headers_are_kept_as_in_react_native(before: str, after: str) -> None:
    assert_rewrites('import { go } from "./go.js";\n' + before, 'import { go } from "./go.js";\n' + SOCKET + after)
    assert_rewrites(WS + before, SOCKET + after)


# Classes that extend the browser's.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("export class Feed extends WebSocket {}\n", "export class Feed extends SseSocket {}\n"),
        ("export default class extends window.WebSocket {}\n", "export default class extends SseSocket {}\n"),
        ("export const Feed = class extends WebSocket {};\n", "export const Feed = class extends SseSocket {};\n"),
        (
            "export class Feed extends WebSocket {\n    constructor(room) {\n        super(`${base}?room=${room}`);\n    }\n}\n",
            "export class Feed extends SseSocket {\n    constructor(room) {\n        super(`${base}?room=${room}`);\n    }\n}\n",
        ),
        (
            "class Feed extends WebSocket {}\nexport const feed = new Feed(url);\n",
            "class Feed extends SseSocket {}\nexport const feed = new Feed(url);\n",
        ),
    ],
)
@pytest.mark.parametrize("path", ["feed.mjs", "feed.ts"])
def test_a_class_that_extends_it(before: str, after: str, path: str) -> None:
    assert_rewrites(before, SOCKET + "\n" + after if ";" in before else SOCKET.replace(";", "") + "\n" + after, path)


# Components.


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("Chat.vue",
         "<script setup>\nimport { ref } from 'vue'\nconst socket = new WebSocket(url)\n</script>\n\n<template><p /></template>\n",
         "<script setup>\nimport { ref } from 'vue'\nimport { SseSocket } from './sse-socket.js'\nconst socket = new SseSocket(url)\n"
         "</script>\n\n<template><p /></template>\n"),
        ("Chat.vue",
         '<template>\n    <p v-if="open && a < b">{{ text }}</p>\n</template>\n<script lang="ts">\nimport { ref } from "vue";\n'
         "let socket: WebSocket | null = null;\nsocket = new WebSocket(url as string);\n</script>\n",
         '<template>\n    <p v-if="open && a < b">{{ text }}</p>\n</template>\n<script lang="ts">\nimport { ref } from "vue";\n'
         'import { SseSocket } from "./sse-socket.js";\nlet socket: WebSocket | null = null;\n'
         "socket = new SseSocket(url as string);\n</script>\n"),
        ("Chat.svelte",
         "<script>\n    import { onMount } from 'svelte';\n    onMount(() => new WebSocket(url));\n</script>\n{#if open}<p/>{/if}\n",
         "<script>\n    import { onMount } from 'svelte';\n    import { SseSocket } from './sse-socket.js';\n"
         "    onMount(() => new SseSocket(url));\n</script>\n{#if open}<p/>{/if}\n"),
    ],
)  # fmt: skip
def test_components(path: str, before: str, after: str) -> None:
    assert_rewrites(before, after, path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Chat.vue", "<template><p>new WebSocket(url)</p></template>\n<script>\nexport default {};\n</script>\n"),
        ("Chat.svelte", "<p>new WebSocket(url)</p>\n"),
        ("Chat.vue", "<script>\n// new WebSocket(url)\n</script>\n"),
        ("Chat.vue", "<script setup>\nimport { useWebSocket } from './socket';\nuseWebSocket(url);\n</script>\n"),
    ],
)
def test_components_that_open_nothing_are_left_alone(path: str, text: str) -> None:
    assert_left_alone(text, path)


# Idioms of hooks and services.


@pytest.mark.parametrize(
    "code",
    [
        "export function useSocket(url) {\n    const ws = useRef(null);\n    useEffect(() => {\n"
        "        ws.current = new WebSocket(url);\n        return () => ws.current?.close();\n    }, [url]);\n}\n",
        "export class Service {\n    socket = new WebSocket(url);\n}\n",
        "export class Service {\n    #socket = null;\n    open() {\n        this.#socket = new WebSocket(this.url);\n    }\n}\n",
        "export const create = (url) => new WebSocket(url);\n",
        "export const all = urls.map((url) => new WebSocket(url));\n",
        "export default { data: () => ({ socket: new WebSocket(url) }) };\n",
        "export async function open() {\n    const socket = await ready(new WebSocket(await address()));\n}\n",
        "export const open = (url, make = () => new WebSocket(url)) => make();\n",
        "export const s = enabled ? new WebSocket(url) : null;\n",
        "export const isOpen = (s) => s.readyState === WebSocket.OPEN || s.readyState === WebSocket.CONNECTING;\nnew WebSocket(url);\n",
    ],
)
@pytest.mark.parametrize("path", ["web.mjs", "web.tsx"])
def test_the_class_in_hooks_services_and_factories(code: str, path: str) -> None:
    assert_rewrites(code, SOCKET + "\n" + code.replace("WebSocket", "SseSocket"), path)
