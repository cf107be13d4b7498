"""The browser library keeps its promises: each `*.test.mjs` beside this file, run by Node against real HTTP."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = shutil.which("node")


@pytest.mark.parametrize("suite", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_library_keeps_its_promises(suite: str) -> None:
    if NODE is None and os.environ.get("CI"):
        pytest.fail("node is not installed, so the browser library was not tested; CI has to test it")
    if NODE is None:
        pytest.skip("node is not installed, so the browser library was not tested")
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", str(HERE / suite)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[0]) > 0
