from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.awsfake import FakeAws, fake_aws


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    with fake_aws() as world:
        yield world
