"""What each resource is for. What must stay is asserted first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

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


TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Api:
        Type: AWS::ApiGatewayV2::Api
        Properties: {ProtocolType: WEBSOCKET, Name: chat, RouteSelectionExpression: $request.body.action}
      Route:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Api, RouteKey: say, Target: !Join [/, [integrations, !Ref Integration]]}
      Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Sub "x/${Say.Arn}/invocations"}
      Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: live}}
      Say: {Type: AWS::Serverless::Function, Properties: {Handler: app.say, Runtime: python3.12, Role: !GetAtt SayRole.Arn}}
      Night: {Type: AWS::Serverless::Function, Properties: {Handler: app.night, Runtime: python3.12}}
      Pager: {Type: AWS::SNS::Topic}
"""


def more(tmp_path: Path, resources: str) -> Inventory:
    text = dedent(TEMPLATE) + "".join(f"  {line}\n" for line in dedent(resources).strip().splitlines())
    code = 'def say(event, context):\n    return event["requestContext"]["connectionId"]\n\ndef night(event, context): ...\n'
    return scan(tmp_path, {"template.yaml": text, "app.py": code})


@pytest.mark.parametrize(
    ("resources", "name", "use"),
    [
        ("A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Pager], Dimensions: [{Value: !Ref Night}]}}", "A", "unrelated"),
        ("A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Pager], Dimensions: [{Value: !Ref Say}]}}", "A", "websocket_only"),
        ("A: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: [{Value: !Ref Say}]}}\nC: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub 'ALARM(${A})', AlarmActions: [!Ref Pager]}}", "C", "websocket_only"),
        ("A: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: [{Value: !Ref Say}]}}\nB: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: [{Value: !Ref Night}]}}\nC: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub 'ALARM(${A}) OR ALARM(${B})'}}", "C", "shared"),
        ("Acl: {Type: AWS::WAFv2::WebACL}\nX: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Sub 'y/${Api}/${Stage}'}}", "X", "websocket_only"),
        ("Acl: {Type: AWS::WAFv2::WebACL}\nX: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Sub 'y/${Api}/${Stage}'}}", "Acl", "websocket_only"),
        ("Key: {Type: AWS::KMS::Key}\nL: {Type: AWS::Logs::LogGroup, Properties: {KmsKeyId: !GetAtt Key.Arn, LogGroupName: !Sub '/aws/lambda/${Say}'}}", "L", "websocket_only"),
        ("D: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: x.example}}\nM: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, DomainName: !Ref D, Stage: !Ref Stage}}", "D", "websocket_only"),
        ("H: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}\nD: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: x.example}}\nM: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, DomainName: !Ref D}}\nN: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref H, DomainName: !Ref D}}", "D", "shared"),
        ("D: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: x.example}}\nM: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, DomainName: !Ref D, Stage: !Ref Stage}}\nR: {Type: AWS::Route53::RecordSet, Properties: {AliasTarget: {DNSName: !GetAtt D.RegionalDomainName}}}", "R", "websocket_only"),
        ("P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub 'wss://${Api}.execute-api.x/${Stage}'}}", "P", "websocket_only"),
        ("P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Pager}}", "P", "unrelated"),
        ("SayRole: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}\nP: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref SayRole], PolicyDocument: {}}}", "P", "websocket_only"),
        ("SayRole: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}\nP: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref SayRole], PolicyDocument: {}}}", "SayRole", "websocket_only"),
        ("L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: x}}\nT: {Type: AWS::Serverless::Function, Properties: {Handler: app.night, Layers: [!Ref L]}}", "L", "unrelated"),
    ],
)  # fmt: skip
def test_what_parts_are_about(tmp_path: Path, resources: str, name: str, use: str) -> None:
    assert uses(more(tmp_path, resources))[name] == use


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("'*'", "it allows W to send to connections, of any API in the account"),
        ("!Sub 'arn:aws:execute-api:r:a:${Api}/*'", "it allows W to send to connections"),
    ],
)
def test_who_may_send_is_told(tmp_path: Path, resource: str, reason: str) -> None:
    statement = f"{{Effect: Allow, Action: execute-api:ManageConnections, Resource: {resource}}}"
    found = more(
        tmp_path,
        f"W: {{Type: AWS::Serverless::Function, Properties: {{Handler: app.night, Policies: [{{Statement: [{statement}]}}]}}}}",
    )

    assert [r.reason for r in found.resources if r.type == "AWS::IAM::Statement"] == [reason]
