"""What several tests need: the example, migrated once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.running import CHAT, ws2sse

# How fast an example is says something of the machine, and nothing of the promise.
settings.register_profile("unhurried", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def migrated_chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of `ws2sse migrate examples/chat`. Tests that change it change a copy."""
    out = tmp_path_factory.mktemp("migrated") / "chat-sse"
    finished = ws2sse("migrate", CHAT, "--out", out)
    assert finished.returncode in {0, 3}, finished.stderr
    return out
