"""`ws2sse verify` with sessions and servers of one's own: what is given wrong is said before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import CHAT, invoke

RECORD = ("--record", "a.jsonl", "--url", "ws://127.0.0.1:1/dev")
REPLAY = ("--replay", "a.jsonl", "--url", "http://127.0.0.1:1/stream")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Give APP and NEW; or --url with --record FILE or --replay FILE."),
        ((CHAT,), "Give APP and NEW"),
        (("--url", "ws://127.0.0.1:1/dev"), "--url goes with --record FILE or --replay FILE, and without NEW."),
        (("--record", "a.jsonl"), "--url goes with --record FILE or --replay FILE, and without NEW."),
        (("--record", "a.jsonl", "--replay", "b.jsonl", "--url", "ws://x/dev"), "--url goes with"),
        ((CHAT, "new", "--record", "a.jsonl", "--url", "ws://x/dev"), "without NEW"),
        (("--record", "a.jsonl", "--url", "ftp://x/dev"), "--url is an address such as wss://host/stage"),
        (("--record", "a.jsonl", "--url", "wss://x/dev?token=1"), "--url has no query and no user"),
        (("--record", "a.jsonl", "--url", "wss://u:p@x/dev"), "--url has no query and no user"),
        (("--record", "a.jsonl", "--url", "ws://x/dev"), "--record needs APP"),
        (("--keep", "--replay", "a.jsonl", "--url", "ws://x/dev"), "--keep needs APP"),
        ((*RECORD, "--report", "a.html"), "--report does not go with --record, which compares nothing"),
        ((*RECORD, "--keep", CHAT), "--keep does not go with --record"),
        ((*RECORD, "--learn", "noise.toml"), "--learn does not go with --record"),
        ((*RECORD, "--noise", "noise.toml"), "--noise does not go with --record"),
        ((*RECORD, "--format", "text"), "--format does not go with --record"),
        ((*REPLAY, "--sessions", "chat.yaml"), "--sessions does not go with --replay, whose sessions are those of the"),
        ((*REPLAY, "--seed", "0"), "--seed does not go with --replay"),
        ((*REPLAY, "--repro", "repro"), "--repro goes with APP and NEW"),
        ((CHAT, "new", "--key", "a.key"), "--key goes with --record or --replay"),
    ],
)
def test_options_that_do_not_go_together_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    finished = invoke("verify", *arguments)
    assert finished.returncode == 2
    assert told in " ".join(finished.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_scenario_with_a_mistake_is_told_by_line(tmp_path: Path):
    file = tmp_path / "chat.yaml"
    file.write_text("version: 1\nsessions:\n  - name: talk\n    steps:\n      - conect: alice\n")
    finished = invoke("verify", "--record", tmp_path / "a.jsonl", "--url", "ws://127.0.0.1:1/dev", "--sessions", file)
    assert finished.returncode == 2
    assert f"{file}, line 5: a step is none of" in finished.stderr
    assert "did you mean 'connect'?" in finished.stderr


def test_a_server_that_is_not_there_leaves_no_recording(tmp_path: Path):
    file = tmp_path / "chat.yaml"
    file.write_text("version: 1\nsessions:\n  - name: talk\n    steps:\n      - connect: alice\n")
    finished = invoke("verify", "--record", tmp_path / "a.jsonl", "--url", "ws://127.0.0.1:1/dev", "--sessions", file)
    assert finished.returncode == 2
    assert "can't be reached" in finished.stderr
    assert not (tmp_path / "a.jsonl").exists()


def test_a_recording_without_its_key_or_that_is_none_is_told(tmp_path: Path):
    file = tmp_path / "a.jsonl"
    file.write_text("hello\n")
    for missing in ("No such file", "is not a recording"):
        finished = invoke("verify", "--replay", file, "--url", "http://127.0.0.1:1/stream")
        assert finished.returncode == 2
        assert missing in finished.stderr
        (tmp_path / "a.key").touch(0o600)
        (tmp_path / "a.key").write_text("00" * 32)
