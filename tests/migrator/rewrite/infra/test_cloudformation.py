"""SAM and CloudFormation: what only the WebSocket API uses leaves later, and nothing else moves."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from migrator.rewrite.infra.text_edits import apply_edits
from migrator.rewrite.infra.yaml_document import Document
from tests.migrator.rewrite.infra.stacks import after_both_steps, apply_later, outcome, planned

HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31

Resources:
"""
API = """\
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: prod, AutoDeploy: true}
  SayRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: say
      Target: !Sub integrations/${SayIntegration}
  SayIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Say.Arn}/invocations
  Say:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.say
      Runtime: python3.11
"""
REST = """\
  Rest:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: rest.run
      Runtime: python3.11
      Events:
        Get:
          Type: Api
          Properties: {Path: /, Method: get}
"""
OURS = ("Sse", "Conditions")


def left_of(tmp_path: Path, extra: str, before: str = HEAD, after: str = "", **more: object) -> str:
    """Their text after both steps, without what the first step puts in."""
    text = before + API + REST + indent(dedent(extra).strip("\n"), "  ") + "\n" + after
    return theirs(after_both_steps(tmp_path, "template.yaml", text, **more))


def theirs(text: str) -> str:
    document = Document(text)
    ours = [e.path for e in document.entries.values() if str(e.name).startswith("Sse") and len(e.path) == 2]
    lines = apply_edits(text, document.without(ours)).splitlines()
    return "\n".join(line for line in lines if line.strip()) + "\n"


