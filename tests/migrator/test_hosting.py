"""What of an inventory the shim may serve, and what it refuses with a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migrator.hostable import NotHostable
from migrator.hosting import api_definition, bridge, token_places, web_folder
from migrator.inventory.model import (
    Api,
    Client,
    FunctionlessRoute,
    Handler,
    Integration,
    Inventory,
    Problem,
    Route,
)
from migrator.inventory.record import Location
from shim.config.errors import SettingMissing
from shim.gateway.definition import ApiDefinition
from tests.migrator.configured import configured, handler

API = Api(
    id="Api",
    name="api",
    routes=(Route(key="say", handler="app.py:say", location=Location(path="s.yml")),),
    location=Location(path="s.yml"),
)

TABLE: dict[str, object] = {
    "TableName": "items",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def client(path: str) -> Client:
    return Client(location=Location(path=path), language="javascript", library="WebSocket")


def page(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<!doctype html>")


class TestThePageOfTheApplication:
    def test_a_folder_with_server_code_is_never_served(self, tmp_path: Path) -> None:
        page(tmp_path)
        inventory = Inventory(application="a", apis=(API,), handlers=(handler("say"),), clients=(client("index.html"),))

        assert web_folder(tmp_path, inventory) is None

    def test_a_folder_of_its_own_is(self, tmp_path: Path) -> None:
        page(tmp_path / "web")
        inventory = Inventory(
            application="a", apis=(API,), handlers=(handler("say"),), clients=(client("web/chat.js"),)
        )

        assert web_folder(tmp_path, inventory) == tmp_path / "web"


HANDLER = """
import os, boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
management = boto3.client("apigatewaymanagementapi", endpoint_url="https://abc.example.com/prod")

def handler(event, context):
    connection_id = event["requestContext"]["connectionId"]
    table.put_item(Item={"id": event["body"]})
    found = boto3.resource("dynamodb").Table(os.environ["TABLE"]).scan()["Items"]
    management.post_to_connection(
        ConnectionId=connection_id, Data=f"{os.environ['WHO']}: {sorted(item['id'] for item in found)}"
    )
    return {"statusCode": 200}
"""

PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from migrator.hosting import host
from migrator.inventory.model import Inventory
from shim.service import Handshake
from tests.migrator.configured import configured

async def talk(hosted):
    serving = asyncio.create_task(hosted.service.run())
    accepted = await hosted.service.connect(Handshake((), (), "192.0.2.1"))
    sent = []
    hosted.service.streams.send = lambda connection_id, data: sent.append(data.decode())
    for key in sys.argv[3].split(","):
        await hosted.service.message(accepted.connection_id, json.dumps({"action": key}), key)
    serving.cancel()
    hosted.close()
    return sent

inventory = Inventory.model_validate_json(sys.argv[2])
hosted = host(Path(sys.argv[1]), inventory, configured(inventory, {"backend.python.workers": sys.argv[4]}))
print(json.dumps([hosted.aws, asyncio.run(talk(hosted))]))
"""


def talk(app: Path, *handlers: Handler, workers: str = "auto") -> Any:
    """What handlers pushed when each was called once, and which AWS they had. In a process of its own."""
    routes = tuple(Route(key=f"r{n}", handler=handler.id, location=API.location) for n, handler in enumerate(handlers))
    inventory = Inventory(
        application="a",
        apis=(API.model_copy(update={"routes": routes}),),
        handlers=handlers,
        environment={"TABLE": "items"},
        table_definitions=(TABLE,),
    )
    keys = ",".join(route.key for route in routes)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(app), inventory.model_dump_json(), keys, workers],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def api_of(inventory: Inventory, given: dict[str, Any] | None = None) -> ApiDefinition:
    return api_definition(inventory, configured(inventory, given or {}))


def test_a_declared_part_that_was_not_understood_is_not_guessed() -> None:
    problem = Problem(location=Location(path="s.yml", line=3), message="not YAML", serious=True)

    with pytest.raises(NotHostable, match=r"s\.yml:3:1: not YAML"):
        api_of(Inventory(application="a", apis=(API,), problems=(problem,)))


