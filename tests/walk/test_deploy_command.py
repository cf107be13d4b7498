"""`ws2sse deploy` writes into a new folder, all or nothing, and only when it is told to."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from migrator.deploy.kits import KITS
from tests.running import CHAT, ROOT, WS2SSE, environment, invoke
from tests.walk.test_bad_input import tree


def test_without_a_folder_nothing_happens(tmp_path: Path) -> None:
    finished = invoke("deploy", CHAT)

    assert finished.returncode == 2
    assert "Give --out FOLDER, or --dry-run" in finished.stderr


def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(tmp_path: Path) -> None:
    shown = invoke("deploy", CHAT, "--kit", "container", "--out", tmp_path / "kits", "--dry-run")

    assert shown.returncode == 0
    assert "+++ b/container/Containerfile\n" in shown.stdout
    assert "Nothing was written." in shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    finished = invoke("deploy", CHAT, "--out", tmp_path)

    assert finished.returncode == 2
    assert "already holds 1 entries; nothing was written" in finished.stderr
    assert tree(tmp_path) == {"mine": b"mine"}


def test_a_kit_that_there_is_not(tmp_path: Path) -> None:
    finished = invoke("deploy", CHAT, "--out", tmp_path / "kits", "--kit", "container,helm")

    assert finished.returncode == 2
    assert f"There is no kit helm. There are: {', '.join(KITS)}." in finished.stderr
    assert not (tmp_path / "kits").exists()


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    finished = invoke("deploy", CHAT, "--out", tmp_path / "kits", "--set", "drain_s=soon")

    assert finished.returncode == 2
    assert "drain_s is" in finished.stderr
    assert not (tmp_path / "kits").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--set", "listen.port=9000", "--set listen.port: it is the same in every kit"),
        ("--set", "redis.url=redis://127.0.0.1", "each node gets it as SHIM_REDIS__URL."),
        ("--kit", "", "--kit names no kit."),
    ],
)
def test_what_would_change_nothing_is_refused(option: str, value: str, said: str, tmp_path: Path) -> None:
    finished = invoke("deploy", CHAT, "--out", tmp_path / "kits", option, value)

    assert finished.returncode == 2
    assert said in finished.stderr
    assert not (tmp_path / "kits").exists()


def test_the_kits_of_an_application(tmp_path: Path) -> None:
    before = tree(CHAT)
    finished = invoke("deploy", CHAT, "--out", tmp_path / "kits")

    assert finished.returncode == 0, finished.stderr
    assert {path.name for path in (tmp_path / "kits").iterdir()} == {"README.md", *KITS}
    assert f"Wrote {tmp_path / 'kits'}: {', '.join(KITS)}." in finished.stderr
    assert tree(CHAT) == before


@pytest.mark.slow
def test_the_kits_of_a_migrated_application(migrated_chat: Path, tmp_path: Path) -> None:
    finished = invoke("deploy", migrated_chat, "--out", tmp_path / "kits", "--kit", "container")

    assert finished.returncode == 0, finished.stderr
    assert "sse_service.main:app" in (tmp_path / "kits" / "container" / "Containerfile").read_text()


def test_what_was_migrated_before_has_no_kits_that_would_ask_for_what_nobody_answers(
    migrated_chat: Path, tmp_path: Path
) -> None:
    before = shutil.copytree(migrated_chat, tmp_path / "before")
    for name in ("main.py", "metrics.py"):
        text = (before / "sse_service" / name).read_text()
        (before / "sse_service" / name).write_text(re.sub(r'\n@\w+\.get\("/(readyz|metrics)"[^\n]*', "", text))
    finished = invoke("deploy", before, "--out", tmp_path / "kits")

    assert finished.returncode == 2
    assert finished.stderr == (
        f"error: {before} was migrated by an earlier version: its sse_service has no /readyz and no /metrics, which kits "
        "need. Migrate the original again, with ws2sse migrate ORIGINAL --out NEW, take over what you have changed "
        "since, and deploy NEW.\n"
    )
    assert not (tmp_path / "kits").exists()


@pytest.mark.parametrize("option", [("--set", "drain_s=10"), ("--config", "shim.toml")])
def test_settings_of_the_shim_are_none_of_a_migrated_application(option: tuple[str, str], migrated_chat: Path) -> None:
    finished = invoke("deploy", migrated_chat, "--dry-run", *option)

    assert finished.returncode == 2
    assert "--config and --set are for the shim" in finished.stderr


def test_output_that_has_no_room_is_one_sentence_and_no_difference() -> None:
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [*WS2SSE, "rules"], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment(), check=False
        )

    assert finished.returncode == 2
    assert finished.stderr == "error: the output can't be written (No space left on device)\n"