def squeezed(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


STAYS = {
    "a queue": "Queue:\n  Type: AWS::SQS::Queue",
    "a comment and odd spacing": "Queue:   # the queue\n  Type:   AWS::SQS::Queue   # plain",
    "an HTTP API": "Http:\n  Type: AWS::ApiGatewayV2::Api\n  Properties: {Name: h, ProtocolType: HTTP}",
    "a route of an HTTP API": """
        Http:
          Type: AWS::ApiGatewayV2::Api
          Properties: {Name: h, ProtocolType: HTTP}
        HttpRoute:
          Type: AWS::ApiGatewayV2::Route
          Properties: {ApiId: !Ref Http, RouteKey: GET /}
        """,
    "a REST API": "Web:\n  Type: AWS::Serverless::Api\n  Properties: {StageName: prod}",
    "a table that nothing says anything of": """
        Orders:
          Type: AWS::DynamoDB::Table
          Properties:
            KeySchema: [{AttributeName: id, KeyType: HASH}]
        """,
    "a permission for another function": """
        RestPermission:
          Type: AWS::Lambda::Permission
          Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Rest, Principal: apigateway.amazonaws.com}
        """,
    "a log group of another function": """
        RestLogs:
          Type: AWS::Logs::LogGroup
          Properties: {LogGroupName: !Sub "/aws/lambda/${Rest}", RetentionInDays: 7}
        """,
    "an alarm of another function": """
        RestErrors:
          Type: AWS::CloudWatch::Alarm
          Properties:
            MetricName: Errors
            Dimensions: [{Name: FunctionName, Value: !Ref Rest}]
        """,
    "a role of another function": """
        RestRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: p
                PolicyDocument:
                  Statement: {Effect: Allow, Action: sqs:SendMessage, Resource: "*"}
        """,
    "a statement about something else": """
        Policy:
          Type: AWS::IAM::Policy
          Properties:
            PolicyName: p
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Action: [s3:GetObject]
                  Resource: "*"
        """,
    "an intrinsic with the name of a parameter": """
        Topic:
          Type: AWS::SNS::Topic
          Properties: {TopicName: !Sub "${AWS::StackName}-topic"}
        """,
    "literal text that looks like a reference": """
        Topic:
          Type: AWS::SNS::Topic
          Properties: {DisplayName: !Sub "${!Api}"}
        """,
    "a block of text that names the API": """
        Topic:
          Type: AWS::SNS::Topic
          Metadata:
            Note: |
              Api was here.

              # not a comment
        """,
    "an order among others": "A:\n  Type: AWS::SNS::Topic\nB:\n  Type: AWS::SNS::Topic\n  DependsOn: A",
    "an anchor and its alias": """
        A:
          Type: AWS::SNS::Topic
          Properties: &properties {DisplayName: a}
        B:
          Type: AWS::SNS::Topic
          Properties: *properties
        """,
    "a custom domain of a REST API": """
        Mapping:
          Type: AWS::ApiGateway::BasePathMapping
          Properties: {DomainName: a.example.com, RestApiId: !Ref ServerlessRestApi}
        """,
    "a schedule of another function": """
        Rule:
          Type: AWS::Events::Rule
          Properties:
            ScheduleExpression: rate(1 day)
            Targets: [{Id: a, Arn: !GetAtt Rest.Arn}]
        """,
    "a resource with conditions": "A:\n  Type: AWS::SNS::Topic\n  Condition: Prod",
    "a bucket in long form": "A:\n  Type: AWS::S3::Bucket\n  Properties:\n    BucketName:\n      Fn::Sub: ${AWS::StackName}-a",
    "a state machine": "A:\n  Type: AWS::Serverless::StateMachine\n  Properties: {DefinitionUri: a.json}",
    "a user pool": "Pool:\n  Type: AWS::Cognito::UserPool\n  Properties:\n    Policies:\n      PasswordPolicy: {MinimumLength: 8}",
}


@pytest.mark.parametrize("extra", STAYS.values(), ids=STAYS)
def test_leaves_alone(tmp_path: Path, extra: str) -> None:
    kept = indent(dedent(extra).strip("\n"), "  ") + "\n"
    assert left_of(tmp_path, extra) == squeezed(HEAD + REST + kept)


FN = "Worker:\n  Type: AWS::Serverless::Function\n  Properties:\n    CodeUri: .\n    Handler: rest.run\n"
LEAVES = {
    "a deployment": (
        "Deployment:\n  Type: AWS::ApiGatewayV2::Deployment\n  DependsOn: [SayRoute]\n  Properties: {ApiId: !Ref Api}",
        "",
    ),
    "a permission": (
        "P:\n  Type: AWS::Lambda::Permission\n  Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Say}",
        "",
    ),
    "a permission in long form": (
        "P:\n  Type: AWS::Lambda::Permission\n  Properties:\n    FunctionName:\n      Fn::GetAtt: [Say, Arn]",
        "",
    ),
    "the comment right above": (
        "# lets the API call\nP:\n  Type: AWS::Lambda::Permission\n  Properties: {FunctionName: !Ref Say}",
        "",
    ),
    "a route response": (
        "R:\n  Type: AWS::ApiGatewayV2::RouteResponse\n"
        "  Properties: {ApiId: !Ref Api, RouteId: !Ref SayRoute, RouteResponseKey: $default}",
        "",
    ),
    "a mapping of a domain": (
        "M:\n  Type: AWS::ApiGatewayV2::ApiMapping\n  Properties: {ApiId: !Ref Api, DomainName: a.b, Stage: !Ref Stage}",
        "",
    ),
    "a log group": (
        'L:\n  Type: AWS::Logs::LogGroup\n  Properties: {LogGroupName: !Sub "/aws/lambda/${Say}"}',
        "",
    ),
    "an alarm": (
        "A:\n  Type: AWS::CloudWatch::Alarm\n  Properties:\n    Dimensions: [{Name: FunctionName, Value: !Ref Say}]",
        "",
    ),
    "a protection of its stage": (
        "W:\n  Type: AWS::WAFv2::WebACLAssociation\n  Properties: {ResourceArn: !Sub '${Api}/${Stage}', WebACLArn: a}",
        "",
    ),
    "a parameter that carries its address": (
        "S:\n  Type: AWS::SSM::Parameter\n  Properties: {Type: String, Value: !Sub 'wss://${Api}.example.com'}",
        "",
    ),
    "an order after it": (
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn: Say",
        "Q:\n  Type: AWS::SQS::Queue",
    ),
    "an order after it and others": (
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn:\n    - Say\n    - Rest",
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn:\n    - Rest",
    ),
    "an order in brackets": (
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn: [Rest, Say]",
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn: [Rest]",
    ),
    "the first of an order in brackets": (
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn: [Say, Stage, Rest]",
        "Q:\n  Type: AWS::SQS::Queue\n  DependsOn: [Rest]",
    ),
    "a statement that allows sending": (
        FN + "    Policies:\n      - AWSLambdaBasicExecutionRole\n      - Statement:\n"
        "          - Effect: Allow\n            Action: execute-api:ManageConnections\n            Resource: '*'\n",
        FN + "    Policies:\n      - AWSLambdaBasicExecutionRole\n",
    ),
    "a policy of one statement with a version": (
        FN + "    Policies:\n      - AWSLambdaBasicExecutionRole\n      - Version: '2012-10-17'\n        Statement:\n"
        "          - Effect: Allow\n            Action: [execute-api:ManageConnections]\n            Resource: '*'\n",
        FN + "    Policies:\n      - AWSLambdaBasicExecutionRole\n",
    ),
    "the only policy": (
        FN + "    Policies:\n      - Statement:\n"
        "          - Effect: Allow\n            Action: [execute-api:ManageConnections]\n            Resource: '*'\n",
        FN,
    ),
    "one action of several": (
        FN + "    Policies:\n      - Statement:\n          - Effect: Allow\n            Action:\n"
        "              - sqs:SendMessage\n              - execute-api:ManageConnections\n            Resource: '*'\n",
        FN + "    Policies:\n      - Statement:\n          - Effect: Allow\n            Action:\n"
        "              - sqs:SendMessage\n            Resource: '*'\n",
    ),
    "one resource of several": (
        FN + "    Policies:\n      - Statement:\n          - Effect: Allow\n            Action: execute-api:Invoke\n"
        "            Resource:\n              - !Sub 'arn:${Api}/*'\n              - !Sub 'arn:${Other}/*'\n",
        FN + "    Policies:\n      - Statement:\n          - Effect: Allow\n            Action: execute-api:Invoke\n"
        "            Resource:\n              - !Sub 'arn:${Other}/*'\n",
    ),
    "a statement of which every resource goes": (
        FN + "    Policies:\n      - S3ReadPolicy: {BucketName: b}\n      - Statement:\n          - Effect: Allow\n"
        "            Action: execute-api:Invoke\n            Resource: [!Sub 'arn:${Api}/*', !GetAtt Say.Arn]\n",
        FN + "    Policies:\n      - S3ReadPolicy: {BucketName: b}\n",
    ),
    "a policy resource": (
        "P:\n  Type: AWS::IAM::Policy\n  Properties:\n    PolicyName: p\n    Roles: [r]\n    PolicyDocument:\n"
        "      Statement:\n        - Effect: Allow\n          Action: execute-api:ManageConnections\n"
        "          Resource: '*'\n",
        "",
    ),
    "a policy template about it": (
        FN + "    Policies:\n      - LambdaInvokePolicy: {FunctionName: !Ref Say}\n      - AWSXrayWriteOnlyAccess\n",
        FN + "    Policies:\n      - AWSXrayWriteOnlyAccess\n",
    ),
    "a variable that nobody reads": (
        FN + "    Environment:\n      Variables:\n        A: b\n        WS: !Sub 'https://${Api}.example.com/prod'\n",
        FN + "    Environment:\n      Variables:\n        A: b\n",
    ),
    "the only variable": (
        FN + "    Environment:\n      Variables:\n        WS: !Ref Api\n",
        FN,
    ),
    "a variable of an id in long form": (
        FN + "    Environment:\n      Variables:\n        A: b\n        WS:\n          Ref: Api\n        C: d\n",
        FN + "    Environment:\n      Variables:\n        A: b\n        C: d\n",
    ),
    "the address that is read, for the new one": (
        FN + "    Environment:\n      Variables:\n        ADDRESS: !Sub 'https://${Api}.example.com/prod' # where\n",
        FN + '    Environment:\n      Variables:\n        ADDRESS: !Sub "https://${SseDomainName}" # where\n',
    ),
    "an address of several lines": (
        FN + "    Environment:\n      Variables:\n        ADDRESS: !Join\n          - ''\n          - - 'https://'\n"
        "            - !Ref Api\n",
        FN + '    Environment:\n      Variables:\n        ADDRESS: !Sub "https://${SseDomainName}"\n',
    ),
}


@pytest.mark.parametrize(("extra", "kept"), LEAVES.values(), ids=LEAVES)
def test_takes_out(tmp_path: Path, extra: str, kept: str) -> None:
    left = indent(kept.strip("\n"), "  ") + "\n" if kept else ""
    assert left_of(tmp_path, extra) == squeezed(HEAD + REST + left)


OUTPUTS = {
    "the address": ("  Address: {Value: !Sub 'wss://${Api}'}\n", ""),
    "the address among others": (
        "  A: {Value: !GetAtt Rest.Arn}\n  Address:\n    Description: where\n    Value: !Ref Api\n",
        "  A: {Value: !GetAtt Rest.Arn}\n",
    ),
    "the address at the end without a line feed": (
        "  A: {Value: !GetAtt Rest.Arn}\n  Address: {Value: !Ref Api}",
        "  A: {Value: !GetAtt Rest.Arn}\n",
    ),
    "a function": ("  Say: {Value: !GetAtt Say.Arn}\n", ""),
    "others": ("  A: {Value: !GetAtt Rest.Arn}\n", "  A: {Value: !GetAtt Rest.Arn}\n"),
}


@pytest.mark.parametrize(("before", "after"), OUTPUTS.values(), ids=OUTPUTS)
def test_outputs(tmp_path: Path, before: str, after: str) -> None:
    kept = f"Outputs:\n{after}" if after else ""
    assert left_of(tmp_path, "", after=f"Outputs:\n{before}") == squeezed(HEAD + REST + kept)


REFUSED = {
    "a distribution in front of it": (
        "C:\n  Type: AWS::CloudFront::Distribution\n  Properties: {Origin: !Sub '${Api}.example.com'}",
        "C.Origin in template.yaml refers to Api",
    ),
    "a nested stack that is told of it": (
        "N:\n  Type: AWS::CloudFormation::Stack\n  Properties:\n    Parameters: {ApiId: !Ref Api}",
        "N.Parameters.ApiId in template.yaml refers to Api",
    ),
    "an id in a variable that is still read": (
        FN + "    Environment:\n      Variables:\n        ADDRESS: !Ref Api\n",
        "Worker.Environment.Variables.ADDRESS in template.yaml refers to Api",
    ),
    "an alias of what goes": (
        "P:\n  Type: AWS::Lambda::Permission\n  Properties: {FunctionName: !Ref Say, Principal: &who a.b}\n"
        "Q:\n  Type: AWS::SQS::Queue\n  Properties: {QueueName: *who}",
        "it isn't valid YAML",
    ),
}


@pytest.mark.parametrize(("extra", "why"), REFUSED.values(), ids=REFUSED)
def test_refuses_what_would_refer_to_nothing(tmp_path: Path, extra: str, why: str) -> None:
    text = HEAD + API + REST + indent(extra, "  ") + "\n"
    made = planned(tmp_path, {"template.yaml": text})
    change = made.changes[0]
    assert why in change.refused
    assert change.later == {}
    assert outcome(made, "Api").status == "skipped"
    assert why in outcome(made, "Api").reason
    assert made.files()[0].ready is False


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_patch_applies_with_git(tmp_path: Path, line_end: str) -> None:
    text = (HEAD + API + REST + "Outputs:\n  Address: {Value: !Ref Api}").replace("\n", line_end)
    made = planned(tmp_path / "app", {"template.yaml": text})
    left = apply_later(tmp_path / "new", made, {"template.yaml": text})["template.yaml"]
    assert left == made.changes[0].later["template.yaml"]
    assert left.count("\n") == left.count(line_end)


def test_refuses_while_a_route_is_not_served(tmp_path: Path) -> None:
    made = planned(tmp_path, {"template.yaml": HEAD + API}, level=None)
    assert made.changes[0].refused == "the new application does not serve say (because)"


def test_says_that_an_exported_output_goes(tmp_path: Path) -> None:
    text = HEAD + API + REST + "Outputs:\n  A:\n    Value: !Ref Api\n    Export: {Name: api}\n"
    made = planned(tmp_path, {"template.yaml": text})
    assert made.changes[0].notes == ["the output A goes, and other stacks may import it"]


TABLE = """\
  Connections:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: connections
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Connect:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.connect
      Environment: {Variables: {TABLE: !Ref Connections}}
"""
CONNECT = """\
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $connect, Target: !Sub "integrations/${ConnectIntegration}"}
  ConnectIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${Connect.Arn}/invocations
"""


@pytest.mark.parametrize(("why", "stays"), [("", False), ("it is read elsewhere", True)])
def test_a_table_leaves_only_when_the_rewrite_has_no_use_for_it(tmp_path: Path, why: str, *, stays: bool) -> None:
    text = HEAD + API + TABLE + CONNECT + REST
    made = planned(tmp_path, {"template.yaml": text}, tables={"Connections": why})
    assert ("  Connections:" in made.changes[0].later["template.yaml"]) is stays
    assert outcome(made, "Connections").status == ("skipped" if stays else "rewritten")
    assert "Connect:" not in made.changes[0].later["template.yaml"]


def test_a_table_that_something_else_needs_stays(tmp_path: Path) -> None:
    export = "  Export:\n    Type: AWS::Glue::Table\n    Properties: {Source: !GetAtt Connections.Arn}\n"
    made = planned(tmp_path, {"template.yaml": HEAD + API + TABLE + CONNECT + export}, tables={"Connections": ""})
    assert outcome(made, "Connections").status == "skipped"
    assert made.changes[0].kept["Connections"] == "Export.Source in template.yaml refers to Connections, which stays"


def test_what_others_share_says_with_whom(tmp_path: Path) -> None:
    shared = "  Mine:\n    Type: AWS::IAM::Role\n    Properties: {}\n"
    functions = API.replace("Runtime: python3.11", "Role: !GetAtt Mine.Arn") + REST.replace(
        "Runtime: python3.11", "Role: !GetAtt Mine.Arn"
    )
    made = planned(tmp_path, {"template.yaml": HEAD + functions + shared})
    assert outcome(made, "Mine").status == "skipped"
    assert outcome(made, "Mine").reason == "shared: it is about Say, Rest"


def test_json_templates_lose_what_leaves(tmp_path: Path) -> None:
    text = """{
  "Resources": {
    "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "WEBSOCKET"}},
    "Queue": {"Type": "AWS::SQS::Queue"},
    "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "p"}}
  }
}
"""
    files = {"template.json": text, "app.py": "client.post_to_connection(ConnectionId='a', Data='b')\n"}
    made = planned(tmp_path, files)
    assert (
        made.changes[0].later["template.json"]
        == """{
  "Resources": {
    "Queue": {"Type": "AWS::SQS::Queue"}
  }
}
"""
    )
    assert made.changes[0].first == {}
    assert "deploy sse-service.template.yaml as a stack of its own" in made.changes[0].notes[0]


ALLOWS = """\
      Policies:
        - Statement:
          - {{Effect: Allow, Action: 's3:*', Resource: '*'}}
          - {{Effect: {effect}, Action: 's3:DeleteObject', Resource: '*', Condition: {{Bool: {{'aws:SecureTransport': false}}}}}}
"""


@pytest.mark.parametrize(("effect", "taken"), [("Allow", True), ("Deny", False)])
def test_what_a_statement_forbids_that_is_not_taken_over_nobody_is_allowed(
    tmp_path: Path, effect: str, *, taken: bool
) -> None:
    text = HEAD + API + ALLOWS.format(effect=effect) + REST
    made = planned(tmp_path, {"template.yaml": text})

    assert ("s3:*" in made.new["sse-service.template.yaml"]) is taken
    assert any("was not taken over: its Condition" in note for note in made.changes[0].notes)
    assert any(note.startswith("no permission was taken over") for note in made.changes[0].notes) is not taken
