"""No secret gets into an estate, wherever it stands in the account."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.aws.shape import address, plain, tags, text
from tests.checklists.aws.stand import CHAT, account, arn, function, look

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-"
SECRETS = st.text(LETTERS, min_size=16, max_size=40).map(lambda value: f"S3{value}")
NAMES = st.sampled_from(["PASSWORD", "API_KEY", "DB", "STRIPE", "config", "x-api-key", "url", "Värde", "<b>"])


def planted(secret: str, name: str) -> dict:
    """The account with a secret in every place where teams put them."""
    return account(
        lambda__ListFunctions={
            "Functions": [function("chat-send", **{name: secret, "URL": f"postgres://u:{secret}@db/chat-connections"})]
        },
        apigatewayv2__GetStages={"Items": [{"StageName": "prod", "StageVariables": {name: secret}}]},
        apigatewayv2__GetIntegrations={
            "Items": [
                {
                    "IntegrationId": "i",
                    "IntegrationUri": f"https://backend.example.com/push?key={secret}",
                    "RequestParameters": {"integration.request.header.x-key": f"'{secret}'"},
                    "RequestTemplates": {"$default": json.dumps({"key": secret})},
                }
            ]
        },
        ssm__GetParameters={"Parameters": [{"Name": "/chat/url", "Value": secret}]},
        sns__ListSubscriptions={
            "Subscriptions": [
                {
                    "TopicArn": arn("sns", "n"),
                    "Protocol": "https",
                    "Endpoint": f"https://u:{secret}@h.example.com/{secret}",
                },
                {"TopicArn": arn("sns", "n"), "Protocol": "email", "Endpoint": f"{secret}@example.com"},
            ]
        },
        stepfunctions__DescribeStateMachine={"definition": json.dumps({"Parameters": {"key": secret}})},
        events__ListTargetsByRule={
            "Targets": [{"Id": "1", "Arn": arn("sqs", "q"), "Input": json.dumps({"k": secret})}]
        },
        cloudfront__ListDistributions={
            "DistributionList": {
                "Items": [
                    {
                        "Id": "E",
                        "ARN": "arn:aws:cloudfront::1:distribution/E",
                        "Origins": {
                            "Items": [{"CustomHeaders": {"Items": [{"HeaderName": "x", "HeaderValue": secret}]}}]
                        },
                    }
                ]
            }
        },
        route53__ListResourceRecordSets={
            "ResourceRecordSets": [{"Name": "e.com.", "Type": "TXT", "ResourceRecords": [{"Value": secret}]}],
            "IsTruncated": False,
        },
        cloudformation__DescribeStacks={
            "Stacks": [
                {
                    "StackId": arn("cloudformation", "stack/chat/1"),
                    "StackName": "chat",
                    "Parameters": [{"ParameterKey": name, "ParameterValue": secret}],
                    "Outputs": [{"OutputKey": "Key", "OutputValue": secret, "ExportName": "key"}],
                }
            ]
        },
        cloudformation__GetTemplate={"TemplateBody": {"Resources": {"F": {"Properties": {"Environment": secret}}}}},
        resourcegroupstaggingapi__GetResources={
            "ResourceTagMappingList": [{"ResourceARN": CHAT, "Tags": [{"Key": "deploy-token", "Value": secret}]}]
        },
    )


@settings(max_examples=5, deadline=None)
@given(SECRETS, NAMES)
def test_no_secret_is_in_an_estate(secret, name):
    estate = look(planted(secret, name))
    assert not estate.gaps
    assert secret not in estate.model_dump_json()


def test_what_a_value_names_is_kept_though_the_value_is_not():
    estate = look(planted("S3cretS3cretS3cret", "PASSWORD"))
    (handler,) = (one for one in estate.things if one.name == "chat-send")
    assert [one["variable"] for one in handler.properties["Mentions"]] == ["URL"]
    assert handler.properties["EnvironmentNames"] == ["PASSWORD", "URL"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("token AKIAIOSFODNN7EXAMPLE here", "token [redacted] here"),
        ("ghp_abcdefghijklmnopqrstuvwxyz012345", "[redacted]"),
        ("Authorization: Bearer abc", "Authorization: [redacted]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "[redacted] RSA PRIVATE KEY-----"),
        ("sends to the room", "sends to the room"),
        (
            "arn:aws:secretsmanager:eu-west-1:1:secret:chat-AbCdEf",
            "arn:aws:secretsmanager:eu-west-1:1:secret:chat-AbCdEf",
        ),
        ("route.request.header.Authorization", "route.request.header.Authorization"),
    ],
)
def test_texts_are_shown_without_what_looks_like_a_secret(said, shown):
    assert text(said) == shown


def test_values_under_the_name_of_a_secret_are_hidden_and_arns_are_not():
    value = {
        "Password": "x",
        "lambda:EventSourceToken": "y",
        "SecretKey": "arn:aws:kms:eu-west-1:1:key/k",
        "n": [b"z", 1],
    }
    assert plain(value) == {
        "Password": "[redacted]",
        "lambda:EventSourceToken": "[redacted]",
        "SecretKey": "arn:aws:kms:eu-west-1:1:key/k",
        "n": [1],
    }


def test_tags_in_all_forms_in_which_the_services_give_them():
    assert tags({"b": "2", "a": "1"}) == tags([{"Key": "a", "Value": "1"}, {"key": "b", "value": "2"}])
    assert tags({"api_key": "x", "token": ""}) == {"api_key": "[redacted]", "token": ""}


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("arn:aws:lambda:eu-west-1:1:function:f", "arn:aws:lambda:eu-west-1:1:function:f"),
        ("https://user:pw@hooks.example.com:8443/T0/B0/x?y=z", "https://hooks.example.com"),
        ("someone@example.com", ""),
        ("+4912345", ""),
        ("https://[not an address", ""),
    ],
)
def test_of_addresses_outside_of_aws_no_more_than_the_host(given_, kept):
    assert address(given_) == kept
