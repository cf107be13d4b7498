"""Where the address of a client is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Client, Inventory
from migrator.rewrite.client import rewrite_clients
from migrator.scan.browser import browser_clients
from migrator.scan.files import walk
from tests.migrator.scan.applications import write


def only(tmp_path: Path, files: dict[str, str]) -> Client:
    (client,) = browser_clients(walk(write(tmp_path, files)))
    return client


@pytest.mark.parametrize(
    "code",
    [
        "new WebSocket(url);\n",
        "const other = process.env.OTHER;\nnew WebSocket(settings.url);\n",
        "new WebSocket('wss://a.example.org/dev');\n",
        "import { url } from 'somewhere';\nnew WebSocket(url);\n",
    ],
)
def test_what_is_not_configured_has_no_place(tmp_path: Path, code: str) -> None:
    client = only(tmp_path, {"web.mjs": code, ".env": "OTHER=wss://a/\n"})

    assert (client.variables, client.set_in) == ((), ())


@pytest.mark.parametrize(
    "address",
    [
        "process.env.REACT_APP_WS",
        "import.meta.env.REACT_APP_WS",
        "process.env['REACT_APP_WS'] || ''",
        "`${process.env.REACT_APP_WS}?a=b`",
    ],
)
@pytest.mark.parametrize("name", ["web/.env", ".env.example", "web/.env.production"])
def test_variables_of_the_build_are_found_in_their_files(tmp_path: Path, address: str, name: str) -> None:
    code = f"const base = {address};\nexport const s = new WebSocket(base);\n"
    client = only(tmp_path, {"web/src/socket.ts": code, name: "# wss\nOTHER=1\nexport REACT_APP_WS = wss://a/dev\n"})

    assert client.variables == ("REACT_APP_WS",)
    assert [str(place) for place in client.set_in] == [f"{name}:3:1"]


@pytest.mark.parametrize(
    ("statement", "address"),
    [
        ("import { WS } from '../config';", "WS"),
        ("import config from '../config.js';", "config.socket.url"),
        ("import { config } from '@/config';", "`${config.url}?room=${room}`"),
    ],
)
def test_addresses_in_modules_of_configuration_are_found(tmp_path: Path, statement: str, address: str) -> None:
    files = {
        "src/chat/socket.js": f"{statement}\nexport const s = new WebSocket({address});\n",
        "src/config.js": "export const HTTP = 'https://a/';\nexport const WS = 'wss://a.example.org/dev';\n",
    }
    assert [str(place) for place in only(tmp_path, files).set_in] == ["src/config.js:2:19"]


def test_the_outcome_says_where(tmp_path: Path) -> None:
    files = {"socket.mjs": "export const s = new WebSocket(process.env.WS);\n", ".env.example": "WS=wss://a/dev\n"}
    client = only(tmp_path, files)
    _, (outcome,) = rewrite_clients(tmp_path, Inventory(application="app", clients=(client,)))

    assert outcome.status == "rewritten"
    assert outcome.reason.endswith("It comes from WS: .env.example:1.")
