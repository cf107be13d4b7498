"""What the authorizer's code says of the token."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Authorizer
from tests.migrator.scan.applications import scan

SERVICE = """
service: s
provider: {name: aws, runtime: python3.11}
functions:
  guard: {handler: app.guard}
  connect:
    handler: app.connect
    events: [{websocket: {route: $connect, authorizer: guard}}]
"""
CONNECT = "\ndef connect(event, context):\n    return event['requestContext']\n"


def authorizer(tmp_path: Path, code: str) -> Authorizer:
    found = scan(tmp_path, {"serverless.yml": SERVICE, "app.py": code + CONNECT}).apis[0].authorizer
    assert found is not None
    return found


@pytest.mark.parametrize(
    "code",
    [
        "def guard(event, context):\n    return {}\n",
        "import base64\ndef guard(event, context):\n    base64.b64decode(event['queryStringParameters']['token'])\n",
        "def decode(x, y): pass\ndef guard(event, context):\n    decode(event['queryStringParameters']['token'], 'x')\n",
    ],
)
def test_code_that_decodes_no_token_gives_no_facts(tmp_path: Path, code: str) -> None:
    assert authorizer(tmp_path, code).token is None


def test_a_secret_in_the_code_is_not_a_variable(tmp_path: Path) -> None:
    code = (
        "import jwt\ndef guard(event, context):\n    jwt.decode(event['headers']['X'], 'abc', algorithms=['HS256'])\n"
    )
    token = authorizer(tmp_path, code).token

    assert token is not None
    assert (token.secret_variable, token.header, token.query) == (None, "X", None)


def test_the_facts_of_a_usual_authorizer(tmp_path: Path) -> None:
    code = """\
import os
import jwt

SECRET = os.environ["JWT_SECRET"]
ALGORITHMS = ["HS256", "HS512"]

def token_of(event):
    query = event.get("queryStringParameters") or {}
    if query.get("access"):
        return query["access"]
    header = event.get("headers", {}).get("Authorization", "")
    if header.startswith("Bearer "):
        return header[7:]
    return None

def verify(token):
    claims = jwt.decode(token, SECRET, algorithms=ALGORITHMS)
    return {"user": claims["sub"], "tenant": claims.get("tenant_id")}

def allow(principal, context):
    return {"principalId": principal, "policyDocument": {}, "context": context}

def guard(event, context):
    found = verify(token_of(event))
    return allow(found["user"], {"userId": found["user"], "tenant": found["tenant"]})
"""
    found = authorizer(tmp_path, code)

    assert found.token is not None
    assert found.token.model_dump() == {
        "kind": "jwt",
        "query": "access",
        "header": "Authorization",
        "scheme": "Bearer",
        "algorithms": ("HS256", "HS512"),
        "secret_variable": "JWT_SECRET",
        "secret_at": None,
        "claims": ("sub", "tenant_id"),
    }
    assert found.context_keys == ("userId", "tenant")
