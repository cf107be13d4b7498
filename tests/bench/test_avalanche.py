"""The avalanche is measured whole: all clients come back, and each has what it missed once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.running import ROOT


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("redis-server"), reason="no Redis")
def test_all_clients_of_two_nodes_come_back_and_each_has_what_it_missed_once() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.avalanche", "--clients", "40"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["clients"], found["nodes"], found["missed_or_repeated"]) == (40, 2, 0)
