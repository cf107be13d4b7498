"""The how-tos about the shim work as they are written, and their files of settings are understood."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shim.config.configuration import configuration_of
from shim.config.layers import shim_toml
from shim.config.options import options_of
from shim.config.setting import SETTINGS
from shim.dualrun.record.loading import load_recordings
from tests.docs.typed import Page, data_with, free_port, line_with, wait_until_it_answers
from tests.running import CHAT, ROOT, running_migrated, running_shim, ws2sse

SECRET = "a-secret-for-trying-that-is-long-enough"
HOW_TOS = ROOT / "docs" / "how-to"
LOCALLY = "docs/how-to/run-your-app-locally.md"
BRIDGE = "docs/how-to/bridge-an-existing-api-gateway.md"
RECORD = "docs/how-to/record-and-replay.md"
PHONES = "docs/how-to/keep-old-phones-alive.md"
CUT_OVER = "docs/how-to/cut-over.md"


def say(client: subprocess.Popen[str], text: str) -> None:
    assert client.stdin is not None
    client.stdin.write(text + "\n")
    client.stdin.flush()


@contextmanager
def bridge(page: Page, port: int) -> Iterator[None]:
    with page.running("bridge"):
        wait_until_it_answers(port)
        yield


def test_an_application_runs_locally() -> None:
    port = free_port()
    page = Page(LOCALLY, {":8000": f":{port}", "--port 8000": f"--port {port}"})
    with page.running("shim"):
        wait_until_it_answers(port)
        with page.running("websocket") as ana:
            say(ana, '{"type": "ping", "echo": 1}')
            assert '"pong"' in line_with(ana, "pong")
            with page.running("stream") as ben:
                opened = data_with(ben, "session")
                page.run("push", CONNECTION=str(opened["connectionId"]))
                assert data_with(ben, "news") == {"type": "news"}


def test_the_settings_in_force_are_shown() -> None:
    rows = {line.split()[0]: line.split()[1:] for line in Page(LOCALLY, {}).run("print").splitlines()}

    assert rows["logs.level"] == ["warning", "SHIM_LOGS__LEVEL"]
    assert rows["limits.idle_s"] == ["20.0", "--set", "limits.idle_s"]


@pytest.mark.slow
def test_an_existing_websocket_api_is_bridged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another shim stands for API Gateway."""
    monkeypatch.setattr("tests.running.SECRET", SECRET)
    port = free_port()
    with running_shim(CHAT) as upstream:
        page = Page(
            BRIDGE,
            {
                "wss://abcdef.execute-api.eu-central-1.amazonaws.com/dev": upstream["websocket"],
                ":8001": f":{port}",
                "--port 8001": f"--port {port}",
            },
        )
        with bridge(page, port), page.running("stream") as stream:
            opened = data_with(stream, "session")
            assert "messageId" in page.run("post", SESSION=str(opened["session"]))
            assert data_with(stream, "chat_accepted")["text"] == "through the bridge"


@pytest.mark.slow
def test_phones_are_served_from_a_migrated_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.running.SECRET", SECRET)
    migrated = tmp_path / "new"
    assert ws2sse("migrate", CHAT, "--out", migrated).returncode in {0, 3}
    port = free_port()
    with running_migrated(migrated) as base:
        page = Page(PHONES, {"http://127.0.0.1:8080": base, ":8001": f":{port}", "--port 8001": f"--port {port}"})
        with bridge(page, port), page.running("phone") as phone:
            say(phone, '{"type": "ping", "echo": 1}')
            assert '"pong"' in line_with(phone, "pong")


