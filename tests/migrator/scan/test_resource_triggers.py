"""Why functions run, as resources beside them say: what starts nothing first."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.scan.resource_triggers import resource_triggers
from migrator.scan.yamlfile import as_map, load


def found(text: str) -> list[tuple[str, str, str]]:
    resources = as_map(load(dedent(text), "template.yaml"))
    return [(function, trigger.kind, trigger.source) for function, trigger in resource_triggers(resources)]


@pytest.mark.parametrize(
    "text",
    [
        "Queue: {Type: AWS::SQS::Queue}",
        "Rule: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}",
        "Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: x}}",
        "P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: apigateway.amazonaws.com}}",
        "P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: '123456789012'}}",
        """
        Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET}}
        I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !GetAtt F.Arn}}
        """,
    ],
)
def test_what_starts_no_function_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "source"),
    [
        ("M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt T.StreamArn}}", "stream", "T"),
        ("Q: {Type: AWS::SQS::Queue}\nM: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn}}", "queue", "Q"),
        ("R: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !GetAtt F.Arn}]}}", "schedule", "rate(1 day)"),
        ("R: {Type: AWS::Events::Rule, Properties: {EventPattern: {}, Targets: [{Arn: !GetAtt F.Arn}]}}", "call", "event R"),
        ("S: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: rate(5 minutes), Target: {Arn: !GetAtt F.Arn}}}", "schedule", "rate(5 minutes)"),
        ("S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref News, Endpoint: !GetAtt F.Arn}}", "queue", "News"),
        ("News: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: lambda, Endpoint: !GetAtt F.Arn}]}}", "queue", "News"),
        ("M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Sub '{\"Resource\": \"${F.Arn}\"}'}}", "call", "state machine M"),
        ("M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.asl.json, DefinitionSubstitutions: {Arn: !GetAtt F.Arn}}}", "call", "state machine M"),
        ("M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {States: {A: {Resource: !GetAtt F.Arn}}}}}", "call", "state machine M"),
        ("B: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {LambdaConfigurations: [{Event: x, Function: !GetAtt F.Arn}]}}}", "call", "s3 B"),
        ("R: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Actions: [{Lambda: {FunctionArn: !GetAtt F.Arn}}]}}}", "call", "iot rule R"),
        ("U: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PostConfirmation: !GetAtt F.Arn}}}", "call", "cognito U"),
        ("P: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt T.StreamArn, Target: !GetAtt F.Arn}}", "stream", "T"),
        ("L: {Type: AWS::Logs::SubscriptionFilter, Properties: {DestinationArn: !GetAtt F.Arn}}", "call", "logs L"),
        ("U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt F.Arn}}", "call", "http function URL"),
        ("M: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: POST, Integration: {Uri: !Sub 'x/${F.Arn}/invocations'}}}", "call", "http POST"),
        ("A: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}\nI: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref A, IntegrationUri: !GetAtt F.Arn}}", "call", "http *"),
        ("P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: s3.amazonaws.com, SourceArn: !GetAtt B.Arn}}", "call", "s3 B"),
        ("P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: iot.amazonaws.com}}", "call", "iot rule P"),
    ],
)  # fmt: skip
def test_what_starts_functions_is_told(text: str, kind: str, source: str) -> None:
    assert ("F", kind, source) in found(text)


def test_a_permission_says_nothing_new_about_what_a_resource_has_told() -> None:
    text = """
        R: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !GetAtt F.Arn}]}}
        P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: events.amazonaws.com}}
    """

    assert found(text) == [("F", "schedule", "rate(1 day)")]
