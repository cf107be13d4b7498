"""`ws2sse scan` shows what is there, for people and for programs, and touches nothing."""

from __future__ import annotations

from migrator.inventory.model import Inventory
from tests.running import CHAT, ws2sse


def test_the_json_form_is_an_inventory() -> None:
    finished = ws2sse("scan", CHAT, "--format", "json")
    inventory = Inventory.model_validate_json(finished.stdout)

    assert finished.returncode == 0
    assert {route.key for route in inventory.apis[0].routes} == {"$connect", "$disconnect", "$default", "chat", "ping"}
    assert [client.location.path for client in inventory.clients] == ["web/chat.js"]
    assert [store.holds_connections for store in inventory.stores] == [True]


def test_the_text_form_names_routes_pushes_store_client_and_the_next_step() -> None:
    shown = ws2sse("scan", CHAT).stdout

    for word in ("$connect", "handlers.py:chat", "group but the sender", "ConnectionsTable", "web/chat.js", "Next:"):
        assert word in shown


def test_nothing_of_the_application_is_executed_or_written(tmp_path) -> None:
    (tmp_path / "serverless.yml").write_text(
        "service: s\nprovider: {name: aws, runtime: python3.11}\n"
        "functions:\n  say:\n    handler: app.say\n    events:\n      - websocket: say\n"
    )
    (tmp_path / "app.py").write_text(
        f"open({str(tmp_path / 'executed')!r}, 'w')\n\ndef say(event, context):\n    pass\n"
    )
    before = sorted(tmp_path.rglob("*"))
    finished = ws2sse("scan", tmp_path)

    assert finished.returncode == 0, finished.stdout
    assert sorted(tmp_path.rglob("*")) == before
