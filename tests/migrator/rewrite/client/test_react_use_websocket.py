"""The hook of react-use-websocket becomes ours, which has the same interface."""

from __future__ import annotations

import pytest

from migrator.inventory.model import TokenFacts
from tests.migrator.rewrite.client.applications import assert_left_alone, assert_marked, assert_rewrites

IMPORT = 'import useWebSocket, { ReadyState } from "react-use-websocket";\n'
OURS = 'import useWebSocket, { ReadyState } from "./use-sse-socket.js";\n'


@pytest.mark.parametrize(
    "code",
    [
        'import { useWebSocket } from "./hooks.js";\nuseWebSocket(url);\n',
        'import useWebSocket from "../hooks/useWebSocket";\nuseWebSocket(url, {});\n',
        'import { ReadyState } from "react-use-websocket";\nexport const open = ReadyState.OPEN;\n',
        'import useWebSocket from "react-use-websocket";\nexport { useWebSocket };\n',
        "export function useWebSocket(url) {\n    return useRef(url);\n}\nuseWebSocket(url);\n",
        '// useWebSocket(url)\nconst text = "useWebSocket(url)";\n',
        'import { useEventSource } from "react-use-websocket";\nuseEventSource(url);\n',
        "const useWebSocket = (url) => url;\nuseWebSocket(url);\n",
    ],
)
def test_what_is_another_hook_is_left_alone(code: str) -> None:
    assert_left_alone(code)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (IMPORT + "useWebSocket(url, { share: true });\n", "The hook over SseSocket has no option share"),
        (IMPORT + "useWebSocket(url, { protocols });\n", "The hook over SseSocket has no option protocols"),
        (IMPORT + "useWebSocket(url, { fromSocketIO: true });\n", "no option fromSocketIO"),
        (IMPORT + "useWebSocket(...all);\n", "The address can't be told from the arguments"),
        (IMPORT + "useWebSocket();\n", "The address can't be told from the arguments"),
        ('import useWebSocket, { useSocketIO } from "react-use-websocket";\nuseWebSocket(url);\n', "has no useSocketIO"),
        ('import * as hooks from "react-use-websocket";\nhooks.useWebSocket(url);\n', "has no *"),
        ('const { default: useWebSocket } = require("react-use-websocket");\nuseWebSocket(url);\n', "not imported by an import"),
        ('import { useWebSocket } from "@vueuse/core";\nconst { data } = useWebSocket(url);\n', "takes no other class"),
        ('import { useWebSocket } from "ahooks";\nuseWebSocket(url);\n', "takes no other class"),
        ('import Sockette from "sockette";\nnew Sockette(url, { onmessage });\n', "takes no other class"),
        ('import Robust from "robust-websocket";\nnew Robust(url);\n', "takes no other class"),
        ('import { WebsocketBuilder } from "websocket-ts";\nnew WebsocketBuilder(url).build();\n', "takes no other class"),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_marked(code: str, reason: str) -> None:
    assert_marked(code, reason)


@pytest.mark.parametrize(
    "call",
    [
        "useWebSocket(url)",
        "useWebSocket(null)",
        "useWebSocket(url, {}, connected)",
        "useWebSocket(url, options)",
        "useWebSocket(async () => address(), { onOpen, onMessage: (event) => show(event.data) })",
        "useWebSocket(\n        url,\n        {\n            shouldReconnect: () => true,\n            reconnectAttempts: 3,\n        },\n    )",
        "useWebSocket(url, { ...common, retryOnError: true, queryParams: { room } })",
        "useWebSocket(`${base}?room=${room}`, { heartbeat: true })",
    ],
)
def test_the_import_leads_to_ours_and_the_call_stays(call: str) -> None:
    code = f"export function Chat() {{\n    const {{ sendMessage, readyState }} = {call};\n}}\n"
    result = assert_rewrites(IMPORT + code, OURS + code)
    assert result.library == {"use-sse-socket.js", "sse-socket.js"}


@pytest.mark.parametrize(
    "statement",
    [
        "import useWebSocket from 'react-use-websocket'",
        'import { useWebSocket } from "react-use-websocket";',
        'import { useWebSocket } from "react-use-websocket/dist/lib/use-websocket";',
        'import useWebSocket, { type Options, type SendMessage } from "react-use-websocket";',
    ],
)
def test_every_way_to_import_it(statement: str) -> None:
    quote = "'" if "'" in statement else '"'
    head, _quote, _package = statement.partition(quote)
    ours = f"{head}{quote}./use-sse-socket.js{quote}{';' if statement.endswith(';') else ''}"
    result = assert_rewrites(f"{statement}\nuseWebSocket(url);\n", f"{ours}\nuseWebSocket(url);\n", "Chat.tsx")
    assert result.library == {"use-sse-socket.js", "use-sse-socket.d.ts", "sse-socket.js", "sse-socket.d.ts"}


def test_two_calls_of_one_script_share_the_import() -> None:
    calls = "useWebSocket(a);\nuseWebSocket(b);\n"
    assert_rewrites(IMPORT + calls, OURS + calls)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("useWebSocket(url);\n", 'useWebSocket(url, { socketOptions: { tokenParameter: "token" } });\n'),
        ("useWebSocket(url, { onOpen });\n", 'useWebSocket(url, { socketOptions: { tokenParameter: "token" }, onOpen });\n'),
        ("useWebSocket(url, options);\n", 'useWebSocket(url, { ...options, socketOptions: { tokenParameter: "token" } });\n'),
    ],
)  # fmt: skip
def test_a_token_of_the_address_goes_into_a_header(before: str, after: str) -> None:
    address = "const url = `${base}?token=${token}`;\n"
    facts = TokenFacts(query="token", header="Authorization", scheme="Bearer")
    assert_rewrites(IMPORT + address + before, OURS + address + after, token=facts)


def test_the_reason_speaks_of_the_heartbeat() -> None:
    code = "useWebSocket(url, { heartbeat: { interval: 1 } });\n"
    result = assert_rewrites(IMPORT + code, OURS + code.replace("useWeb", "useWeb"))
    assert "heartbeat option does nothing" in result.outcome.reason
