"""Chalice: decorated functions as routes, settings of a stage, and what `chalice package` leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.inventory.model import CustomDomain, Inventory, Trigger
from tests.migrator.scan.applications import scan

APP = """
    from chalice import Chalice
    from boto3 import Session

    app = Chalice(app_name="shop")
    app.websocket_api.session = Session()

    @app.on_ws_connect()
    def hello(event):
        remember(event.connection_id)

    @app.on_ws_message()
    def said(event):
        app.websocket_api.send(event.connection_id, event.body)

    @app.on_ws_disconnect()
    def gone(event):
        forget(event.connection_id)
"""
TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Rows": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "rows",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            },
        },
        "WebsocketConnect": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "./deployment.zip",
                "Handler": "app.hello",
                "Environment": {"Variables": {"TABLE": {"Ref": "Rows"}}},
            },
        },
        "WebsocketAPI": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
    },
}
KEPT = {name: value for name, value in TEMPLATE["Resources"].items() if name != "WebsocketAPI"}  # type: ignore[attr-defined]


def routes(found: Inventory) -> dict[str, str]:
    return {route.key: route.handler for api in found.apis for route in api.routes}


def test_an_application_without_websockets_is_left_alone(tmp_path: Path) -> None:
    code = "from chalice import Chalice\napp = Chalice(app_name='x')\n@app.route('/')\ndef index():\n    return {}\n"
    found = scan(tmp_path, {"app.py": code, "web.js": "new WebSocket('wss://x')"})

    assert found.apis == ()
    assert found.declared_by == ("code",)


def test_registrations_in_tests_are_left_alone(tmp_path: Path) -> None:
    assert set(routes(scan(tmp_path, {"tests/test_app.py": APP, "app.py": APP}))) == {
        "$connect",
        "$default",
        "$disconnect",
    }


def test_decorated_functions_are_routes(tmp_path: Path) -> None:
    found = scan(tmp_path, {"service/app.py": APP})

    assert found.declared_by == ("chalice",)
    assert routes(found) == {
        "$connect": "service/app.py:hello", "$default": "service/app.py:said", "$disconnect": "service/app.py:gone",
    }  # fmt: skip
    (api,) = found.apis
    assert (api.stage, api.route_selection_expression, api.inferred) == ("api", "$request.body.action", False)
    assert [(h.framework, h.framework_object, h.root, h.module) for h in found.handlers] == [
        ("chalice", "app:app", "service", "app")
    ] * 3
    assert [route.location.line for route in api.routes] == [8, 12, 16]


@pytest.mark.parametrize(
    "beginning",
    [
        "import chalice\napp = chalice.Chalice(app_name='s')\n",
        "from chalice import Chalice\napp: Chalice = Chalice(app_name='s')\n",
        "from chalice import Chalice as C, Chalice\napp = Chalice('s')\napp.debug = True\n",
    ],
)
def test_the_application_however_it_is_made(tmp_path: Path, beginning: str) -> None:
    code = beginning + "@app.on_ws_message(name='talk')\ndef said(event):\n    pass\n"

    assert routes(scan(tmp_path, {"app.py": code})) == {"$default": "app.py:said"}


def test_blueprints(tmp_path: Path) -> None:
    app = (
        "from chalice import Chalice\nfrom chalicelib.talk import bp\napp = Chalice('s')\napp.register_blueprint(bp)\n"
    )
    talk = "from chalice import Blueprint\nbp = Blueprint(__name__)\n@bp.on_ws_message()\ndef said(event):\n    pass\n"
    found = scan(tmp_path, {"app.py": app, "chalicelib/__init__.py": "", "chalicelib/talk.py": talk})

    assert routes(found) == {"$default": "chalicelib/talk.py:said"}
    assert (found.handlers[0].module, found.handlers[0].framework_object) == ("chalicelib.talk", "app:app")


def test_two_applications_are_two_apis(tmp_path: Path) -> None:
    found = scan(tmp_path, {"one/app.py": APP, "two/app.py": APP})

    assert [api.routes[0].handler for api in found.apis] == ["one/app.py:hello", "two/app.py:hello"]


def test_the_settings_of_the_stage(tmp_path: Path) -> None:
    settings = {
        "app_name": "shop",
        "environment_variables": {"TONE": "calm", "A": "1"},
        "stages": {
            "prod": {"api_gateway_stage": "live"},
            "dev": {
                "api_gateway_stage": "test",
                "environment_variables": {"TONE": "loud"},
                "lambda_functions": {"said": {"environment_variables": {"B": "2"}}},
                "websocket_api_custom_domain": {"domain_name": "WS.example.com", "url_prefix": "/chat"},
            },
        },
    }
    found = scan(tmp_path, {"app.py": APP, ".chalice/config.json": json.dumps(settings)})

    (api,) = found.apis
    assert (api.name, api.stage) == ("shop-dev-websocket-api", "test")
    assert api.domains == (CustomDomain(host="ws.example.com", base_path="chat"),)
    assert {handler.function: handler.environment for handler in found.handlers} == {
        "hello": {"TONE": "loud", "A": "1"}, "said": {"TONE": "loud", "A": "1", "B": "2"}, "gone": {"TONE": "loud", "A": "1"},
    }  # fmt: skip


def test_settings_that_are_no_json_are_a_problem(tmp_path: Path) -> None:
    found = scan(tmp_path, {"app.py": APP, ".chalice/config.json": "{"})

    assert [(problem.location.path, problem.serious) for problem in found.problems] == [(".chalice/config.json", True)]
    assert len(routes(found)) == 3


def test_a_policy_written_by_hand(tmp_path: Path) -> None:
    settings = {"autogen_policy": False, "iam_policy_file": "own.json"}
    policy = {"Statement": [{"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": "*"}]}
    files = {".chalice/config.json": json.dumps(settings), ".chalice/own.json": json.dumps(policy)}
    found = {item.id: item for item in scan(tmp_path, {"app.py": APP, **files}).resources}

    assert found["DefaultRole[0]"].use == "websocket_only"
    assert found["DefaultRole[0]"].location.path == ".chalice/own.json"


def test_what_chalice_package_makes_hides_no_sources(tmp_path: Path) -> None:
    found = scan(tmp_path, {"app.py": APP, "out/sam.json": json.dumps(TEMPLATE)})

    assert len(found.apis) == 1
    assert routes(found)["$connect"] == "app.py:hello"
    assert [problem.serious for problem in found.problems] == [False]
    assert [definition["TableName"] for definition in found.table_definitions] == ["rows"]
    assert found.handlers[0].environment == {"TABLE": "rows"}


def test_a_template_that_is_merged_adds_tables_and_variables(tmp_path: Path) -> None:
    found = scan(tmp_path, {"app.py": APP, "resources.json": json.dumps({"Resources": KEPT})})

    assert found.problems == ()
    assert found.handlers[0].environment == {"TABLE": "rows"}
    assert [definition["TableName"] for definition in found.table_definitions] == ["rows"]


@pytest.mark.parametrize(
    ("decorator", "trigger"),
    [
        ("on_sqs_message(queue='jobs')", Trigger(kind="queue", source="jobs")),
        ("on_sns_message('news')", Trigger(kind="queue", source="news")),
        ("on_dynamodb_record(stream_arn=ARN)", Trigger(kind="stream", source="ARN")),
        ("schedule('rate(1 hour)')", Trigger(kind="schedule", source="rate(1 hour)")),
        ("lambda_function()", Trigger(kind="call", source="other")),
        ("route('/all', methods=['POST'])", Trigger(kind="call", source="http POST /all")),
    ],
)
def test_other_triggers(tmp_path: Path, decorator: str, trigger: Trigger) -> None:
    other = f"\n    @app.{decorator}\n    def other(event):\n        import boto3\n"
    other += "        client = boto3.client('apigatewaymanagementapi', endpoint_url='https://x')\n"
    other += "        client.post_to_connection(ConnectionId='a', Data=b'')\n"
    found = scan(tmp_path, {"app.py": APP + other})

    assert [handler.triggers for handler in found.handlers if handler.function == "other"] == [(trigger,)]
