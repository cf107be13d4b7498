"""What of an inventory the shim may serve, and what it refuses with a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migrator.hosting import (
    NotHostable,
    _deployed,
    _environment,
    _one_for_all,
    api_definition,
    token_places,
    web_folder,
)
from migrator.inventory.model import Api, Client, Handler, Inventory, Problem, Resource, Route, Trigger
from migrator.inventory.record import Location

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


def handler(name: str, **environment: str) -> Handler:
    return Handler(
        id=f"app.py:{name}",
        path="app.py",
        module="app",
        function=name,
        language="python",
        triggers=(Trigger(kind="route", source=name),),
        environment=environment,
    )


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


def own(*handlers: Handler) -> dict[str, dict[str, str]]:
    inventory = Inventory(application="a", handlers=handlers)
    return {handler.id: _environment(inventory, handler.id) for handler in handlers}


class TestTheEnvironment:
    def test_functions_that_disagree_are_not_mixed(self) -> None:
        with pytest.raises(NotHostable, match=r"TABLE is 'a' for one function and 'b' for app\.py:two"):
            _one_for_all(own(handler("one", TABLE="a"), handler("two", TABLE="b")))

    def test_the_caller_can_choose(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TABLE", "c")

        assert own(handler("one", TABLE="a"), handler("two", TABLE="b")) == {"app.py:one": {}, "app.py:two": {}}

    def test_what_one_has_more_than_the_other_does_no_harm(self) -> None:
        assert _one_for_all(own(handler("one", TABLE="a"), handler("two", QUEUE="b"))) == {"TABLE": "a", "QUEUE": "b"}

    def test_a_functions_own_variables_win_over_those_of_all(self) -> None:
        inventory = Inventory(application="a", handlers=(handler("one", TABLE="own"),), environment={"TABLE": "all"})

        assert _environment(inventory, "app.py:one") == {"TABLE": "own"}


class TestDeployedFunctions:
    declared = handler("say").model_copy(update={"declared_in": Location(path="s.yml", line=7)})
    resource = Resource(
        id="SayFunction",
        type="AWS::Serverless::Function",
        use="websocket_only",
        reason="",
        properties={"FunctionName": "chat-say"},
        location=Location(path="s.yml", line=7),
    )

    def test_a_name_that_is_not_known_is_asked_for(self) -> None:
        with pytest.raises(NotHostable, match=r"app\.py:say: its name at Lambda is not declared and has to be given"):
            _deployed(Inventory(application="a", handlers=(self.declared,)), {"app.py:say"}, {})

    def test_a_name_for_what_is_not_there_is_refused(self) -> None:
        with pytest.raises(NotHostable, match=r"app\.py:sya is given a name at Lambda, but no route has it"):
            _deployed(Inventory(application="a"), set(), {"app.py:sya": "chat-say"})

    def test_a_declared_name_is_taken(self) -> None:
        inventory = Inventory(application="a", handlers=(self.declared,), resources=(self.resource,))

        assert _deployed(inventory, {"app.py:say"}, {}) == {"app.py:say": "chat-say"}

    def test_a_given_one_wins(self) -> None:
        inventory = Inventory(application="a", handlers=(self.declared,), resources=(self.resource,))

        assert _deployed(inventory, {"app.py:say"}, {"app.py:say": "other:live"}) == {"app.py:say": "other:live"}


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

hosted = host(Path(sys.argv[1]), Inventory.model_validate_json(sys.argv[2]), aws="moto", workers=sys.argv[4])
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


def test_a_declared_part_that_was_not_understood_is_not_guessed() -> None:
    problem = Problem(location=Location(path="s.yml", line=3), message="not YAML", serious=True)

    with pytest.raises(NotHostable, match=r"s\.yml:3:1: not YAML"):
        api_definition(Inventory(application="a", apis=(API,), problems=(problem,)))


def test_one_api_is_expected() -> None:
    with pytest.raises(NotHostable, match="these were found: none"):
        api_definition(Inventory(application="a"))


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
