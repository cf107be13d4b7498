"""The shim does what every case says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.conformance.model import Case, load_apis, load_cases
from tests.conformance.runner import Runner, running
from tests.conformance.steps import VERBS
from tests.conformance.targets.shim import Shim

CASES = load_cases()


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with running(Shim(), CASES) as served:
        yield served


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_shim_does_as_api_gateway(runner: Runner, case: Case) -> None:
    outcome = runner.run(case)

    assert outcome.verdict in {"passed", "unsettled"}, outcome.problem


def test_every_case_has_a_source_in_public() -> None:
    assert [case.id for case in CASES if not re.match(r"A\.\d+; ", case.source) or "https://" not in case.source] == []


def test_every_case_names_an_api_and_uses_known_verbs() -> None:
    apis = load_apis()

    assert {case.api for case in CASES} == apis.keys()
    assert {verb for case in CASES for step in case.steps for verb in step} == VERBS
