"""Programs that a grammar makes up, beside a small application: no run ends on one, and none is touched."""

from __future__ import annotations

import os
import warnings

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings

from tests.migrator.fuzz.applications import SWITCH
from tests.migrator.fuzz.checking import assert_survives, write

EXAMPLES = int(os.environ.get("FUZZ_RUNS", "6"))


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
@given(program=hypothesmith.from_grammar())
@pytest.mark.slow
def test_a_generated_program_is_read_and_left_alone(program: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("generated")
    write(folder, {**SWITCH, "src/generated.py": f"# connectionId post_to_connection\n{program}"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_survives(folder)
