"""Each test of this folder that asks for `front` runs behind nginx and behind HAProxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.frontends.front_ends import NAMES, FrontEnd, Name, front_end

Behind = Callable[..., FrontEnd]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> Name:
    found: Name = request.param
    return found


@pytest.fixture
def behind(name: Name, tmp_path: Path) -> Iterator[Behind]:
    """Puts a front end before a port; it ends with the test."""
    with ExitStack() as running:
        yield lambda port, changed=None: running.enter_context(front_end(name, port, tmp_path, changed or {}))
