"""Generated services start, and serve: as their README says, over the wire."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from migrator.apply import apply_plan
from migrator.inventory.model import Inventory, Push
from migrator.inventory.record import Location
from migrator.rewrite import plan_migration
from tests.migrator.rewrite.applications import handler, inventory
from tests.running import environment, running_migrated, token
from tests.shim.sse_client import open_stream

TRANSPORT = """
import json

import boto3
from botocore.exceptions import ClientError

KNOWN = {}
SEEN = []


def connect(event, context):
    SEEN.append(event)
    name = (event.get("queryStringParameters") or {}).get("name")
    if not name or event["headers"]["X-Forwarded-Proto"] != "http":
        return {"statusCode": 401}
    KNOWN[event["requestContext"]["connectionId"]] = name
    return {"statusCode": 200}


def disconnect(event, context):
    print("left", KNOWN.pop(event["requestContext"]["connectionId"]), event["requestContext"]["disconnectStatusCode"])
    return {"statusCode": 200}


def client_for(event):
    rc = event["requestContext"]
    return boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{rc['domainName']}/{rc['stage']}")


def everybody(event, context):
    SEEN.append(event)
    client, gone = client_for(event), []
    for connection in [*KNOWN, "not-there"]:
        try:
            client.post_to_connection(ConnectionId=connection, Data=json.dumps({"from": KNOWN[own(event)]}))
        except ClientError as error:
            gone.append((connection, error.response["Error"]["Code"]))
    client.post_to_connection(ConnectionId=own(event), Data=json.dumps({"gone": gone}).encode())
    return {"statusCode": 200}


def own(event):
    return event["requestContext"]["connectionId"]


def answer(event, context):
    SEEN.append(event)
    return {"statusCode": 200, "body": "echo " + event["body"]}


def fail(event, context):
    raise ValueError(context.function_name)
"""

NATIVE = """
import json


def hello(event, context):
    message = json.loads(event["body"])
    try:
        print(message["name"], message.get("class", "?"), message["class"], flush=True)
    except KeyError as missing:
        if missing.args == ("name",):
            return {"statusCode": 422}
        raise
    return {"statusCode": 202}
