"""docs/openapi.yaml says what the shim answers; schemathesis looks for requests to which it answers otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.core
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.generation import hypothesis as patching
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shim.faces.management import ManagementOptions
from shim.gateway.limits import GatewayLimits, Throttle
from shim.streams import StreamLimits
from tests.hostile.serving import STAGE, Kind, Served, serving
from tests.shim.sse_client import STREAM, open_stream

# To save time schemathesis has hypothesis print nothing of any value: no property that failed said with what.
patching.setup()
hypothesis.core.RepresentationPrinter = RepresentationPrinter  # type: ignore[attr-defined]

PAGE = Path(__file__).parents[2] / "docs" / "openapi.yaml"
schemathesis.serializer("application/x-ndjson")(lambda _context, value: value)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
NOTHING = NotSet()
UNLIMITED = GatewayLimits(connects=Throttle(0, 0), requests=Throttle(0, 0))
BRIEF = StreamLimits(rotation_s=0.03, resume_window_s=5)
"""Streams end by themselves, so that a client that reads to the end comes to one."""


def described() -> dict[str, Any]:
    """The document, for the stage of these tests."""
    document: dict[str, Any] = yaml.safe_load(PAGE.read_text())
    document["components"]["parameters"]["stage"]["schema"] = {"const": STAGE}
    return document


@pytest.fixture(scope="module", params=["hot", "portable"])
def anyone(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Nobody has to sign, so that what lies behind signatures is reached."""
    kind: Kind = request.param
    with serving(kind, streams=BRIEF, limits=UNLIMITED, management=ManagementOptions(verify=False)) as served:
        yield served
        served.still_serves()


def _paths() -> list[tuple[str, str]]:
    return [
        (path, method)
        for path, operations in described()["paths"].items()
        for method in operations
        if method != "parameters"
    ]


@pytest.mark.parametrize(("path", "method"), _paths())
def test_no_request_is_answered_with_what_is_not_described(path: str, method: str, anyone: Served) -> None:
    """Nor with an error of the server's."""
    operation = schemathesis.openapi.from_dict(described())[path][method]

    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy())
    def answers_as_described(case: Case) -> None:
        case.call_and_validate(base_url=f"http://127.0.0.1:{anyone.port}", checks=CHECKS, timeout=5)

    answers_as_described()


def test_what_is_sent_for_a_connection_that_exists_is_answered_as_described(anyone: Served) -> None:
    """By chance nobody finds an id or a session."""
    schema = schemathesis.openapi.from_dict(described())
    base = f"http://127.0.0.1:{anyone.port}"
    with open_stream(anyone.address) as stream:
        calls = [
            ("/{stage}/@connections/{connectionId}", "GET", {}, NOTHING),
            ("/{stage}/@connections/{connectionId}", "POST", {}, b"hello"),
            ("/{stage}/@connections", "POST", {}, b"hello"),
            ("/{stage}", "POST", {"Content-Type": "text/plain"}, b"hello"),
            ("/{stage}", "POST", {"Content-Type": "text/plain", "Prefer": "wait=5"}, b"hello"),
            ("/{stage}", "POST", {"Content-Type": "application/x-ndjson"}, b"1\n2\n"),
            ("/{stage}", "POST", {"Content-Type": "application/octet-stream"}, b"\xff"),
            ("/{stage}", "POST", {"Content-Type": "text/plain", "Idempotency-Key": "k" * 256}, b"hello"),
            ("/{stage}", "POST", {"Content-Type": "text/plain"}, b"x" * 131_073),
            ("/{stage}", "GET", {**STREAM, "Last-Event-ID": "x-1"}, NOTHING),
            ("/{stage}/@connections/{connectionId}", "DELETE", {}, NOTHING),
            ("/{stage}/@connections/{connectionId}", "GET", {}, NOTHING),
            ("/{stage}", "GET", STREAM, NOTHING),
            ("/{stage}", "DELETE", {}, NOTHING),
        ]
        for path, method, headers, body in calls:
            case = schema[path][method.lower()].Case(
                path_parameters={"stage": STAGE, "connectionId": stream.connection_id},
                headers={"Stream-Session": stream.session, **headers},
                body=body,
                media_type=headers.get("Content-Type", "application/octet-stream"),
            )
            case.call_and_validate(base_url=base, checks=CHECKS, timeout=5)


@pytest.mark.parametrize(("path", "method"), _paths())
def test_what_is_described_exists(path: str, method: str, anyone: Served) -> None:
    target = path.format(stage=STAGE, connectionId="AAAAAAAAAAAAAAA%3D")
    status, body = anyone.ask(method.upper(), target)
    assert status != 405
    assert b"Forbidden" not in body


def test_a_property_that_fails_says_with_what() -> None:
    """Also where schemathesis was imported."""

    @settings(derandomize=True, database=None)
    @given(st.integers())
    def is_small(number: int) -> None:
        assert number < 100

    with pytest.raises(AssertionError) as failed:
        is_small()
    assert "number=100" in "".join(failed.value.__notes__)
