"""SseSocket inside the libraries that people use it with, from npm, against a real shim whose streams are cut."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.client.support.cutting import cutting
from tests.client.test_javascript import HERE, node_or_skip, packages_or_skip
from tests.shim.serving import Served


@pytest.mark.parametrize(("script", "tests", "cuts"), [("libraries.mjs", "4", 10), ("hook.mjs", "1", 1)])
def test_libraries_work_over_it_and_notice_no_cut(shim: Served, script: str, tests: str, cuts: int) -> None:
    node = node_or_skip()
    packages_or_skip()
    with cutting(shim.port, cut_after=(1_500, 6_000)) as proxy:
        done = subprocess.run(
            [node, "--test", "--test-reporter=tap", "--test-timeout=30000", str(HERE / script)],
            env={**os.environ, "SHIM": f"ws://127.0.0.1:{proxy.port}/{shim.stage}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE) == [tests]
        assert proxy.cuts >= cuts
