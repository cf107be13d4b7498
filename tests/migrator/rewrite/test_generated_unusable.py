"""A handler that can't be imported costs its own routes, or the start, as the team wants it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from migrator.apply import apply_plan
from migrator.inventory.record import Location
from migrator.rewrite import plan_migration
from tests.migrator.rewrite.applications import inventory
from tests.running import environment, running_migrated
from tests.shim.sse_client import open_stream

ROUTES = {
    "$connect": "sound.py:connect",
    "native": "broken.py:native",
    "event": "broken.py:event",
    "say": "sound.py:say",
}
SOUND = """
def connect(event, context):
    return {"statusCode": 200}


def say(event, context):
    return {"statusCode": 202}
"""
BROKEN = """
import json
import re

import a_library_that_is_not_there


def native(event, context):
    print(json.loads(event["body"])["word"])
    return {"statusCode": 200}


def event(event, context):
    return a_library_that_is_not_there.handle(event)
"""


def migrated(tmp_path: Path, files: Mapping[str, str], *, apart: bool = False) -> Path:
    """`apart`: whether the handlers have a code root of their own."""
    app = tmp_path / "app"
    app.mkdir()
    for name, text in files.items():
        (app / name).write_text(text, "utf-8")
    made = inventory(ROUTES, authorizer=None)
    prefix = "code/" if apart else ""
    if apart:
        (app / "code").mkdir()
        for name in files:
            (app / name).rename(app / "code" / name)
    handlers = tuple(
        h.model_copy(
            update={
                "path": f"{prefix}{h.path}",
                "root": prefix.removesuffix("/") or ".",
                "location": Location(path=f"{prefix}{h.path}", line=number),
            }
        )
        for number, h in enumerate(made.handlers, start=1)
    )
    apply_plan(plan_migration(app, made.model_copy(update={"handlers": handlers})), tmp_path / "new")
    return tmp_path / "new"


def imported(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sse_service.main"]
    return subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("apart", [False, True])
def test_its_routes_fail_and_the_others_work(tmp_path: Path, apart: bool) -> None:
    folder = migrated(tmp_path, {"sound.py": SOUND, "broken.py": BROKEN}, apart=apart)
    with running_migrated(folder) as base, open_stream(f"{base}/stream", {}) as ana:
        assert httpx.get(f"{base}/healthz").json() == {"status": "degraded", "unusable_handler_files": 1}
        assert ana.send('{"action": "say"}').status_code == 200
        for route in ("native", "event"):
            failed = ana.send(json.dumps({"action": route, "word": "a"}))
            assert (failed.status_code, failed.json()["message"]) == (500, "Internal server error")
        session = {"Stream-Session": ana.session}
        direct = httpx.post(f"{base}/native", json={"word": "a"}, headers=session)
        assert (direct.status_code, direct.json()["message"]) == (500, "Internal server error")


def test_the_log_says_at_start_which_file_it_is_and_why(tmp_path: Path) -> None:
    started = imported(migrated(tmp_path, {"sound.py": SOUND, "broken.py": BROKEN}))
    assert started.returncode == 0
    said = "broken.py can't be imported, so its routes fail: ModuleNotFoundError: No module named 'a_library_that_is_not_th"
    assert said in started.stderr
    assert re.search(r'broken\.py", line \d', started.stderr)


def test_a_team_may_rather_have_no_start_than_half_an_application(tmp_path: Path) -> None:
    started = imported(migrated(tmp_path, {"sound.py": SOUND, "broken.py": BROKEN}), REQUIRE_HANDLERS="1")
    assert started.returncode == 1
    assert "HandlersUnusable: broken.py can't be imported: ModuleNotFoundError" in started.stderr


def test_with_no_handler_that_can_be_imported_there_is_no_start(tmp_path: Path) -> None:
    started = imported(migrated(tmp_path, {"sound.py": f"import not_there\n{SOUND}", "broken.py": BROKEN}))
    assert started.returncode == 1
    last = started.stderr.splitlines()[-1]
    assert last.startswith("sse_service.unusable.HandlersUnusable: broken.py can't be imported: ")
    assert "; sound.py can't be imported: ModuleNotFoundError: No module named 'not_there'" in last


def test_the_image_takes_no_half_application(tmp_path: Path) -> None:
    folder = migrated(tmp_path, {"sound.py": SOUND, "broken.py": BROKEN})
    assert "ENV REQUIRE_HANDLERS=1" in (folder / "Dockerfile").read_text("utf-8")
