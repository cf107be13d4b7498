"""What `ws2sse scan` prints."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from migrator.scan.report import render_text
from tests.migrator.scan.applications import SERVERLESS, scan
from tests.running import CHAT


def printed(inventory: Inventory, *, terminal: bool = False) -> str:
    out = StringIO()
    render_text(inventory, Console(file=out, width=120, force_terminal=terminal, color_system=None))
    return out.getvalue()


def test_text_of_an_application_is_neither_markup_nor_terminal_codes(tmp_path: Path) -> None:
    files = {"serverless.yml": SERVERLESS.replace("route: say", 'route: "[bold]\\e[31mred"'), "app.py": "x = 1\n"}
    text = printed(scan(tmp_path, files))

    assert "[bold]\\x1b[31mred" in text
    assert "\x1b" not in text


def test_the_example_is_told_on_a_screen() -> None:
    text = printed(scan_application(CHAT))

    for piece in (
        "tenant-chat  from serverless.yml, region eu-central-1",
        "selects routes by $request.body.type, stage dev",
        "reads text?, type?",
        "JSON Web Token in query parameter token or header Authorization; HS256, key from JWT_SECRET",
        "post_to_connection to a group",
        "chat (group but the sender)",
        "ConnectionsTable (tenant-chat-connections-dev) keyed by connection_id",
        "reconnects by hand; keeps alive by hand",
        "35 websocket only",
        "JWT_SECRET  has no value here",
    ):
        assert piece in text
    assert text.splitlines()[-1].startswith("Next: ws2sse shim")
    assert len(text.splitlines()) < 60


def test_serious_problems_come_before_the_next_step(tmp_path: Path) -> None:
    text = printed(scan(tmp_path, {"serverless.yml": SERVERLESS}))

    assert "there is no file app.py" in text
    assert text.splitlines()[-1] == "Next: solve the problems in red, then run ws2sse scan again."
