"""Handlers of every style push to the streams of the migrated service with the code that they have."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator

import pytest

from migrator.apply import apply_plan
from migrator.rewrite import plan_migration
from tests.migrator.rewrite.applications import inventory
from tests.running import running_migrated
from tests.shim.sse_client import open_stream

HEAD = """
import json
GONE = "not-there"


def own(event):
    return event["requestContext"]["connectionId"]


def base(event):
    return "https://" + event["requestContext"]["domainName"] + "/" + event["requestContext"]["stage"]

"""

STYLES = {
    "requests": """
import requests


def post(url, data):
    response = requests.post(url, data=data, headers={"Authorization": "AWS4-HMAC-SHA256 ..."}, timeout=3)
    return response.status_code, response.ok


def handle(event, context):
    statuses = [post(f"{base(event)}/@connections/{i}", "hi") for i in (own(event), GONE)]
    post(f"{base(event)}/@connections/{own(event)}", json.dumps(statuses))
    return {"statusCode": 200}
""",
    "urllib3": """
import urllib3

http = urllib3.PoolManager()


def post(event, i, data):
    url = "%s/@connections/%s" % (base(event), i)
    answer = http.request("POST", url, body=data.encode(), headers={})
    return answer.status, answer.data.decode()[:1]


def handle(event, context):
    statuses = [post(event, i, "hi") for i in (own(event), GONE)]
    post(event, own(event), json.dumps(statuses))
    return {"statusCode": 200}
""",
    "httpx": """
import httpx


def handle(event, context):
    httpx.post(base(event) + "/@connections/" + own(event), content=b"hi").raise_for_status()
    try:
        httpx.delete(base(event) + "/@connections/" + GONE).raise_for_status()
    except httpx.HTTPStatusError as error:
        gone = error.response.status_code
    about = httpx.get(base(event) + "/@connections/" + own(event)).json()
    httpx.post(base(event) + "/@connections/" + own(event), json=[gone, sorted(about)])
    return {"statusCode": 200}
""",
    "asynchronous": """
import asyncio

import aioboto3


async def send(event, i, data):
    session = aioboto3.Session()
    async with session.client("apigatewaymanagementapi", endpoint_url=base(event)) as client:
        try:
            await client.post_to_connection(ConnectionId=i, Data=data)
        except client.exceptions.GoneException as error:
            return error.response["Error"]["Code"]
    return "sent"


async def all_of(event):
    return await asyncio.gather(*(send(event, i, "hi") for i in (own(event), GONE)))


def handle(event, context):
    told = asyncio.run(all_of(event))
    asyncio.run(send(event, own(event), json.dumps(told)))
    return {"statusCode": 200}
""",
    "threads": """
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread

import boto3

make = partial(boto3.client, "apigatewaymanagementapi")


def handle(event, context):
    client = make(endpoint_url=base(event))
    first = Thread(target=client.post_to_connection, kwargs={"ConnectionId": own(event), "Data": "hi"})
    first.start()
    first.join()
    with ThreadPoolExecutor() as pool:
        failed = pool.submit(client.post_to_connection, ConnectionId=GONE, Data="hi").exception()
        list(pool.map(lambda i: client.post_to_connection(ConnectionId=i, Data=json.dumps(str(failed)[:30])), [own(event)]))
    return {"statusCode": 200}
""",
}
TOLD = {
    "requests": [[200, True], [410, False]],
    "urllib3": [[200, ""], [410, "{"]],
    "httpx": [410, ["connectedAt", "lastActiveAt"]],
    "asynchronous": ["sent", "GoneException"],
    "threads": "An error occurred (GoneExcepti",
}

CHALICE = """
from boto3 import Session
from chalice import Chalice, WebsocketDisconnectedError

app = Chalice(app_name="chat")
app.websocket_api.session = Session()
app.experimental_feature_flags.update(["WEBSOCKETS"])


@app.on_ws_message()
def message(event):
    app.websocket_api.send(event.connection_id, "hi")
    try:
        app.websocket_api.send("not-there", "hi")
    except WebsocketDisconnectedError as gone:
        app.websocket_api.send(connection_id=event.connection_id, message='["' + gone.connection_id + '"]')
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = tmp_path_factory.mktemp("legacy")
    # a handler that something else may call keeps its event
    styles = {f"style_{name}.py": f"{HEAD}{text}\n\nHANDLERS = [handle]\n" for name, text in STYLES.items()}
    routes = {name: f"style_{name}.py:handle" for name in STYLES}
    if importlib.util.find_spec("chalice") is not None:
        styles["app.py"] = CHALICE
        routes["$default"] = "app.py:message"
    for name, text in styles.items():
        (app / name).write_text(text, encoding="utf-8")
    plan = plan_migration(app, inventory(routes, authorizer=None))
    assert {route.level for route in plan.routes} == {"transport"}
    assert plan.findings == ()
    out = tmp_path_factory.mktemp("new") / "service"
    apply_plan(plan, out)
    (out / "aioboto3.py").write_text("class Session:\n    pass\n", encoding="utf-8")  # never asked for a client
    with running_migrated(out) as base:
        yield base


@pytest.mark.parametrize("style", STYLES)
def test_a_handler_of_this_style_reaches_its_client_and_notices_who_is_gone(service: str, style: str) -> None:
    with open_stream(f"{service}/stream", {}) as ana:
        assert ana.send(json.dumps({"action": style})).status_code == 200
        assert ana.next().data == "hi"
        assert json.loads(ana.next().data) == TOLD[style]


@pytest.mark.skipif(importlib.util.find_spec("chalice") is None, reason="Chalice is not installed")
def test_a_chalice_application_is_mounted_through_its_own_decorators(service: str) -> None:
    with open_stream(f"{service}/stream", {}) as ana:
        assert ana.send("anything").status_code == 200
        assert ana.next().data == "hi"
        assert json.loads(ana.next().data) == ["not-there"]
