"""Whoever stops a command stops everything that it started, and no status says what is not so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.running import CHAT, ROOT, WS2SSE, environment, process


def started_by(pid: int) -> list[int]:
    """The process's children, and theirs."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it may have ended in the meantime
            parent = stat.read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid:
                children.append(int(stat.parent.name))
    return children + [grandchild for child in children for grandchild in started_by(child)]


def wait_for(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="NOT RUN: the system has no /proc to list processes")
@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_verify_ends_what_it_started(migrated_chat: Path, how: signal.Signals) -> None:
    command = [*WS2SSE, "verify", str(CHAT), str(migrated_chat)]
    with process(command, ROOT, environment(), preexec_fn=listen_to_ctrl_c) as verify:
        wait_for(lambda: any(Path(f"/proc/{child}").exists() for child in started_by(verify.pid)))
        children = started_by(verify.pid)
        verify.send_signal(how)
        said = verify.communicate(timeout=30)

    assert verify.returncode == 130, said
    assert "interrupted" in said[1]
    assert [child for child in children if alive(child)] == []


def listen_to_ctrl_c() -> None:
    """A test run in the background has inherited that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("how", "serving"),
    [
        pytest.param(signal.SIGINT, True, marks=pytest.mark.slow),
        (signal.SIGINT, False),
        (signal.SIGTERM, True),
        pytest.param(signal.SIGTERM, False, marks=pytest.mark.slow),
    ],
)
def test_stopping_the_shim_is_how_it_ends(how: signal.Signals, *, serving: bool) -> None:
    """Also when it listens already, and does not serve yet."""
    command = [*WS2SSE, "shim", str(CHAT), "--port", "0", "--format", "json"]
    with process(command, ROOT, environment(), preexec_fn=listen_to_ctrl_c) as shim:
        assert shim.stdout is not None
        started = json.loads(shim.stdout.readline())
        if serving:
            assert httpx.get(f"{urljoin(started['stream'], '/')}healthz", timeout=60).status_code == 200
        shim.send_signal(how)
        said = shim.communicate(timeout=60)

    assert "Traceback" not in said[1]
    assert "did not come up" not in said[1]
    assert shim.returncode in ({0} if serving else {0, 130}), said  # 130: before it was the server's to end in order


@pytest.mark.parametrize("command", ["scan", pytest.param("checklist", marks=pytest.mark.slow)])
def test_a_reader_that_goes_away_is_no_verdict(command: str) -> None:
    script = f"{sys.executable} -m migrator.cli {command} {CHAT} | true; echo ${{PIPESTATUS[0]}}"
    finished = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )

    assert finished.stdout.strip() == "141"
    assert "Traceback" not in finished.stderr