def test_a_part_that_the_scan_did_not_rewrite_and_the_shim_serves_is_no_problem() -> None:
    problem = Problem(location=Location(path="s.yml", line=3), message="a template", serious=True, served=True)

    assert list(api_of(Inventory(application="a", apis=(API,), problems=(problem,))).routes) == ["say"]


def test_an_integration_that_can_not_be_called_is_named() -> None:
    integration = Integration(type="HTTP_PROXY", uri="ftp://example.org", location=API.location)
    route = FunctionlessRoute(key="send", integration=integration, location=API.location)

    with pytest.raises(NotHostable, match=r"route send: "):
        api_of(Inventory(application="a", apis=(API.model_copy(update={"functionless_routes": (route,)}),)))


def test_what_is_configured_wins_over_what_is_declared() -> None:
    given = {"api.stage": "prod", "limits.idle_s": 5, "api.ordered": True}

    served = api_of(Inventory(application="a", apis=(API,)), given)

    assert (served.stage, served.limits.idle_s, served.ordered, served.name) == ("prod", 5, True, "api")
    assert list(served.routes) == ["say"]


def test_one_api_is_expected() -> None:
    with pytest.raises(NotHostable, match="these were found: none"):
        api_of(Inventory(application="a"))


def test_places_of_a_token_are_unknown_without_an_authorizer() -> None:
    assert token_places(Inventory(application="a", apis=(API,))).header is None


def at(root: str, **environment: str) -> Handler:
    base = handler("handler", **environment)
    return base.model_copy(update={"id": f"{root}/app.py:handler", "path": f"{root}/app.py", "root": root})


class TestHosting:
    @pytest.fixture
    def app(self, tmp_path: Path) -> Path:
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "app.py").write_text(HANDLER)
        return tmp_path

    def test_functions_with_environments_of_their_own_share_aws_in_memory(self, app: Path) -> None:
        assert talk(app, at("one", WHO="first"), at("two", WHO="second")) == [
            "moto",
            ['first: [\'{"action": "r0"}\']', 'second: [\'{"action": "r0"}\', \'{"action": "r1"}\']'],
        ]

    @pytest.mark.parametrize("workers", ["threads", "processes"])
    def test_either_way_of_running_gives_the_same(self, app: Path, workers: str) -> None:
        assert talk(app, at("one", WHO="only"), workers=workers) == ["moto", ['only: [\'{"action": "r0"}\']']]

    def test_nothing_is_written_into_the_application(self, app: Path) -> None:
        talk(app, at("one", WHO="first"), at("two", WHO="second"))
        assert sorted(path.name for path in app.rglob("*")) == ["app.py", "app.py", "one", "two"]


class TestBridges:
    def test_an_upstream_is_needed(self) -> None:
        with pytest.raises(SettingMissing, match=r"backend\.rest\.url is missing"):
            bridge(configured(None, {"backend.kind": "rest"}))

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ws://user:secret@127.0.0.1", "ws://"])
    def test_an_address_that_can_not_be_used_is_refused(self, url: str) -> None:
        with pytest.raises(NotHostable, match="can't be used") as raised:
            bridge(configured(None, {"backend.kind": "websocket", "backend.websocket.url": url}))
        assert "secret" not in str(raised.value)

    def test_certificates_that_can_not_be_read_are_named(self, tmp_path: Path) -> None:
        given = {"backend.kind": "rest", "backend.rest.url": "https://127.0.0.1:1"}
        with pytest.raises(NotHostable, match="ca_file: No such file"):
            bridge(configured(None, given | {"backend.rest.ca_file": str(tmp_path / "none.pem")}))

    async def test_a_bridge_has_the_configured_limits(self) -> None:
        given = {"backend.kind": "websocket", "backend.websocket.url": "ws://127.0.0.1:1", "limits.payload_bytes": 9}
        hosted = bridge(configured(None, given))

        assert hosted.service.api.limits.payload_bytes == hosted.service.streams.limits.payload_bytes == 9
        assert hosted.backend is None
