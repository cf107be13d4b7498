"""One shim behind each server, for attacks that need no limits of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.serving import KINDS, Kind, Served, serving


@pytest.fixture(scope="session")
def hot() -> Iterator[Served]:
    with serving("hot") as served:
        yield served


@pytest.fixture(scope="session")
def portable() -> Iterator[Served]:
    with serving("portable") as served:
        yield served


@pytest.fixture(params=KINDS)
def shim(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Which serves a new client afterwards, and has logged no error."""
    kind: Kind = request.param
    served: Served = request.getfixturevalue(kind)
    served.errors.clear()  # the log is one for all servers of the process
    yield served
    served.still_serves()
