"""What several tests need: the example, migrated once."""

from __future__ import annotations

import fcntl
import os
import shutil
from functools import cache
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.running import CHAT, invoke

# How fast an example is says something of the machine, and nothing of the promise. `make test` has the same examples
# each time, so that what it says is of the change; `make slow` looks for new ones.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", unhurried, max_examples=25, derandomize=True)
settings.register_profile("new", unhurried, max_examples=200)
settings.load_profile("same")

# Each call of httpx.get and its like would read the certificates of all authorities anew, 30 ms of a core.
httpx._transports.default.create_ssl_context = cache(httpx._transports.default.create_ssl_context)


@pytest.fixture(scope="session")
def migrated_chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of `ws2sse migrate examples/chat`. Tests that change it change a copy.

    The processes that share the tests have it made once. Each has a copy, since to run it may write into it.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made = shared / "migrated-chat"
    with (shared / "migrated-chat.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            finished = invoke("migrate", CHAT, "--out", made)
            assert finished.returncode in {0, 3}, finished.stderr
    return shutil.copytree(made, tmp_path_factory.mktemp("migrated") / "chat-sse")
