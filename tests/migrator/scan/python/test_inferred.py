"""Routes without infrastructure: what isn't a handler first."""

from __future__ import annotations

from pathlib import Path

from migrator.inventory.model import Inventory, Trigger
from tests.migrator.scan.applications import scan

OWN = "event['requestContext']['connectionId']"


def routes(found: Inventory) -> dict[str, str]:
    return {route.key: route.handler for api in found.apis for route in api.routes}


def test_helpers_that_take_an_event_are_not_handlers(tmp_path: Path) -> None:
    code = f"def log_socket(event, level):\n    print({OWN})\n\ndef on_connect(event, context):\n    log_socket(event, 1)\n"

    assert routes(scan(tmp_path, {"app.py": code})) == {"$connect": "app.py:on_connect"}


def test_handlers_of_other_events_are_not_routes(tmp_path: Path) -> None:
    code = """
    import boto3

    def handler(event, context):
        client = boto3.client("apigatewaymanagementapi")
        for record in event["Records"]:
            client.post_to_connection(ConnectionId=record["connectionId"], Data=b"")
    """
    found = scan(tmp_path, {"worker.py": code, "connect.py": f"def handler(event, context):\n    {OWN}\n"})

    assert routes(found) == {"$connect": "connect.py:handler"}
    assert found.handler("worker.py:handler").triggers == (Trigger(kind="call", source="not known"),)


def test_inferred_routes_are_said_to_be_inferred(tmp_path: Path) -> None:
    found = scan(tmp_path, {"connect.py": f"def handler(event, context):\n    {OWN}\n"})

    assert found.apis[0].inferred
    assert found.declared_by == ("code",)
    assert any("inferred from the code" in problem.message for problem in found.problems)


def test_names_of_functions_files_and_folders_tell_the_route(tmp_path: Path) -> None:
    handler = f"def lambda_handler(event, context):\n    {OWN}\n"
    found = scan(
        tmp_path,
        {
            "connectHandler/lambda_function.py": handler,
            "on_disconnect/app.py": handler,
            "default.py": handler,
            "sendMessageHandler/index.py": handler,
            "web.js": "const s = new WebSocket('wss://x');\ns.send(JSON.stringify({action: 'sendmessage'}));\n",
        },
    )

    assert routes(found) == {
        "$connect": "connectHandler/lambda_function.py:lambda_handler",
        "$disconnect": "on_disconnect/app.py:lambda_handler",
        "$default": "default.py:lambda_handler",
        "sendmessage": "sendMessageHandler/index.py:lambda_handler",
    }


def test_comparisons_with_the_route_key_tell_the_routes(tmp_path: Path) -> None:
    code = """
    def handler(event, context):
        key = event["requestContext"]["routeKey"]
        if key in ("$connect", "$disconnect"):
            return 1
        return 2 if key == "say" else 3
    """
    assert set(routes(scan(tmp_path, {"app.py": code}))) == {"$connect", "$disconnect", "say"}


def test_an_api_of_terraform_without_routes_lends_its_expression(tmp_path: Path) -> None:
    api = 'protocol_type = "WEBSOCKET"\n  route_selection_expression = "$request.body.kind"'
    found = scan(
        tmp_path,
        {
            "main.tf": f'resource "aws_apigatewayv2_api" "x" {{\n  {api}\n}}\n',
            "connect.py": f"def handler(event, context):\n    {OWN}\n",
        },
    )

    assert found.apis[0].inferred
    assert found.apis[0].route_selection_expression == "$request.body.kind"


def test_a_handler_that_sends_to_the_domain_of_its_event_serves_a_route(tmp_path: Path) -> None:
    code = """
    import boto3

    def handler(event, context):
        url = "https://" + event["requestContext"]["domainName"]
        client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
        client.post_to_connection(ConnectionId="x", Data=b"")
    """
    assert set(routes(scan(tmp_path, {"shout.py": code}))) == {"shout"}
