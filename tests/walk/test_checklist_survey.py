"""`ws2sse checklist --aws`: the example application in the fake AWS, read by the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from checklists.aws.access import AccountAccess
from tests.awsfake import FakeAws, fake_aws
from tests.awsfake.estates import chat
from tests.awsfake.faults import denied
from tests.awsfake.world import REGION
from tests.running import invoke


@pytest.fixture(scope="module")
def world() -> Iterator[FakeAws]:
    with fake_aws(page_size=100) as aws:
        chat(aws)
        aws.clock.advance(days=80)
        yield aws


@pytest.fixture
def app(tmp_path: Path, world: FakeAws, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("checklists.aws.access.by_default", lambda: AccountAccess(world.session()))
    monkeypatch.setattr("migrator.commands.checklist_building.isolated", lambda scan: scan())
    app = tmp_path / "app"
    app.mkdir()
    (app / "page.js").write_text('const socket = new WebSocket("wss://chat.example.com");\n', "utf-8")
    return app


def test_the_account_is_read_told_and_kept(app: Path, tmp_path: Path) -> None:
    saved = tmp_path / "survey.json"
    found = invoke(
        "checklist", app, "--aws", "--region", REGION, "--save-estate", saved, "--format", "json", "--record"
    )
    assert found.returncode in {1, 3}, found.stderr
    page = json.loads(found.stdout)
    assert any(item["id"].startswith("INFRA-DELETE/lambda/") for item in page["items"])
    assert page["survey"]["regions"] == [REGION]
    assert f"Wrote {saved}." in found.stderr.replace("\n", "")
    assert "AWS: " in found.stderr

    again = invoke("checklist", app, "--estate", saved, "--format", "json")
    first, second = ({item["id"]: item["status"] for item in one["items"]} for one in (page, json.loads(again.stdout)))
    assert first == second


def test_what_was_denied_is_told_and_never_taken_for_gone(app: Path, world: FakeAws) -> None:
    world.fail("lambda:ListFunctions", denied())
    try:
        found = invoke("checklist", app, "--region", REGION, "--format", "json")
    finally:
        world.heal()
    items = {item["id"]: item for item in json.loads(found.stdout)["items"]}
    assert items["INFRA-REMOVE-FUNCTIONS"]["evidence"]["verdict"] == "error"
    assert "questions without an answer" in found.stderr
