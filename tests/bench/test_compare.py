"""The comparison that is measured is a real one: what was put into the recordings is found, and nothing else."""

from __future__ import annotations

import pytest

from bench.compare import chat, whole


@pytest.mark.slow
def test_the_faults_of_the_generated_candidate_are_found_and_nothing_else(tmp_path):
    sessions = whole.DIFFERENCES
    chat.write(tmp_path, sessions, 5_400, differences=whole.DIFFERENCES)
    found = whole.measure(tmp_path, 3 * 5_400)
    assert (found["verdict"], found["differences"]) == ("FAIL", whole.DIFFERENCES)
    assert (tmp_path / "report.json").stat().st_size > 0
    assert found["events"] > 3 * 5_400
