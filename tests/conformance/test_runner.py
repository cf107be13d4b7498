"""What the runner says of cases whose expectation is wrong: none passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conformance.model import Api, Case, CaseInvalid, load_apis
from tests.conformance.runner import Runner, running
from tests.conformance.targets.shim import Shim


def case(steps: str, api: str = "main", *, settled: bool = True) -> Case:
    read: Any = YAML(typ="safe", pure=True).load(steps)
    return Case("x", "title", "section", "A.1; https://example.org", api, tuple(read), settled)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    target = Shim()
    target.wait_s = 0.5
    with running(target, [case("[]", api) for api in ("main", "bare", "guarded")]) as served:
        yield served


WRONG = {
    "[connect: {status: 403}]": "expected the handshake to be refused with 403, and it was accepted",
    "[connect: {query: 'answer=refuses&status=401'}]": "expected the status 101, got 401",
    "[connect: {subprotocol: v1}]": "expected the subprotocol v1, got None",
    "[connect: {}, receive: {text: x}]": "no frame within 0.5 s",
    "[connect: {}, send: {text: x}, silence: a]": "nothing was expected, and a frame arrived",
    "[connect: {}, send: {text: x}, closed: {}]": "closing was expected, and a frame arrived",
    "[connect: {}, closed: {}]": "not closed within 0.5 s",
    "[connect: {}, send: {binary: '00'}, closed: {code: 1000}]": "expected the close code 1000, got 1003",
    "[connect: {}, send: {binary: '00'}, closed: {code: 1003, reason: x}]": "expected the close reason 'x'",
    "[connect: {}, send: {binary: '00'}, receive: {text: x}]": "the connection is closed with 1003",
    "[connect: {}, send: {text: x}, receive_all: {frames: [{text: y}]}]": "none of the expected frames is",
    "[connect: {watched: true}, observed: {kind: DISCONNECT}]": "no frame within 0.5 s",
    "[connect: {watched: true}, observed: {kind: CONNECT, absent: [headers]}]": "headers should not be there",
    "[connect: {watched: true}, observed: {kind: CONNECT, pushed: sent}]": "answered with sent, got None",
    "[connect: {watched: true}, unobserved: {kind: CONNECT}]": "a CONNECT event came that should not have",
    "[connect: {identify: true}, call: {method: POST, data: x, status: 403}]": "expected the status 403, got 200",
    "[call: {method: POST, id: AAAAAAAAAAAAAAA=, status: 410, error_type: X}]": "expected the error type X",
    "[call: {method: POST, id: x, status: 400, body: {text: x}}]": "expected the text 'x'",
    "[call: {method: POST, id: x, status: 400, header: {x-none: <string>}}]": "expected '<string>'",
    "[request: {path: '/${stage}', status: 200}]": "expected the status 200, got 426",
    "[sdk: {do: get_connection, id: AAAAAAAAAAAAAAA=}]": "expected the SDK to raise nothing, got ClientError",
    "[sdk: {do: get_connection, id: AAAAAAAAAAAAAAA=, raises: ForbiddenException}]": "raise ForbiddenException, got",
    "[connect: {identify: true}, sdk: {do: get_connection, raises: GoneException}]": "GoneException, got an answer",
    "[connect: {identify: true}, sdk: {do: get_connection, refused: 403}]": "expected a ClientError with 403",
    "[connect: {identify: true}, sdk: {do: get_connection, status: 201}]": "expected the status 201, got 200",
    "[connect: {}, send: {json: {action: show}}, receive: {}, remember: {as: x, path: no}]": "there is no no in",
}


@pytest.mark.parametrize("steps", WRONG)
def test_a_wrong_expectation_fails(runner: Runner, steps: str) -> None:
    outcome = runner.run(case(steps))

    assert outcome.verdict == "failed"
    assert WRONG[steps] in (outcome.problem or "")


def test_the_step_is_told(runner: Runner) -> None:
    outcome = runner.run(case("[connect: {}, send: {text: x}, receive: {text: y}]"))

    assert (outcome.problem or "").startswith("step 3, receive: expected the text 'y'")


def test_what_is_not_settled_is_not_scored(runner: Runner) -> None:
    assert runner.run(case("[connect: {status: 403}]", settled=False)).verdict == "unsettled"
    assert runner.run(case("[connect: {}]", settled=False)).problem is None


def test_an_unknown_verb_is_an_error_and_no_failure(runner: Runner) -> None:
    with pytest.raises(CaseInvalid, match="wait is no verb"):
        runner.run(case("[wait: {}]"))


def test_an_api_that_can_not_be_served_is_not_applicable() -> None:
    class Picky(Shim):
        def unservable(self, api: Api) -> str | None:
            return "it has no models" if api.name == "modelled" else None

    with running(Picky(), [case("[]", "modelled")]) as runner:
        outcome = runner.run(case("[]", "modelled"))

    assert (outcome.verdict, outcome.problem) == ("not applicable", "it has no models")


def test_every_api_has_whoami() -> None:
    assert [name for name, api in load_apis().items() if "${nonce}" not in api.whoami] == []
