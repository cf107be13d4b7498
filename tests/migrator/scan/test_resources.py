"""What each resource is for. What must stay is asserted first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import CLIENT, SERVERLESS, scan

TABLES = """
resources:
  Resources:
    Connections:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: notes-connections
        KeySchema: [{AttributeName: connection_id, KeyType: HASH}]
        AttributeDefinitions: [{AttributeName: connection_id, AttributeType: S}]
    Orders:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: notes-orders
        KeySchema: [{AttributeName: order, KeyType: HASH}]
        AttributeDefinitions: [{AttributeName: order, AttributeType: S}]
    News: {Type: AWS::SNS::Topic}
    SayAlarm:
      Type: AWS::CloudWatch::Alarm
      Properties: {Dimensions: [{Name: FunctionName, Value: !Ref SayLambdaFunction}]}
    NightAlarm:
      Type: AWS::CloudWatch::Alarm
      Properties: {Dimensions: [{Name: FunctionName, Value: !Ref NightLambdaFunction}]}
    BothDashboard:
      Type: AWS::CloudWatch::Dashboard
      Properties: {DashboardBody: !Sub '${SayLambdaFunction} ${NightLambdaFunction}'}
"""
SAY = """
    def say(event, context):
        orders = boto3.resource("dynamodb").Table("notes-orders")
        orders.put_item(Item={"order": "1"})

    def night(event, context):
        return None
"""


def application(tmp_path: Path, say: str = SAY, functions: str = "", more: str = "") -> Inventory:
    night = "      night:\n        handler: app.night\n        events: [{schedule: rate(1 day)}]\n"
    text = SERVERLESS + night + functions
    lines = [line.removeprefix("    ") for line in text.splitlines()]
    return scan(tmp_path, {"serverless.yml": "\n".join(lines) + "\n" + TABLES + more, "app.py": _code(say)})


def _code(say: str) -> str:
    return dedent(CLIENT) + dedent(say)


def uses(found: Inventory) -> dict[str, str]:
    return {resource.id: resource.use for resource in found.resources}


def test_what_has_nothing_to_do_with_connections_is_unrelated(tmp_path: Path) -> None:
    found = uses(application(tmp_path))

    assert found["Orders"] == "unrelated"
    assert found["News"] == "unrelated"
    assert found["NightLambdaFunction"] == "unrelated"
    assert found["NightLogGroup"] == "unrelated"
    assert found["NightAlarm"] == "unrelated"


def test_what_serves_both_is_shared(tmp_path: Path) -> None:
    assert uses(application(tmp_path))["BothDashboard"] == "shared"


def test_what_only_the_websocket_path_uses_is_named(tmp_path: Path) -> None:
    found = uses(application(tmp_path))

    for name in (
        "WebsocketsApi", "WebsocketsDeploymentStage", "SconnectWebsocketsRoute", "sayWebsocketsRoute",
        "SayWebsocketsIntegration", "SayLambdaFunction", "SayLogGroup", "SayLambdaPermissionWebsockets", "SayAlarm",
        "Connections",
    ):  # fmt: skip
        assert found[name] == "websocket_only", name


def test_a_function_that_something_else_starts_too_is_shared(tmp_path: Path) -> None:
    functions = "      both:\n        handler: app.say\n        events: [{http: GET /say}]\n"
    found = {resource.id: resource for resource in application(tmp_path, functions=functions).resources}

    assert found["SayLambdaFunction"].use == "shared"
    assert "http" in found["SayLambdaFunction"].reason


def test_a_function_that_sends_from_elsewhere_is_shared(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        pass

    def night(event, context):
        for item in table.scan()["Items"]:
            client_of(event).post_to_connection(ConnectionId=item["connection_id"], Data=b"")
    """
    found = {resource.id: resource for resource in application(tmp_path, say).resources}

    assert found["NightLambdaFunction"].use == "shared"
    assert "schedule rate(1 day) starts it" in found["NightLambdaFunction"].reason


def test_a_table_that_holds_more_than_connections_is_shared(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        table.put_item(Item={"connection_id": event["requestContext"]["connectionId"], "history": []})

    def night(event, context):
        pass
    """
    found = {resource.id: resource for resource in application(tmp_path, say).resources}

    assert found["Connections"].use == "shared"
    assert "history" in found["Connections"].reason


def test_a_table_that_no_code_uses_is_not_called_anything(tmp_path: Path) -> None:
    say = "def say(event, context):\n    pass\n\ndef night(event, context):\n    pass\n"

    assert uses(application(tmp_path, say))["Orders"] == "unknown"


def test_statements_that_allow_pushing_are_found(tmp_path: Path) -> None:
    text = SERVERLESS.replace(
        "      runtime: python3.11",
        "      runtime: python3.11\n      iam:\n        role:\n          statements:\n"
        "            - {Effect: Allow, Action: 'dynamodb:*', Resource: '*'}\n"
        "            - {Effect: Allow, Action: ['execute-api:ManageConnections'], Resource: '*'}",
    )
    found = scan(tmp_path, {"serverless.yml": text, "app.py": _code(SAY)})

    statements = [resource for resource in found.resources if resource.type == "AWS::IAM::Statement"]
    assert [(item.id, item.use) for item in statements] == [("provider.iam.role.statements[1]", "websocket_only")]


def test_resources_name_what_refers_to_them(tmp_path: Path) -> None:
    found = {resource.id: resource for resource in application(tmp_path).resources}

    assert "SayAlarm" in found["SayLambdaFunction"].referrers


def test_log_groups_tell_how_long_they_are_kept(tmp_path: Path) -> None:
    files = {
        "serverless.yml": dedent("""
            service: s
            provider: {name: aws, runtime: python3.11, logRetentionInDays: 14}
            functions:
              say: {handler: app.say, events: [{websocket: say}]}
              hear: {handler: app.say, logRetentionInDays: 3, events: [{websocket: hear}]}
            """),
        "app.py": "def say(event, context):\n    return {'statusCode': 200}\n",
    }
    kept = {found.id: found.properties for found in scan(tmp_path, files).resources if found.id.endswith("LogGroup")}

    assert kept == {"SayLogGroup": {"RetentionInDays": "14"}, "HearLogGroup": {"RetentionInDays": "3"}}
