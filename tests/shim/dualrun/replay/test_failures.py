"""Lines of the shim's log tell why calls failed; whatever else a process says is left as it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.replay.failures import MOST_KINDS, Failures


def line(**fields: object) -> str:
    return json.dumps({"logger": "shim.emulation", "message": "a call failed", **fields})


@pytest.mark.parametrize(
    "said", ["plain words", "{not json", "{}", '["a call failed"]', '{"message": "a call failed", "route": "r"}']
)
def test_lines_of_others_are_left_as_they_are(said: str) -> None:
    failures = Failures()
    assert failures.read(said) == said
    assert failures.most_frequent() == {}


@given(st.text())
def test_no_line_is_too_strange(said: str) -> None:
    failures = Failures()
    failures.read(said)
    failures.read("{" + said)


def test_the_most_frequent_failure_of_a_route_counts() -> None:
    failures = Failures()
    for failure in ("rare", "often", "often"):
        assert failures.read(line(route="chat", failure=failure)) == f"chat: {failure}"
    failures.read(line(route="join", failure="other"))
    assert failures.most_frequent() == {"chat": "often", "join": "other"}


def test_other_lines_of_the_log_are_read_as_people_read_them() -> None:
    told = {"logger": "a", "message": "it broke", "exception": "Traceback:\n  ...\nKeyError: 'x'\n"}
    assert Failures().read(json.dumps(told)) == "it broke (KeyError: 'x')"
    assert Failures().read(json.dumps({"logger": "a", "message": "Loading"})) == "Loading"


def test_what_is_kept_is_bounded() -> None:
    failures = Failures()
    for number in range(1_000):
        failures.read(line(route="chat", failure=f"{number} " + "x" * 10_000))
        failures.read(line(route=f"{number}", failure="x"))
    assert len(failures.most_frequent()) <= 200
    assert len(failures.most_frequent()["chat"]) <= 300
    assert len(failures._by_route["chat"]) == MOST_KINDS
