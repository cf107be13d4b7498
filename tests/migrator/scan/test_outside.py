"""Functions that no route runs: what their code reads of the event, and tables that are more because of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from tests.board import board

CHANGES = """
    import json
    from board import table, tell


    def run(event, context):
        {body}
        tell("x", {{}})
    """


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    return scan_application(board(tmp_path_factory.mktemp("scanned") / "board"))


def reads_of(folder: Path, *lines: str) -> set[str]:
    app = board(folder / "board")
    body = "\n        ".join(lines)
    (app / "src" / "changes.py").write_text(dedent(CHANGES.format(body=body)), "utf-8")
    return {key.name for key in scan_application(app).handler("src/changes.py:run").reads}


def test_of_functions_of_routes_only_the_message_is_told(scanned: Inventory) -> None:
    assert scanned.handler("src/sockets.py:note").reads == ()
    assert [key.name for route in scanned.apis[0].routes for key in route.reads] == ["text"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("other = {}; other['Records']", set()),
        ("event[context.name]", set()),
        ("table.get_item(Key={'id': event['id']})['Item']['room']", {"id"}),
        ("json.loads(json.loads(event['twice']))['inner']", {"twice"}),
    ],
)
def test_what_is_not_of_the_event_is_left_alone(tmp_path: Path, line: str, expected: set[str]) -> None:
    assert reads_of(tmp_path, line) == expected


def test_json_in_a_text_of_the_event_is_read_through(scanned: Inventory) -> None:
    read = {key.name: key for key in scanned.handler("src/jobs.py:run").reads}
    assert read.keys() == {"Records", "Records[].body", "Records[].body{}.room", "Records[].body{}.job"}
    assert (read["Records"].kind, read["Records[].body"].kind) == ("list", "text")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Note(**json.loads(event['body']))", "body{}"),
        ("[Note.model_validate_json(record['body']) for record in event['Records']]", "Records[].body{}"),
        ("[Note.model_validate(json.loads(record['body'])) for record in event['Records']]", "Records[].body{}"),
    ],
)
def test_what_a_model_declares_lies_where_the_model_is_made_of(tmp_path: Path, line: str, place: str) -> None:
    app = board(tmp_path / "board")
    model = "from pydantic import BaseModel\n\nclass Note(BaseModel):\n    room: str\n    text: str = ''\n"
    (app / "src" / "changes.py").write_text(model + dedent(CHANGES.format(body=line)), "utf-8")
    read = {key.name: key.required for key in scan_application(app).handler("src/changes.py:run").reads}
    assert (read[f"{place}.room"], read[f"{place}.text"]) == (True, False)
    assert not {"room", "text"} & read.keys()


def test_an_image_is_read_with_the_types_of_its_attributes(scanned: Inventory) -> None:
    read = {key.name: key for key in scanned.handler("src/changes.py:run").reads}
    assert {"Records[].dynamodb.NewImage.room.S", "Records[].dynamodb.NewImage.text.S"} < read.keys()
    assert read["Records[].eventName"].literals == ("REMOVE",)


def test_what_the_code_sends_to_is_the_id_of_a_connection_whatever_it_is_called(tmp_path: Path) -> None:
    app = board(tmp_path / "board")
    code = (app / "src" / "changes.py").read_text("utf-8")
    sending = "        client.post_to_connection(ConnectionId=record['dynamodb']['Keys']['peer']['S'], Data=b'')\n"
    client = "import boto3\nclient = boto3.client('apigatewaymanagementapi')\n"
    (app / "src" / "changes.py").write_text(client + code + sending, "utf-8")
    read = {key.name: key.kind for key in scan_application(app).handler("src/changes.py:run").reads}
    assert read["Records[].dynamodb.Keys.peer"] == "connection"
    assert read["Records[].dynamodb.NewImage.room"] == "object"


def test_resources_that_have_names_are_told_by_them(scanned: Inventory) -> None:
    names = {resource.id: resource.name for resource in scanned.resources}
    assert (names["Notes"], names["Jobs"], names["Tick"]) == ("board-Notes", "board-Jobs", "board-Tick")
    assert names["NoteRoute"] is None


def test_a_table_of_connections_whose_stream_runs_a_function_is_more_than_that(scanned: Inventory) -> None:
    stores = {store.id: store for store in scanned.stores}
    assert stores["Notes"].holds_connections
    assert stores["Notes"].other_uses == ("its stream runs src/changes.py:run",)
    assert stores["Connections"].other_uses == ()