@pytest.mark.parametrize("page", [BRIDGE, PHONES, CUT_OVER])
def test_files_of_settings_are_understood(page: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    for text in blocks:
        (tmp_path / "shim.toml").write_text(text)
        options = options_of(configuration_of([shim_toml(tmp_path / "shim.toml")]))
        assert options.websocket or options.rest


def test_every_setting_that_a_page_names_is_one() -> None:
    sections = {key.partition(".")[0] for key in SETTINGS}
    named = re.compile(rf"`((?:{'|'.join(sections)})\.[a-z_.]+)`")
    pages = [*HOW_TOS.glob("*.md"), ROOT / "docs" / "differences.md"]
    unknown = {
        f"{page.name}: {key}"
        for page in pages
        for key in named.findall(page.read_text("utf-8"))
        if not any(known == key or known.startswith(f"{key}.") for known in SETTINGS)
    }

    assert unknown == set()


@pytest.mark.slow
def test_a_scenario_is_recorded_and_replayed(
    tmp_path: Path, migrated_chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shim stands for the deployed API."""
    monkeypatch.setattr("tests.running.SECRET", SECRET)
    with running_shim(CHAT) as old, running_migrated(migrated_chat) as new:
        page = Page(
            RECORD,
            {
                "rehearsal": str(tmp_path / "rehearsal"),
                "ws://127.0.0.1:8000/dev": old["websocket"],
                "http://127.0.0.1:8080": new,
            },
        )
        page.run("scenario")
        page.run("identities")
        page.run("record")
        report = json.loads(page.run("replay"))
    recorded = (tmp_path / "rehearsal" / "legacy.jsonl").read_text()
    assert report["verdict"] == "PASS"
    assert "eyJ" not in recorded
    assert '"chat_message\\"' in recorded


@pytest.mark.slow
def test_the_shim_records_traffic(tmp_path: Path) -> None:
    port = free_port()
    page = Page(RECORD, {"rehearsal": str(tmp_path), "--port 8001": f"--port {port}"})
    with page.running("traffic"):
        wait_until_it_answers(port)
    last = (tmp_path / "traffic.jsonl").read_text().splitlines()[-1]
    assert json.loads(last) == {"end": {"received": 0, "sent": 0, "lost": 0}}


def test_the_lines_of_the_page_on_recordings_are_read(tmp_path: Path) -> None:
    lines = re.findall(r"```json\n(.*?)\n```", (ROOT / "docs" / "recordings.md").read_text("utf-8"))
    file = tmp_path / "page.jsonl"
    file.write_text(
        "\n".join([*lines[:1], lines[1].replace('"n": 1', '"n": 0'), '{"end":{"received":1,"sent":0,"lost":0}}\n'])
    )
    (part,) = load_recordings(file).parts
    assert part.whole
    assert part.recording.events[0].text == "hello"


@pytest.mark.slow
def test_users_are_cut_over_stage_by_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.running.SECRET", SECRET)
    migrated = tmp_path / "new"
    assert ws2sse("migrate", CHAT, "--out", migrated).returncode in {0, 3}
    port = free_port()
    with running_migrated(migrated) as base:
        settings = tmp_path / "cutover.toml"
        page = Page(
            CUT_OVER,
            {
                "http://127.0.0.1:8080": base,
                ":8001": f":{port}",
                "--port 8001": f"--port {port}",
                "cutover.toml": str(settings),
            },
        )
        (block,) = re.findall(r"```toml\n(.*?)```", page.text, re.DOTALL)
        settings.write_text(block.replace("http://127.0.0.1:8080", base))
        with page.running("shim"):
            wait_until_it_answers(port)
            assert "legacy: Nothing has changed for anybody." in page.run("status")
            assert "ana looks at SSE" in page.run("tap")
            shown = page.run("token").strip()
            with page.running("canary", TOKEN=shown) as canary:
                say(canary, "this is not json")
                assert '"error"' in line_with(canary, "error")
                with page.running("listen", TOKEN=shown) as second:
                    assert data_with(second, "session")
                    say(canary, '{"type": "ping", "echo": 1}')
                    assert '"pong"' in line_with(canary, "pong")
                    assert data_with(second, "pong")["echo"] == 1
            for block, stage in (("shadow", "shadow"), ("opt-in", "shadow"), ("live", "live"), ("more", "live")):
                page.run(block)
                assert f"Stage        {stage}:" in page.run("status")
            page.run("freeze")
            page.run("rampdown")
            page.run("complete")
            assert "Stage        complete:" in page.run("status")
            assert page.run("history").count("local: ") == 9