"""

ROUTES = {
    "$connect": "one/app.py:connect",
    "$disconnect": "one/app.py:disconnect",
    "all": "one/app.py:everybody",
    "echo": "one/app.py:answer",
    "fail": "one/app.py:fail",
    "hello": "two/app.py:hello",
}


def known() -> Inventory:
    """Two code roots with a module of the same name each."""
    made = inventory(ROUTES, authorizer=None, answers=("echo",))
    handlers = tuple(
        h.model_copy(update={"root": h.path[:3], "module": "app", "location": Location(path=h.path, line=number)})
        for number, h in enumerate(made.handlers, start=1)
    )
    return made.model_copy(update={"handlers": handlers})


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = tmp_path_factory.mktemp("legacy")
    for name, text in (("one", TRANSPORT), ("two", NATIVE)):
        (app / name).mkdir()
        (app / name / "app.py").write_text(text, encoding="utf-8")
    plan = plan_migration(app, known())
    assert {route.key: route.level for route in plan.routes} == {
        **dict.fromkeys(ROUTES, "transport"),
        "hello": "native",
    }
    out = tmp_path_factory.mktemp("new") / "service"
    apply_plan(plan, out)
    return out


def test_streams_open_or_are_refused(service: Path) -> None:
    with running_migrated(service) as base:
        refused = httpx.get(f"{base}/stream", headers={"Accept": "text/event-stream"})
        assert (refused.status_code, refused.json()["message"]) == (401, "Forbidden")
        assert httpx.get(f"{base}/stream?name=a").status_code == 406
        with open_stream(f"{base}/stream", {"name": "ana"}) as ana:
            assert ana.close().status_code == 204
            assert ana.close().status_code == 410
            assert ana.send("{}").status_code == 410


def test_handlers_push_with_their_own_code(service: Path) -> None:
    with (
        running_migrated(service) as base,
        open_stream(f"{base}/stream", {"name": "ana"}) as ana,
        open_stream(f"{base}/stream", {"name": "ben"}) as ben,
    ):
        assert ana.send('{"action": "all"}').status_code == 200
        assert json.loads(ben.next().data) == {"from": "ana"}
        assert json.loads(ana.next().data) == {"from": "ana"}
        assert json.loads(ana.next().data) == {"gone": [["not-there", "GoneException"]]}


def test_errors_and_answers_are_those_of_before(service: Path) -> None:
    with running_migrated(service) as base, open_stream(f"{base}/stream", {"name": "ana"}) as ana:
        failed = ana.send('{"action": "fail"}')
        assert failed.status_code == 500
        assert failed.json()["message"] == "Internal server error"
        assert failed.json()["connectionId"] == ana.connection_id
        forbidden = ana.send('{"action": "nothing"}')
        assert (forbidden.status_code, forbidden.json()["message"]) == (403, "Forbidden")
        session = {"Stream-Session": ana.session, "Content-Type": "application/octet-stream"}
        binary = httpx.post(f"{base}/stream", content=b'{"action": "echo"}', headers=session)
        assert (binary.status_code, binary.json()["message"]) == (415, "binary messages are not taken here")
        assert ana.send('{"action": "echo"}').status_code == 200
        assert ana.next().data == 'echo {"action": "echo"}'


def test_a_native_endpoint_answers_at_both_addresses(service: Path) -> None:
    with running_migrated(service) as base, open_stream(f"{base}/stream", {"name": "ana"}) as ana:
        session = {"Stream-Session": ana.session}
        for message, told, status in (({"name": 1, "class": 2}, 200, 202), ({}, 200, 422), ({"name": 1}, 500, 500)):
            assert ana.send(json.dumps({"action": "hello", **message})).status_code == told
            assert httpx.post(f"{base}/hello", json=message, headers=session).status_code == status
        assert httpx.post(f"{base}/hello", json={"name": 1, "class": 2}).status_code == 401


def test_its_own_tests_pass(service: Path) -> None:
    run_tests(service, SSE_TEST_QUERY="name=ana")


def test_the_example_passes_the_tests_that_come_with_it(migrated_chat: Path) -> None:
    run_tests(migrated_chat)


def test_a_function_elsewhere_pushes_over_http(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "app.py").write_text("def handle(event, context):\n    return {'statusCode': 200}\n")
    worker = "import boto3\n\nclient = boto3.client('apigatewaymanagementapi', endpoint_url='x')\n\n\n"
    worker += "def run(event, context):\n    client.post_to_connection(ConnectionId=event['id'], Data='hi')\n"
    (app / "worker.py").write_text(worker)
    made = inventory(
        {"$connect": "app.py:handle"}, authorizer=None, handlers=(handler("worker.py:run", "Q", kind="queue"),)
    )
    place = Location(path="worker.py", line=7, column=5)
    push = Push(location=place, recipient="one", evidence="", function="run", handlers=("worker.py:run",))
    apply_plan(plan_migration(app, made.model_copy(update={"pushes": (push,)})), tmp_path / "out")
    run_tests(tmp_path / "out")


def run_tests(folder: Path, **more: str) -> None:
    command = [sys.executable, "-m", "pytest", "tests_sse", "-q", "-p", "no:cacheprovider", "-rs"]
    finished = subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "skipped" not in finished.stdout, finished.stdout


def test_a_function_that_exits_ends_its_work_and_not_the_service(migrated_chat: Path, tmp_path: Path) -> None:
    spoiled = shutil.copytree(migrated_chat, tmp_path / "exits")
    messages = spoiled / "tenant_chat" / "messages.py"
    text = messages.read_text()
    assert '    return {"type": "pong"' in text
    messages.write_text(
        text.replace('    return {"type": "pong"', '    raise SystemExit(3)\n    return {"type": "pong"')
    )
    with running_migrated(spoiled) as base, open_stream(f"{base}/stream", {"token": token("ana")}) as ana:
        answer = ana.send('{"type": "ping"}')
        assert (answer.status_code, answer.json()["message"]) == (500, "Internal server error")
        assert ana.send('{"type": "chat", "text": "still here"}').status_code == 200
