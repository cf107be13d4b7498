"""The browser library keeps its promises: each `*.test.mjs` beside this file, run by Node against real HTTP."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def node_or_skip() -> str:
    node = shutil.which("node")
    if node is None and os.environ.get("CI"):
        pytest.fail("node is not installed, so the browser library was not tested; CI has to test it")
    if node is None:
        pytest.skip("node is not installed, so the browser library was not tested")
    return node


def packages_or_skip() -> None:
    if (HERE / "node_modules").is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("tests/client has no node_modules; CI has to run `npm ci` there")
    pytest.skip("NOT RUN: tests/client has no node_modules; run `npm ci` there")


@pytest.mark.parametrize("suite", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_library_keeps_its_promises(suite: str) -> None:
    node = node_or_skip()
    if 'from "eventsource"' in (HERE / suite).read_text(encoding="utf-8"):
        packages_or_skip()
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(HERE / suite)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[0]) > 0


def test_the_types_hold() -> None:
    node = node_or_skip()
    packages_or_skip()
    compiler = HERE / "node_modules" / ".bin" / "tsc"
    done = subprocess.run(
        [node, compiler.resolve(), "--noEmit", "--project", HERE / "types"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
