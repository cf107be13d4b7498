"""Who may look and change, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shim.dualrun.cutover.operator_calls import ACTION_HEADER
from tests.running import invoke
from tests.shim.dualrun.cutover.sides import Cutting, cutting
from tests.shim.dualrun.cutover.test_journal import full_disk

ANA, BEN = "a-token-that-only-ana-has", "a-token-that-only-ben-has"


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cutting]:
    """Operators with names."""
    journal = tmp_path_factory.mktemp("named") / "cutover.jsonl"
    with cutting(journal, operators={"ana": ANA, "ben": BEN}) as running:
        yield running


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Cutting]:
    """Nobody has a token, so this machine is an operator."""
    with cutting(tmp_path / "cutover.jsonl") as running:
        yield running


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", ACTION_HEADER: "1"}


BODY = {"changes": {"stage": "tap"}, "why": "a test"}


@pytest.mark.parametrize("path", ["", "/history"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody's-token-at-all"}])
def test_nobody_looks_without_a_token(cut: Cutting, path: str, headers: dict[str, str]) -> None:
    assert httpx.get(cut.operators + path, headers=headers).status_code in {401, 429}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "192.0.2.7"},
        {"Host": "evil.example.org"},
        {ACTION_HEADER: "0"},
    ],
)
def test_a_page_of_somebody_else_changes_nothing(local: Cutting, headers: dict[str, str]) -> None:
    refused = httpx.post(local.operators, json=BODY, headers={ACTION_HEADER: "1", **headers})

    assert refused.status_code == 403
    assert local.service.control.number == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[1]",
        b"[" * 100_000,
        b'{"changes": [], "why": "x"}',
        b'{"changes": {"stage": "tap"}}',
        b'{"changes": {"stage": "tap"}, "why": 1}',
        b'{"changes": {"stage": "tap"}, "why": "x", "seen": true}',
        b'{"changes": {"stage": "tap"}, "why": "x", "force": 1}',
        b'{"changes": {"stage": "tap"}, "why": "x", "more": 1}',
        b'{"changes": {"stage": "tap", "salt": "00"}, "why": "x"}',
        b'{"changes": {"stage": ["tap"]}, "why": "x"}',
        b'{"changes": {"share_percent": 1e999}, "why": "x"}',
    ],
)
def test_what_is_no_change_is_refused(cut: Cutting, body: bytes) -> None:
    before = cut.service.control.number

    assert httpx.post(cut.operators, content=body, headers=bearer(ANA)).status_code == 400
    assert cut.service.control.number == before


def test_a_body_without_end_is_not_read(cut: Cutting) -> None:
    refused = httpx.post(cut.operators, content=b"x" * 2_000_000, headers=bearer(ANA))

    assert refused.status_code == 413


def test_the_journal_names_the_operator_whose_token_it_was(local: Cutting, cut: Cutting) -> None:
    assert cut.set(BEN, stage="tap").json()["by"] == "ben"
    assert local.set(stage="tap").json()["by"] == "local"


def test_the_second_of_two_operators_is_told_of_the_first(local: Cutting) -> None:
    seen = local.status()["number"]
    assert local.set(stage="tap", seen=seen).status_code == 200

    second = local.set(stage="tap", share_percent=5, seen=seen)
    assert second.status_code == 409
    assert second.json() == {"message": "Nothing was changed: local was first, with entry 2: a test.", "number": 2}


def test_a_full_disk_is_said_and_nothing_is_changed(local: Cutting) -> None:
    journal = local.service.options.journal
    with full_disk(journal, 10):
        refused = local.set(stage="tap")

    assert refused.status_code == 507
    assert refused.json()["message"] == f"Nothing was changed: the journal {journal} can't be written (File too large)."
    assert local.status()["stage"] == "legacy"


def test_tampering_is_said_to_who_asks_for_the_history(local: Cutting) -> None:
    local.set(stage="tap")
    journal = local.service.options.journal
    journal.write_text(journal.read_text().replace("a test", "a best"))

    told = httpx.get(f"{local.operators}/history")
    assert told.status_code == 500
    assert told.json()["message"].endswith("line 2 on: the entry was changed after it was written.")


def test_the_history_is_the_journal_without_its_salt(local: Cutting) -> None:
    local.set(stage="tap", share_percent=5)
    told = httpx.get(f"{local.operators}/history", params={"last": 1}).json()

    assert told["total"] == 2
    assert [entry["to"]["stage"] for entry in told["entries"]] == ["tap"]
    assert local.service.control.salt.hex() not in httpx.get(f"{local.operators}/history").text
    for wrong in ("0", "-1", "1001", "x", "\u0663"):
        assert httpx.get(f"{local.operators}/history", params={"last": wrong}).status_code == 400


def test_the_command_shows_changes_and_lists(local: Cutting, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{local.port}"
    shown = invoke("cutover", "status", "--url", url)
    assert shown.stdout.startswith("Stage        legacy: Nothing has changed for anybody.\n")

    done = invoke("cutover", "set", "--url", url, "--stage", "tap", "--canary", "ana", "--why", "first look")
    assert done.returncode == 0, done.stderr
    assert "local: first look (stage legacy -> tap, canaries [] -> [ana])" in done.stdout

    again = invoke("cutover", "set", "--url", url, "--stage", "rampdown", "--why", "in a hurry")
    assert again.returncode == 2
    assert "that leaves out shadow, live" in again.stderr

    listed = invoke("cutover", "history", "--url", url, "--format", "json")
    assert [entry["by"] for entry in json.loads(listed.stdout)["entries"]] == ["start", "local"]


def test_the_command_takes_the_token_from_a_file_or_the_environment(
    cut: Cutting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{cut.port}"
    (tmp_path / "token").write_text(f"{ANA}\n")
    assert invoke("cutover", "status", "--url", url, "--token-file", tmp_path / "token").returncode == 0
    with monkeypatch.context() as patched:
        patched.setenv("WS2SSE_CUTOVER_TOKEN", BEN)
        assert invoke("cutover", "status", "--url", url).returncode == 0

    refused = invoke("cutover", "status", "--url", url)
    assert refused.returncode == 2
    assert "wants an operator's token: set WS2SSE_CUTOVER_TOKEN" in refused.stderr


def test_the_command_says_when_there_is_no_shim() -> None:
    for arguments, sentence in (
        ((), "Which shim is meant?"),
        (("--url", "ftp://x"), "--url is ftp://x; allowed"),
        (("--url", "http://127.0.0.1:1"), "can't be reached"),
    ):
        finished = invoke("cutover", "status", *arguments)
        assert finished.returncode == 2
        assert sentence in finished.stderr


def test_metrics_and_console_tell_the_stage_and_the_verdict(local: Cutting) -> None:
    local.set(stage="tap", share_percent=5)
    told = httpx.get(f"http://127.0.0.1:{local.port}/metrics").text
    assert 'ws2sse_cutover_stage{ApiId="local",Stage="old",stage_of_cutover="tap"} 1.0' in told.replace(
        f'ApiId="{local.service.api.api_id}"', 'ApiId="local"'
    )
    assert "ws2sse_cutover_share_percent" in told

    with httpx.stream("GET", f"http://127.0.0.1:{local.port}/-/console/events", timeout=30) as feed:
        data = next(line for line in feed.iter_lines() if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["cutover"] == {
        "stage": "tap",
        "frozen": False,
        "verdict": "INCONCLUSIVE",
        "words": "0 of 0 sessions differ; 449 more without a difference would be proof",
    }
    page = httpx.get(f"http://127.0.0.1:{local.port}/-/console").text
    assert 'id="cutover-chip" hidden' in page
