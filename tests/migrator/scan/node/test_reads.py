"""Keys of the message that scripts read: what is none first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import MessageKey
from tests.migrator.scan.node.applications import handler, scan_node


def reads(tmp_path: Path, body: str) -> dict[str, MessageKey]:
    (api,) = scan_node(tmp_path, handler(body, "")).apis
    (route,) = [route for route in api.routes if route.key == "say"]
    return {key.name: key for key in route.reads}


@pytest.mark.parametrize(
    "body",
    [
        "const other = JSON.parse(process.env.X); return other.text;",
        "return event.body.length;",
        "return event.queryStringParameters.text;",
        "const row = await load(); return row.text;",
        "return JSON.parse(event.headers.x).text;",
    ],
)
def test_other_values_are_no_message(tmp_path: Path, body: str) -> None:
    assert reads(tmp_path, body) == {}


@pytest.mark.parametrize(
    ("body", "name", "required"),
    [
        ("return JSON.parse(event.body).text;", "text", True),
        ("const body = JSON.parse(event.body); return body.text;", "text", True),
        ("const { text } = JSON.parse(event.body); return text;", "text", True),
        ("const { text = 'x' } = JSON.parse(event.body); return text;", "text", False),
        ("const body = JSON.parse(event.body ?? '{}'); return body.text || 'x';", "text", False),
        ("const body = JSON.parse(event.body); return body?.text;", "text", False),
        ("const body = JSON.parse(event.body); if (body.text) { return 1; }", "text", False),
        ("const body = JSON.parse(event.body); return body['text'];", "text", True),
        ("const { data: { text } } = JSON.parse(event.body); return text;", "data.text", True),
        ("const run = (message) => message.text; return run(JSON.parse(event.body));", "text", True),
    ],
)
def test_keys_are_found(tmp_path: Path, body: str, name: str, required: bool) -> None:
    found = reads(tmp_path, body)

    assert name in found
    assert found[name].required is required


@pytest.mark.parametrize(
    "body",
    [
        "const body = JSON.parse(event.body); if (body.kind === 'a') { return 1; } if (body.kind === 'b') { return 2; }",
        "const body = JSON.parse(event.body); switch (body.kind) { case 'a': return 1; case 'b': return 2; }",
        "const { kind } = JSON.parse(event.body); const body = JSON.parse(event.body);"
        " return body.kind === 'a' || body.kind === 'b';",
    ],
)
def test_values_that_keys_are_compared_with_are_kept(tmp_path: Path, body: str) -> None:
    assert reads(tmp_path, body)["kind"].literals == ("a", "b")
