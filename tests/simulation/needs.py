"""Who needs what, by the checker's own eyes: it looks for names in whatever others have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.awsfake.estates import Chat
from tests.awsfake.request import Request
from tests.simulation.state import State


def own_keys(chat: Chat, state: State) -> set[str]:
    """What was deployed with the application, shared or not."""
    keys = {f"api:{chat.api}", f"stage:{chat.api}/{chat.stage}", f"table:{chat.table}", f"role:{chat.role}"}
    keys |= {f"function:{name}" for name in chat.functions.values()}
    keys |= {f"logs:{name}" for name in chat.log_groups} | {f"alarm:{name}" for name in chat.alarms}
    keys |= {f"dashboard:{chat.dashboard}", f"domain:{chat.domain}", f"record:{chat.domain}/A"}
    keys |= {f"certificate:{chat.certificate}"} | ({f"stack:{chat.stack.name}"} if chat.stack else set())
    inside = tuple(f"{kind}:{chat.api}/" for kind in ("route", "integration", "authorizer"))
    return {
        key
        for key, value in state.items()
        if key in keys or key.startswith(inside) or (key.startswith("mapping:") and value["api"] == chat.api)
    }


def needed_by(key: str, state: State, outside: set[str]) -> list[str]:
    """Keys of what others have, and would not work without it. What only watches it or may use it is not among them."""
    kind, _, name = key.partition(":")
    found = []
    for other in outside & state.keys():
        value, of = state[other], other.partition(":")[0]
        text = f"{other} {json.dumps(value, default=str)}"
        match kind:
            case "function":
                hit = of in {"rest", "integration", "rule", "source"} and _holds(text, name)
            case "table":
                hit = of in {"function", "source"} and _holds(text, name)
            case "role":
                hit = of == "function" and value["role"] == state[key]["arn"]
            case "api":
                hit = (of == "mapping" and value["api"] == name) or other.startswith(
                    tuple(f"{part}:{name}/" for part in ("route", "integration", "authorizer"))
                )
            case "stage":
                hit = of == "mapping" and f"{value['api']}/{value['stage']}" == name
            case "domain" | "record":
                hit = of == "mapping" and other.startswith(f"mapping:{name.removesuffix('/A')}/")
            case "certificate":
                hit = of == "domain" and name in value["certificates"]
            case _:
                hit = False
        if hit:
            found.append(other)
    return sorted(found)


def _holds(text: str, name: str) -> bool:
    """The name as a whole, not as the beginning of a longer one."""
    return any(f"{name}{end}" in text for end in ('"', "/", ":", " ", "|"))


def taken_away(request: Request, chat: Chat, state: State) -> Iterator[str]:
    """Keys of what a call deletes."""
    asked = request.parameters
    match request.name:
        case "apigatewayv2:DeleteApi":
            yield f"api:{asked['ApiId']}"
        case "apigatewayv2:DeleteStage":
            yield f"stage:{asked['ApiId']}/{asked['StageName']}"
        case "apigatewayv2:DeleteApiMapping":
            yield from _with_id(state, f"mapping:{asked['DomainName']}/", asked["ApiMappingId"])
        case "apigatewayv2:DeleteDomainName":
            yield f"domain:{asked['DomainName']}"
        case "lambda:DeleteFunction":
            yield f"function:{asked['FunctionName'].split(':')[-1]}"
        case "lambda:DeleteEventSourceMapping":
            yield from _with_id(state, "source:", asked["UUID"])
        case "dynamodb:DeleteTable":
            yield f"table:{asked['TableName']}"
        case "logs:DeleteLogGroup":
            yield f"logs:{asked['logGroupName']}"
        case "cloudwatch:DeleteAlarms":
            yield from (f"alarm:{name}" for name in asked["AlarmNames"])
        case "cloudwatch:DeleteDashboards":
            yield from (f"dashboard:{name}" for name in asked["DashboardNames"])
        case "iam:DeleteRole":
            yield f"role:{asked['RoleName']}"
        case "iam:DeletePolicy":
            yield f"policy:{asked['PolicyArn']}"
        case "acm:DeleteCertificate":
            yield f"certificate:{asked['CertificateArn']}"
        case "events:DeleteRule":
            yield f"rule:{asked['Name']}"
        case "route53:ChangeResourceRecordSets":
            for change in asked["ChangeBatch"]["Changes"]:
                if change["Action"] == "DELETE":
                    record = change["ResourceRecordSet"]
                    yield f"record:{record['Name'].rstrip('.')}/{record['Type']}"
        case "cloudformation:DeleteStack":
            yield from of_stack(chat, {one.logical for one in chat.stack.resources} if chat.stack else set())


def of_stack(chat: Chat, logical: set[str]) -> Iterator[str]:
    """What of the application's stack goes with these resources."""
    assert chat.stack is not None
    if len(logical) == len(chat.stack.resources):
        yield f"stack:{chat.stack.name}"
    kinds: dict[str, Any] = {
        "AWS::ApiGatewayV2::Api": "api:{0}",
        "AWS::ApiGatewayV2::Stage": f"stage:{chat.api}/{{0}}",
        "AWS::Lambda::Function": "function:{0}",
        "AWS::Logs::LogGroup": "logs:{0}",
        "AWS::DynamoDB::Table": "table:{0}",
        "AWS::CloudWatch::Alarm": "alarm:{0}",
        "AWS::IAM::Role": "role:{0}",
    }
    for one in chat.stack.resources:
        if one.logical in logical and one.type in kinds and one.policy == "Delete":
            yield kinds[one.type].format(one.physical)


def _with_id(state: State, prefix: str, number: str) -> Iterator[str]:
    found = [key for key, value in state.items() if key.startswith(prefix) and value["id"] == number]
    yield from found or [f"{prefix}{number}"]
