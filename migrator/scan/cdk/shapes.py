"""Values of a CDK program as CloudFormation has them: tokens become Ref and Fn::GetAtt, text becomes Fn::Join."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.cdk.values import (
    External,
    Instance,
    Joined,
    Made,
    PathText,
    Token,
    Unknown,
    as_string,
    construct,
    options,
)
from migrator.scan.intrinsics import Unresolved
from migrator.scan.yamlfile import Map

DEEPEST: Final = 30
_PSEUDO: Final = {
    "region": "AWS::Region", "account": "AWS::AccountId", "partition": "AWS::Partition", "urlSuffix": "AWS::URLSuffix",
    "stackName": "AWS::StackName", "stackId": "AWS::StackId",
    "REGION": "AWS::Region", "ACCOUNT_ID": "AWS::AccountId", "PARTITION": "AWS::Partition",
    "URL_SUFFIX": "AWS::URLSuffix", "STACK_NAME": "AWS::StackName", "STACK_ID": "AWS::StackId",
    "NO_VALUE": "AWS::NoValue",
}  # fmt: skip
_REFERENCES: Final = re.compile(r"(?:Name|Id|Url|Ref)$|^(?:ref|valueAsString|logicalId)$")
_FREE: Final = frozenset(
    {
        "requestTemplates", "requestParameters", "responseTemplates", "responseParameters", "stageVariables",
        "routeSettings", "requestModels", "policyDocument", "assumeRolePolicyDocument", "eventPattern", "schema",
        "tags", "variables",
    }
)  # fmt: skip
"""Properties whose keys are the user's own."""
_SECONDS: Final = {"millis": 0.001, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_LAST: Final = re.compile(r"[^:/]+$")


class Shapes:
    """`ids`: the logical ids of what is made into resources."""

    def __init__(self) -> None:
        self.ids: dict[Made, str] = {}

    def ref(self, value: object) -> str | None:
        """The logical id of the resource that a value stands for, or is an attribute of."""
        made = value.of if isinstance(value, Token) else construct(value)
        while made is not None and made not in self.ids and made.receiver is not None:
            made = made.receiver
        return self.ids.get(made) if made is not None else None

    def map(self, place: Location, items: Iterable[tuple[str, object]] = ()) -> Map:
        """A mapping that stands at a place; None is left out."""
        made = Map(place.path, place.line, place.column)
        made.update((key, value) for key, value in items if value is not None)
        return made

    def value(self, value: object, place: Location, depth: int = 0) -> object:  # noqa: PLR0911 - one line a kind
        """Keys stay as they are written."""
        match value:
            case None | str() | bool() | int() | float():
                return value
            case PathText(text=text):
                return text
            case Unknown(reason=reason):
                return Unresolved(reason)
            case _ if depth > DEEPEST:
                return Unresolved("is nested too deeply")
            case Joined(parts=parts):
                return self.map(place, [("Fn::Join", ["", [self.value(part, place, depth + 1) for part in parts]])])
            case Token():
                return self.token(value, place)
            case External(name=name):
                pseudo = _PSEUDO.get(name.rpartition(".")[2]) if ".Aws." in name else None
                return self.map(place, [("Ref", pseudo)]) if pseudo else name.rpartition(".")[2]
            case list():
                return [self.value(item, place, depth + 1) for item in value]
            case dict():
                return self.map(place, ((key, self.value(item, place, depth + 1)) for key, item in value.items()))
            case Made() | Instance():
                return self.made(value, place, depth)
        return Unresolved("is not a plain value")

    def shaped(self, value: object, place: Location, depth: int = 0) -> object:
        """As `value`, with the keys of an L1 construct's properties in CloudFormation's spelling."""
        if isinstance(value, Made) and value not in self.ids and value.properties and value.short.endswith("Property"):
            place, value = value.location, value.properties
        if isinstance(value, dict) and depth <= DEEPEST:
            made = self.map(place)
            for key, item in value.items():
                inner = self.value(item, place) if key in _FREE else self.shaped(item, place, depth + 1)
                if inner is not None:
                    made[key[:1].upper() + key[1:]] = inner
            return made
        if isinstance(value, list) and depth <= DEEPEST:
            return [self.shaped(item, place, depth + 1) for item in value]
        return self.value(value, place, depth)

    def made(self, value: Made | Instance, place: Location, depth: int) -> object:
        logical_id = self.ref(value)
        if logical_id is not None:
            return self.map(place, [("Ref", logical_id)])
        made = construct(value)
        if made is None:
            return Unresolved("is an object of the program")
        if made.name.startswith("core.Fn."):
            return self.function(made, place, depth)
        if made.name.startswith("core.Duration."):
            return duration_s(made)
        if made.properties and made.id is None:
            return self.value(made.properties, place, depth + 1)
        return Unresolved(f"what {made.name} is, only the deployment knows")

    def function(self, made: Made, place: Location, depth: int) -> object:
        """An intrinsic function that the program calls itself."""
        arguments = [self.value(argument, place, depth + 1) for argument in made.arguments]
        name = {"ref": "Ref"}.get(made.short, f"Fn::{made.short[:1].upper()}{made.short[1:]}")
        single = made.short in {"ref", "importValue", "base64", "getAzs"} or (
            made.short == "sub" and len(arguments) < 2
        )
        return self.map(place, [(name, arguments[0] if single and arguments else arguments)])

    def token(self, token: Token, place: Location) -> object:
        attribute = token.attribute
        logical_id = self.ids.get(token.of)
        if logical_id is None:
            return self.outer(token, place)
        if attribute in {"url", "callbackUrl"} and token.of.short.endswith("Stage"):
            return self.stage_url(token.of, attribute, place)
        if attribute == "stageName":
            return self.value(token.of.properties.get("stageName"), place) or "$default"
        if _REFERENCES.search(attribute):
            return self.map(place, [("Ref", logical_id)])
        name = attribute.removeprefix("attr") if attribute.startswith("attr") else attribute
        if name.endswith("StreamArn"):
            name = "StreamArn"
        elif name.endswith("Arn"):
            name = "Arn"
        return self.map(place, [("Fn::GetAtt", [logical_id, name[:1].upper() + name[1:]])])

    def outer(self, token: Token, place: Location) -> object:
        """An attribute of what this program doesn't make: the stack, or something that it looks up."""
        made, attribute = token.of, token.attribute
        if attribute in _PSEUDO:
            given = options(made.properties.get("env")).get(attribute)
            return given if isinstance(given, str) else self.map(place, [("Ref", _PSEUDO[attribute])])
        if attribute in made.properties:
            return self.value(made.properties[attribute], place)
        if made.short.startswith("from") and len(made.arguments) > 2:
            given = made.arguments[2]
            text = as_string(given)
            if text is not None and attribute.endswith("Name") and made.short.endswith("Arn"):
                match = _LAST.search(text)
                return match.group(0) if match else text
            if not isinstance(given, dict) and attribute.endswith(("Name", "Arn", "Id", "Url")):
                return self.value(given, place)
        near = self.ref(made)
        if near is not None:
            return self.map(place, [("Fn::GetAtt", [near, f"{made.short}.{attribute}"])])
        return Unresolved(f"{attribute} of {made.name} is known at deployment")

    def stage_url(self, stage: Made, attribute: str, place: Location) -> object:
        """https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.WebSocketStage.html"""
        api = self.ref(stage.given(9, "webSocketApi") or stage.given(9, "httpApi"))
        scheme = "wss" if attribute == "url" and "webSocketApi" in stage.properties else "https"
        host = [self.map(place, [("Ref", api)]) if api else "api", ".execute-api."]
        region = self.map(place, [("Ref", "AWS::Region")])
        name = self.value(stage.properties.get("stageName"), place) or ""
        return self.map(place, [("Fn::Join", ["", [f"{scheme}://", *host, region, ".amazonaws.com/", name]])])


def duration_s(value: object) -> int | float | None:
    """Seconds of a Duration; None when they are not known."""
    if not isinstance(value, Made) or not value.arguments:
        return None
    amount = value.arguments[0]
    factor = _SECONDS.get(value.short)
    return amount * factor if factor is not None and isinstance(amount, int | float) else None
