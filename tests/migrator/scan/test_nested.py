"""Nested stacks and applications are read with the template that holds them, as one."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import scan

CODE = "def handler(event, context):\n    return event['requestContext']['connectionId']\n"
OUTER = """
    AWSTemplateFormatVersion: '2010-09-09'
    Parameters:
      Stage: {Type: String, Default: live}
    Resources:
      Api:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: stacks/api.yaml
          Parameters: {StageName: !Ref Stage}
      Chat:
        Type: AWS::CloudFormation::Stack
        DependsOn: Api
        Properties:
          TemplateURL: ./stacks/chat/template.yaml
          Parameters:
            ApiId: !GetAtt Api.Outputs.ApiId
            Tone: !Sub '${Stage}-loud'
            Door: !Sub 'https://${Api.Outputs.ApiId}.example/${Stage}'
    Outputs:
      Url: {Value: !Sub 'wss://${Api.Outputs.ApiId}.example'}
"""
API = """
    Parameters:
      StageName: {Type: String}
    Resources:
      Socket:
        Type: AWS::ApiGatewayV2::Api
        Properties: {Name: !Sub '${StageName}-chat', ProtocolType: WEBSOCKET}
      Live:
        Type: AWS::ApiGatewayV2::Stage
        Properties: {ApiId: !Ref Socket, StageName: !Ref StageName}
    Outputs:
      ApiId: {Value: !Ref Socket}
"""
CHAT = """
    AWSTemplateFormatVersion: '2010-09-09'
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.12
        Environment: {Variables: {TONE: !Ref Tone, DOOR: !Ref Door}}
    Parameters:
      ApiId: {Type: String}
      Tone: {Type: String}
      Door: {Type: String}
      Missing: {Type: String}
    Conditions:
      Loud: !Equals [!Ref Tone, live-loud]
    Resources:
      Say:
        Type: AWS::Serverless::Function
        Condition: Loud
        Properties:
          CodeUri: ../../say/
          Handler: app.handler
          Environment: {Variables: {OWN: !If [Loud, 'yes', 'no'], NONE: !Ref Missing}}
      SayIntegration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref ApiId
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Say.Arn}/invocations'
      SayRoute:
        Type: AWS::ApiGatewayV2::Route
        DependsOn: [SayIntegration]
        Properties: {ApiId: !Ref ApiId, RouteKey: say, Target: !Sub 'integrations/${SayIntegration}'}
"""


def nested(tmp_path: Path, outer: str = OUTER, **files: str) -> Inventory:
    texts = {"stacks/api.yaml": API, "stacks/chat/template.yaml": CHAT}
    texts = {path: dedent(text) for path, text in texts.items()}
    return scan(tmp_path, {"template.yaml": dedent(outer), "say/app.py": CODE} | texts | files)


def test_a_stack_from_elsewhere_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    found = nested(tmp_path, OUTER.replace("stacks/api.yaml", "https://s3.amazonaws.com/b/network.yaml"))

    assert "the template of the nested stack Api is not in the application" in [item.message for item in found.problems]


def test_stacks_that_hold_each_other_end(tmp_path: Path) -> None:
    loop = API + (
        "  Again:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ../template.yaml}\n"
    ).replace("  Again", "\n      Again")
    found = nested(tmp_path, **{"stacks/api.yaml": dedent(loop), "loop/app.py": CODE})

    assert found.files.seen > 0


def test_an_output_that_leads_to_itself_ends(tmp_path: Path) -> None:
    inner = (
        "Parameters: {X: {Type: String}}\nResources:\n  T: {Type: 'AWS::SNS::Topic'}\nOutputs: {X: {Value: !Ref X}}\n"
    )
    outer = OUTER.replace("{StageName: !Ref Stage}", "{X: !GetAtt Api.Outputs.X}")

    assert nested(tmp_path, outer, **{"stacks/api.yaml": inner}).apis[0].inferred


def test_an_api_in_one_stack_has_the_routes_of_another(tmp_path: Path) -> None:
    found = nested(tmp_path)

    (api,) = found.apis
    assert (api.id, api.name, api.stage) == ("Api-Socket", "live-chat", "live")
    assert [(route.key, route.handler) for route in api.routes] == [("say", "say/app.py:handler")]
    assert (api.location.path, api.routes[0].location.path) == ("stacks/api.yaml", "stacks/chat/template.yaml")
    assert api.routes[0].location.line == CHAT.split("\n").index("      SayRoute:") + 1
    assert found.problems == ()


def test_functions_get_the_settings_of_their_own_file(tmp_path: Path) -> None:
    (handler,) = nested(tmp_path).handlers

    assert handler.environment == {"TONE": "live-loud", "DOOR": "https://apisocket.example/live", "OWN": "yes"}
    assert handler.declared_in is not None
    assert handler.declared_in.path == "stacks/chat/template.yaml"


def test_what_is_not_given_stays_unresolved(tmp_path: Path) -> None:
    assert nested(tmp_path).unresolved == {"NONE": "parameter Chat-Missing has no default; it is given at deployment"}


def test_outputs_of_the_outer_template_lead_to_the_inner_resource(tmp_path: Path) -> None:
    found = {item.id: item for item in nested(tmp_path).resources}

    assert found["Outputs.Url"].use == "websocket_only"
    assert "Chat-SayRoute" in found["Chat-SayIntegration"].referrers


@pytest.mark.parametrize(
    "url",
    [
        "!Sub 'https://s3.amazonaws.com/${Bucket}/stacks/api.yaml'",
        "!Join ['/', ['https://s3.amazonaws.com', !Ref Bucket, 'api.yaml']]",
        "https://my-bucket.s3.amazonaws.com/v1/api.yaml",
    ],
)
def test_an_uploaded_template_is_the_one_of_its_name(tmp_path: Path, url: str) -> None:
    found = nested(tmp_path, OUTER.replace("stacks/api.yaml", url))

    assert [route.key for route in found.apis[0].routes] == ["say"]


def test_a_nested_serverless_application(tmp_path: Path) -> None:
    outer = OUTER.replace("AWS::CloudFormation::Stack", "AWS::Serverless::Application").replace(
        "TemplateURL", "Location"
    )

    assert [route.key for route in nested(tmp_path, outer).apis[0].routes] == ["say"]


def test_stacks_within_stacks(tmp_path: Path) -> None:
    outer = """
    Resources:
      All:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: all/template.yaml
          Parameters: {Stage: dusk}
    """
    inner = dedent(OUTER).replace("stacks/", "../stacks/").replace("./../", "../")
    found = nested(tmp_path, outer, **{"all/template.yaml": inner})

    assert [(api.id, api.stage, [route.key for route in api.routes]) for api in found.apis] == [
        ("All-Api-Socket", "dusk", ["say"])
    ]
