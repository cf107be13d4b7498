"""Terminals over WebSocket: pages with terminals that are none of ours first."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_a_handler_with_a_terminal_behind_it_is_refused(tmp_path: Path) -> None:
    say = "import ptyprocess\ndef say(event, context):\n    ptyprocess.PtyProcess.spawn(['sh'])\n"

    assert of_kind(scanned(tmp_path, {}, say), "terminal") == [("refuse", ())]


def test_a_page_that_attaches_a_terminal_is_a_warning(tmp_path: Path) -> None:
    page = "import { AttachAddon } from '@xterm/addon-attach';\nterm.loadAddon(new AttachAddon(new WebSocket(u)));\n"

    assert of_kind(scanned(tmp_path, {"web/term.js": page}), "terminal") == [("warn", ())]
