"""The try-out pages and the application's own web pages."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from shim.pages import TokenPlaces, add_pages


def client(web_folder: Path | None = None) -> httpx.AsyncClient:
    app = FastAPI()
    add_pages(app, stage="dev", token=TokenPlaces(), web_folder=web_folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize("path", ["/-/web/.env", "/-/web/.git/config", "/-/web/a/../.env", "/-/web/%2eenv"])
async def test_hidden_files_are_not_served(path: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".env", ".git/config"):
        (tmp_path / name).write_text("secret")
    async with client(tmp_path) as browser:
        assert (await browser.get(path)).status_code == 404


async def test_pages_of_the_application_are_served_where_there_are_some(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello")
    async with client(tmp_path) as browser:
        assert (await browser.get("/-/web/")).text == "hello"
    async with client() as browser:
        assert (await browser.get("/-/web/")).status_code == 404


@pytest.mark.parametrize("path", ["/-/sse", "/-/websocket"])
async def test_a_page_is_framed_by_our_own_pages_only_and_loads_nothing(path: str) -> None:
    async with client() as browser:
        page = await browser.get(path)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "begins"),
    [("sse-socket.js", "text/javascript"), ("sse-socket.d.ts", "text/plain"), ("sse_socket.py", "text/plain")],
)
async def test_the_client_libraries_are_there_to_be_copied(name: str, begins: str) -> None:
    async with client() as browser:
        answer = await browser.get(f"/-/client/{name}")
        other = await browser.get("/-/client/__init__.py")

    assert answer.headers["content-type"].startswith(begins)
    assert answer.text == files("templates").joinpath("client", name).read_text("utf-8")
    assert other.status_code == 404
