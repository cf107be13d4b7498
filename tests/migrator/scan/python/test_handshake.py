"""Query parameters that $connect reads; those of other routes, and other parts of the event, are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Api
from tests.migrator.scan.applications import SERVERLESS, scan

SAY = """
import json, jwt
def say(event, context):
    return event["queryStringParameters"]["of_another_route"]
"""


def api(tmp_path: Path, connect: str) -> Api:
    lines = "\n".join(f"    {line}" for line in connect.splitlines())
    code = f"{SAY}\nKEY = 'written'\ndef connect(event, context):\n{lines}\n    return {{'statusCode': 200}}\n"
    return scan(tmp_path, {"serverless.yml": SERVERLESS, "app.py": code}).apis[0]


@pytest.mark.parametrize(
    "code", ["pass", 'event["headers"]["room"]', 'event["pathParameters"]["room"]', "event[event]"]
)
def test_nothing_is_read_of_the_query_string(tmp_path: Path, code: str) -> None:
    assert api(tmp_path, code).connect_query == ()


@pytest.mark.parametrize(
    "code",
    [
        'event["queryStringParameters"]["room"]',
        'event.get("queryStringParameters", {}).get("room")',
        'query = event.get("queryStringParameters") or {}\nquery.get("room", "lobby")',
        'event["multiValueQueryStringParameters"]["room"][0]',
    ],
)
def test_the_names_of_query_parameters_are_found(tmp_path: Path, code: str) -> None:
    assert api(tmp_path, code).connect_query == ("room",)


def test_a_token_that_connect_checks_itself_is_described_without_its_secret(tmp_path: Path) -> None:
    found = api(tmp_path, 'jwt.decode(event["queryStringParameters"]["token"], KEY, algorithms=["HS256"])')
    token = found.connect_token
    assert token is not None
    assert (token.query, token.algorithms, token.secret_variable) == ("token", ("HS256",), None)
    assert token.secret_at is not None
    assert token.secret_at.path == "app.py"
    assert "written" not in token.model_dump_json()


def test_a_secret_that_may_be_another_is_not_taken_from_the_code(tmp_path: Path) -> None:
    code = 'key = KEY if event["headers"] else event["key"]\njwt.decode("", key, algorithms=["HS256"])'
    token = api(tmp_path, code).connect_token
    assert token is not None
    assert token.secret_at is None
