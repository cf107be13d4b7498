"""Terminals over WebSocket: pages with terminals that are none of ours first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.scan.files import walk
from migrator.scan.refusals.seen import Seen
from migrator.scan.refusals.terminal import terminals
from tests.migrator.scan.refusals.applications import of_kind, scanned

SERVER = "import { WebSocketServer } from 'ws';\nnew WebSocketServer({ port: 1 });\n"


@pytest.mark.parametrize(
    "files",
    [
        {"web/term.js": "import { Terminal } from 'xterm'; new Terminal().write('hello');"},
        {"tool.py": "import pty\npty.spawn('/bin/sh')\n"},
        {"web/x.js": "// new AttachAddon(socket)"},
        {"server.js": SERVER + "const empty = 'pty';"},
    ],
)
def test_other_terminals_are_no_matter(tmp_path: Path, files: dict[str, str]) -> None:
    assert of_kind(scanned(tmp_path, files), "terminal") == []


def test_a_server_with_a_terminal_behind_it_is_refused(tmp_path: Path) -> None:
    inventory = scanned(tmp_path, {"server.js": SERVER + "import { spawn } from 'node-pty';\n"})

    assert of_kind(inventory, "terminal") == [("refuse", ())]
    assert "a terminal is behind it" in inventory.refusals[0].reason


@pytest.mark.parametrize(
    "code",
    [
        "import { spawn } from '@lydell/node-pty';",
        "pty.spawn('sh');",
        "pty.fork('sh');",
        "pty.openpty();",
        "import ptyprocess",
        "os.openpty()",
        "os.forkpty()",
    ],
)
def test_each_way_to_open_a_terminal_is_one(tmp_path: Path, code: str) -> None:
    assert of_kind(scanned(tmp_path, {"server.js": f"{SERVER}{code}\n"}), "terminal") == [("refuse", ())]


def test_a_script_with_something_empty_is_not_read(tmp_path: Path) -> None:
    inventory = scanned(tmp_path, {"server.js": SERVER, "more.js": "export const empty = [];\n"})
    seen = Seen(walk(tmp_path), inventory)

    assert list(terminals(seen)) == []
    assert "more.js" not in seen.files.read()


def test_a_handler_with_a_terminal_behind_it_is_refused(tmp_path: Path) -> None:
    say = "import ptyprocess\ndef say(event, context):\n    ptyprocess.PtyProcess.spawn(['sh'])\n"

    assert of_kind(scanned(tmp_path, {}, say), "terminal") == [("refuse", ())]


def test_a_page_that_attaches_a_terminal_is_a_warning(tmp_path: Path) -> None:
    page = "import { AttachAddon } from '@xterm/addon-attach';\nterm.loadAddon(new AttachAddon(new WebSocket(u)));\n"

    assert of_kind(scanned(tmp_path, {"web/term.js": page}), "terminal") == [("warn", ())]
