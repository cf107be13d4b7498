"""An authorizer that became a dependency lets in, refuses and tells exactly as it did when it got events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from migrator.apply import apply_plan
from migrator.inventory.model import Authorizer
from migrator.rewrite import plan_migration
from migrator.rewrite.scope import EVERYTHING, Scope
from tests.migrator.rewrite.applications import HERE, handler, inventory
from tests.running import running_migrated

APP = """\
TOLD = {"user": "ana", "n": "1", "yes": "true", "principalId": "ana"}


def connect(event, context):
    told = dict(event["requestContext"]["authorizer"])
    told.pop("integrationLatency")
    return {"statusCode": 200 if told == TOLD else 418}
"""
GATE = """\
def allow(event, context):
    wanted = event["queryStringParameters"].get("do", "")
    if wanted == "unauthorized":
        raise Exception("Unauthorized")
    if wanted == "fail":
        raise ValueError("no")
    if wanted == "deny":
        return policy("nobody", "Deny", event["methodArn"], {"why": "no"})
    if wanted == "elsewhere":
        return policy("ana", "Allow", "arn:aws:execute-api:another")
    if wanted == "nested":
        return policy("ana", "Allow", "*", {"a": {"b": 1}})
    if wanted == "large":
        return policy("ana", "Allow", "*", {"a": "x" * 9000})
    try:
        if wanted == "caught":
            return policy(wanted, "Deny", event["methodArn"])
        user = event["headers"]["X-User"]
    except Exception:
        raise Exception("Unauthorized")
    if event["headers"]["Upgrade"] != "websocket" or event["requestContext"]["routeKey"] != "$connect":
        raise Exception("the handshake is not what it was")
    if "/$connect" not in event["methodArn"]:
        raise Exception("the ARN is not what it was")
    return policy(None if user == "none" else user, "Allow", [event["methodArn"]], {"user": user, "n": 1, "yes": True})


def policy(principal, effect, resource, told="none"):
    return {
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}],
        },
        "context": told,
    }
"""
WISHES = ("unauthorized", "fail", "deny", "elsewhere", "nested", "large", "caught")
REQUESTS = [*((wish, "ana") for wish in WISHES), *(("", user) for user in ("", "ana", "ben", "none"))]


def answers(folder: Path) -> list[Any]:
    found: list[Any] = []
    with running_migrated(folder) as base:
        for wish, user in REQUESTS:
            headers = {"Accept": "text/event-stream"} | ({"X-User": user} if user else {})
            with httpx.stream("GET", f"{base}/stream", params={"do": wish}, headers=headers) as response:
                opened = response.status_code == 200
                found.append((wish, user, response.status_code, None if opened else _words(response)))
    return found


def _words(response: httpx.Response) -> Any:
    response.read()
    return response.json().get("detail")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    app = tmp_path_factory.mktemp("legacy")
    (app / "app.py").write_text(APP, encoding="utf-8")
    (app / "gate.py").write_text(GATE, encoding="utf-8")
    authorizer = Authorizer(name="gate", type="REQUEST", handler="gate.py:allow", location=HERE)
    gate = handler("gate.py:allow", "gate", kind="authorizer")
    known = inventory({"$connect": "app.py:connect"}, authorizer=authorizer, handlers=(gate,))
    made: dict[str, Path] = {}
    for level, scope in (("native", EVERYTHING), ("transport", Scope(without=frozenset({"native_authorizer"})))):
        plan = plan_migration(app, known, scope=scope)
        assert [o.level for o in plan.account.outcomes if o.site.kind == "authorizer"] == [level]
        made[level] = tmp_path_factory.mktemp(level) / "service"
        apply_plan(plan, made[level])
    return made


def test_both_levels_answer_alike(both: dict[str, Path]) -> None:
    native = answers(both["native"])

    assert native == answers(both["transport"])
    assert {status for _wish, _user, status, _said in native} == {200, 401, 403, 418, 500}
