"""WebSocket servers in JavaScript and TypeScript: what only looks like one first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Server
from migrator.scan.files import walk
from migrator.scan.node.program import NodeProgram
from migrator.scan.servers import servers
from tests.migrator.scan.applications import write


def found(tmp_path: Path, code: str, name: str = "server.js", **more: str) -> list[Server]:
    files = walk(write(tmp_path, {name: dedent(code), **more}))
    return servers(files, NodeProgram(files))


@pytest.mark.parametrize(
    "code",
    [
        "// new WebSocketServer({ port: 1 })\nconst ws = require('ws');",
        "import WebSocket from 'ws'; new WebSocket('wss://elsewhere');",
        "import { io } from 'socket.io-client'; const socket = io('/chat');",
        "const { WebSocket } = require('ws'); const open = (url) => new WebSocket(url);",
        "import { Server } from 'http'; new Server();",
        "class WebSocketServer {} new WebSocketServer();",
        "import express from 'express'; const app = express(); app.get('/ws', (q, r) => r.send('x'));",
        "const ws = 'WebSocketServer';",
        "import { Hub } from './hub'; new Hub().ws('/x');",
    ],
)
def test_what_is_no_server_is_left_alone(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code) == []


def test_servers_of_tests_are_left_alone(tmp_path: Path) -> None:
    code = "import { WebSocketServer } from 'ws'; new WebSocketServer({ port: 1 });"

    assert found(tmp_path, code, "server.test.js") == []


@pytest.mark.parametrize(
    ("code", "library", "protocol", "listens"),
    [
        ("import { WebSocketServer } from 'ws'; new WebSocketServer({ port: 8080 });", "ws", "websocket", "port: 8080"),
        ("const { Server } = require('ws'); new Server({ noServer: true });", "ws", "websocket", "noServer: true"),
        ("const WebSocket = require('ws'); new WebSocket.Server({ server });", "ws", "websocket", "server"),
        ("import WebSocket from 'ws'; new WebSocket.Server({ path: '/rt' });", "ws", "websocket", "path: '/rt'"),
        ("import * as ws from 'ws'; new ws.WebSocketServer({ port });", "ws", "websocket", "port"),
        ("import { Server } from 'socket.io'; new Server(httpServer);", "socket.io", "socket.io", "httpServer"),
        ("const io = require('socket.io')(http);", "socket.io", "socket.io", "http"),
        ("const { Server } = require('socket.io'); new Server(3000);", "socket.io", "socket.io", "3000"),
        ("const uWS = require('uWebSockets.js'); uWS.App().ws('/*', {});", "uWebSockets.js", "websocket", "/*"),
        ("const a = require('express-ws')(app).app; a.ws('/echo', (ws) => ws);", "express-ws", "websocket", "/echo"),
        ("import ws from '@fastify/websocket'; f.get('/live', { websocket: true }, fn);", "@fastify/websocket", "websocket", "/live"),
        ("import { Elysia } from 'elysia'; new Elysia().ws('/ws', {});", "elysia", "websocket", "/ws"),
        ("import { upgradeWebSocket } from 'hono/bun'; app.get('/ws', upgradeWebSocket(() => ({})));", "hono", "websocket", None),
        ("Bun.serve({ port: 3, fetch() {}, websocket: { message() {} } });", "bun", "websocket", "port: 3"),
        ("const pair = new WebSocketPair();", "cloudflare workers", "websocket", None),
        ("const sockjs = require('sockjs'); const s = sockjs.createServer();", "sockjs", "sockjs", None),
        ("import { useServer } from 'graphql-ws/lib/use/ws'; useServer({ schema }, wss);", "graphql-ws", "graphql", None),
        ("const { server: S } = require('websocket'); new S({ httpServer: h });", "websocket", "websocket", "httpServer: h"),
    ],
)  # fmt: skip
def test_libraries_are_known(tmp_path: Path, code: str, library: str, protocol: str, listens: str | None) -> None:
    (server,) = found(tmp_path, code)

    assert (server.library, server.protocol, server.listens) == (library, protocol, listens)


@pytest.mark.parametrize(
    ("imported", "protocol"), [("@nestjs/platform-ws", "websocket"), ("@nestjs/platform-socket.io", "socket.io")]
)
def test_a_gateway_of_nest_speaks_what_its_platform_does(tmp_path: Path, imported: str, protocol: str) -> None:
    code = f"import x from '{imported}';\n@WebSocketGateway(81)\nexport class Chat {{}}\n"

    (server,) = found(tmp_path, code, "chat.ts")

    assert (server.library, server.protocol, server.listens, server.location.line) == ("nestjs", protocol, "81", 2)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("wss.on('connection', (socket) => socket.send('hello'));", ()),
        ("const rooms = 1; const joined = ['a'].join(',');", ()),
        ("wss.clients.forEach((client) => client.send('x'));", ("broadcast",)),
        ("for (const client of wss.clients) client.send('x');", ("broadcast",)),
        ("io.emit('news', 1);", ("broadcast",)),
        ("io.to('hall').emit('news', 1);", ("rooms",)),
        ("const rooms = new Map(); rooms[name] = socket;", ("rooms",)),
        ("import Redis from 'ioredis'; const sub = new Redis();", ("redis",)),
        ("import { createAdapter } from '@socket.io/redis-adapter'; io.emit('x');", ("broadcast", "redis")),
    ],
)
def test_what_it_does_with_connections_is_told(tmp_path: Path, code: str, expected: tuple[str, ...]) -> None:
    start = "import { WebSocketServer } from 'ws';\nconst wss = new WebSocketServer({ port: 1 });\n"

    (server,) = found(tmp_path, start + code)

    assert server.features == expected


def test_modules_that_it_imports_count(tmp_path: Path) -> None:
    code = "import { WebSocketServer } from 'ws';\nimport { all } from './hub.js';\nnew WebSocketServer({ port: 1 });\n"
    hub = "import Redis from 'ioredis';\nexport const all = new Redis();\n"

    (server,) = found(tmp_path, code, **{"hub.js": hub})

    assert server.features == ("redis",)
