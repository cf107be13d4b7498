"""What resources of Terraform are called on one machine, by the attributes that Terraform gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from migrator.inventory.assumed import ACCOUNT
from migrator.scan.intrinsics import Resolver, Unresolved
from migrator.scan.physical import Names
from migrator.scan.terraform.kinds import NAMES
from migrator.scan.terraform.values import JSON, KNOWN
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

ARGUMENTS: Final = "Arguments"
"""The key under which a resource keeps what its block says, beside the properties of CloudFormation's type."""

_ARN_IS_ID: Final = frozenset({"AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::StepFunctions::StateMachine"})


class TerraformNames(Names):
    def name(self, logical_id: str, resource: Map, resolver: Resolver) -> str:
        label = re.sub(r"\W+", "-", logical_id.rpartition("aws_")[2].partition(".")[2] or logical_id).strip("-")
        return super().name(label, resource, resolver)

    def attribute(self, logical_id: str, attribute: str, resource: Map, resolver: Resolver) -> str:  # noqa: PLR0911
        kind = str(resource.get("Type"))
        arguments = as_map(resource.get(ARGUMENTS))
        if kind == "data":
            return self._data(attribute, arguments, resolver)
        if attribute == "arn" or (attribute == "id" and kind in _ARN_IS_ID):
            return self._of_gateway(logical_id, kind, arguments, resolver) or super().attribute(
                logical_id, "Arn", resource, resolver
            )
        if attribute == "invoke_arn":
            function = super().attribute(logical_id, "Arn", resource, resolver)
            return f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/{function}/invocations"
        if attribute == "qualified_arn":
            return super().attribute(logical_id, "Arn", resource, resolver) + ":1"
        if attribute == "execution_arn":
            return self._of_gateway(logical_id, kind, arguments, resolver)
        if attribute == "api_endpoint":
            return super().attribute(logical_id, "ApiEndpoint", resource, resolver)
        if attribute == "invoke_url":
            api = resolver.text_or(arguments.get("api_id"), "api")
            stage = resolver.text_or(arguments.get("name"), "$default")
            return f"wss://{api}.execute-api.{self.region}.amazonaws.com/{stage}"
        if attribute == "stream_arn":
            return super().attribute(logical_id, "StreamArn", resource, resolver)
        if attribute in arguments and attribute not in NAMES:
            return resolver.text_or(arguments[attribute], "")
        if attribute in {"name", "function_name", "bucket"}:
            return self.name(logical_id, resource, resolver)
        return self.ref(logical_id, resource, resolver)

    def _of_gateway(self, logical_id: str, kind: str, arguments: Map, resolver: Resolver) -> str:
        """The ARN that calls of an API have, or of a stage of it; empty for other kinds."""
        if kind == "AWS::ApiGatewayV2::Api":
            api = "".join(character for character in logical_id.lower() if character.isalnum())
            return f"arn:aws:execute-api:{self.region}:{ACCOUNT}:{api}"
        if kind == "AWS::ApiGatewayV2::Stage":
            api, stage = resolver.text_or(arguments.get("api_id"), "api"), resolver.text_or(arguments.get("name"), "*")
            return f"arn:aws:execute-api:{self.region}:{ACCOUNT}:{api}/{stage}"
        return ""

    def _data(self, attribute: str, arguments: Map, resolver: Resolver) -> str:
        fixed = {"account_id": ACCOUNT, "region": self.region, "partition": "aws", "dns_suffix": "amazonaws.com"}
        if attribute in arguments:
            return resolver.text_or(arguments[attribute], "")
        if attribute == "id":
            return ACCOUNT if "account" in str(arguments.get("of")) else self.region
        return fixed.get(attribute, self.region if attribute == "name" else "")


class TerraformResolver(Resolver):
    """`ensure` evaluates the instance of an address, when nothing has yet."""

    def __init__(self, names: Names, ensure: Callable[[str], None]) -> None:
        super().__init__(Map(""), names)
        self.resources = Map("")
        self.ensure = ensure

    def _rules(self) -> dict[str, Callable[[object], object]]:
        return {**super()._rules(), KNOWN: lambda argument: as_list(argument)[0], JSON: self._json}

    def _get_att(self, argument: object) -> object:
        address = as_text(as_list(argument)[0]) or ""
        self.ensure(address)
        resource = as_map(self.resources.get(address))
        attribute = as_text(as_list(argument)[-1]) or ""
        if attribute in as_map(resource.get(ARGUMENTS)) and attribute not in NAMES:
            # An attribute that the block gives may be a list or an object, not only a text.
            return self.resolve(as_map(resource[ARGUMENTS])[attribute])
        return super()._get_att(argument)

    def _ref(self, argument: object) -> object:
        self.ensure(as_text(argument) or "")
        return super()._ref(argument)

    def _json(self, argument: object) -> object:
        value = self.resolve(as_list(argument)[0])
        unknown = _unresolved(value)
        return unknown if unknown is not None else json.dumps(value)


def _unresolved(value: object) -> Unresolved | None:
    """The first part of a value that isn't known."""
    if isinstance(value, Unresolved):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for element in inner if (found := _unresolved(element)) is not None), None)
