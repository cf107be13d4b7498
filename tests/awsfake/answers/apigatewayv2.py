"""API Gateway v2: everything that an API is made of, in one table of kinds.

moto has no GetAuthorizers, GetModels, GetDeployments, GetRouteResponses and UpdateStage, and none of the refusals.
Shapes: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/resources.html; refusals: answers/apigateway_rules.py
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers

if TYPE_CHECKING:
    from datetime import datetime

    from tests.awsfake.world import FakeAws


@dataclass(frozen=True)
class Kind:
    """`id`: the parameter that names one. `given`: whether its maker chooses it. `parents`: what it lies within."""

    name: str
    plural: str
    id: str
    parents: tuple[str, ...] = ("ApiId",)
    given: bool = False


KINDS = (
    Kind("Api", "Apis", "ApiId", ()),
    Kind("Route", "Routes", "RouteId"),
    Kind("Integration", "Integrations", "IntegrationId"),
    Kind("Authorizer", "Authorizers", "AuthorizerId"),
    Kind("Stage", "Stages", "StageName", given=True),
    Kind("Model", "Models", "ModelId"),
    Kind("Deployment", "Deployments", "DeploymentId"),
    Kind("RouteResponse", "RouteResponses", "RouteResponseId", ("ApiId", "RouteId")),
    Kind("IntegrationResponse", "IntegrationResponses", "IntegrationResponseId", ("ApiId", "IntegrationId")),
    Kind("DomainName", "DomainNames", "DomainName", (), given=True),
    Kind("ApiMapping", "ApiMappings", "ApiMappingId", ("DomainName",)),
    Kind("VpcLink", "VpcLinks", "VpcLinkId", ()),
)
_BY_NAME = {kind.name: kind for kind in KINDS}
_HOLDERS = {"ApiId": "Api", "RouteId": "Route", "IntegrationId": "Integration", "DomainName": "DomainName"}
"""Whose id a parent's parameter is."""
Key = tuple[str, ...]


class Gateway:
    """What one account has in one region: per kind, (parents..., id) -> its properties."""

    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.world = world
        self.account = account
        self.region = region
        self.things: dict[str, dict[Key, dict[str, Any]]] = {kind.name: {} for kind in KINDS}
        self._random = random.Random(f"{account}{region}")

    def new_id(self, length: int = 10) -> str:
        return "".join(self._random.choices(string.ascii_lowercase + string.digits, k=length))

    def of(self, kind: str, *parents: str) -> dict[Key, dict[str, Any]]:
        return {key: thing for key, thing in self.things[kind].items() if key[: len(parents)] == parents}

    def get(self, kind: str, *key: str) -> dict[str, Any]:
        for length, parent in enumerate(_BY_NAME[kind].parents, 1):
            if key[:length] not in self.things[_HOLDERS[parent]]:
                raise self._missing(_HOLDERS[parent], key[length - 1])
        if key not in self.things[kind]:
            raise self._missing(kind, key[-1])
        return self.things[kind][key]

    def _missing(self, kind: str, name: str) -> AwsError:
        if kind == "Api":
            return AwsError("NotFoundException", f"Invalid API identifier specified {self.account}:{name}", 404)
        words = {"DomainName": "domain name", "ApiMapping": "API mapping", "RouteResponse": "route response"}
        return AwsError("NotFoundException", f"Invalid {words.get(kind, kind)} identifier specified {name}", 404)

    def delete(self, kind: str, *key: str) -> None:
        """With all that lies within it."""
        self.get(kind, *key)
        del self.things[kind][key]
        for inner in KINDS:
            if inner.parents and _within(inner, kind):
                for held in [held for held in self.things[inner.name] if _key_starts(inner, held, kind, key)]:
                    del self.things[inner.name][held]

    def put(self, kind: str, key: Key, properties: dict[str, Any], at: datetime) -> dict[str, Any]:
        made: dict[str, Any] = dict(properties)
        made["CreatedDate"] = at
        self.things[kind][key] = made
        return made


def _within(inner: Kind, kind: str) -> bool:
    return _BY_NAME[kind].id in inner.parents


def _key_starts(inner: Kind, held: Key, kind: str, key: Key) -> bool:
    return held[: len(key)] == key and inner.parents[: len(key)][-1:] == (_BY_NAME[kind].id,)


def gateway(request: Request) -> Gateway:
    return request.world.room(Gateway, request.account, request.region)


def _shown(request: Request, thing: dict[str, Any]) -> Answer:
    """Only what the answer's shape has."""
    shape = request.shown.output_shape
    return {name: value for name, value in thing.items() if shape is None or name in shape.members}


def _parents(kind: Kind, request: Request) -> Key:
    return tuple(request.parameters[name] for name in kind.parents)


def _register(kind: Kind) -> None:
    key_names = (*kind.parents, kind.id)

    @answers(f"apigatewayv2:Create{kind.name}")
    def create(request: Request) -> Answer:
        room, parents = gateway(request), _parents(kind, request)
        if kind.parents:
            room.get(_HOLDERS[kind.parents[-1]], *parents)
        name = request.parameters[kind.id] if kind.given else room.new_id(10 if kind.name == "Api" else 7)
        if (*parents, name) in room.things[kind.name]:
            raise AwsError("ConflictException", f"{kind.name} already exists", 409)
        properties = {key: value for key, value in request.parameters.items() if key not in kind.parents}
        properties[kind.id] = name
        made = room.put(kind.name, (*parents, name), properties, request.world.clock.now())
        _complete(kind, room, request, parents, made)
        return _shown(request, made)

    @answers(f"apigatewayv2:Get{kind.name}")
    def get(request: Request) -> Answer:
        return _shown(request, gateway(request).get(kind.name, *(request.parameters[name] for name in key_names)))

    @answers(f"apigatewayv2:Get{kind.plural}")
    def list_all(request: Request) -> Answer:
        room, parents = gateway(request), _parents(kind, request)
        if kind.parents:
            room.get(_HOLDERS[kind.parents[-1]], *parents)
        item = request.shown.output_shape.members["Items"].member.members
        return {
            "Items": [
                {name: value for name, value in thing.items() if name in item}
                for thing in room.of(kind.name, *parents).values()
            ]
        }

    if kind.name != "VpcLink":

        @answers(f"apigatewayv2:Delete{kind.name}")
        def delete(request: Request) -> Answer:
            gateway(request).delete(kind.name, *(request.parameters[name] for name in key_names))
            return {}

    @answers(f"apigatewayv2:Update{kind.name}")
    def update(request: Request) -> Answer:
        thing = gateway(request).get(kind.name, *(request.parameters[name] for name in key_names))
        for name, value in request.parameters.items():
            if name in kind.parents or name == kind.id:
                continue
            if name in {"RouteSettings", "StageVariables", "DefaultRouteSettings"}:
                thing[name] = {**thing.get(name, {}), **value}
            else:
                thing[name] = value
        if "LastUpdatedDate" in request.shown.output_shape.members:
            thing["LastUpdatedDate"] = request.world.clock.now()
        return _shown(request, thing)


def _complete(kind: Kind, room: Gateway, request: Request, parents: Key, made: dict[str, Any]) -> None:
    """What AWS adds to what it was given."""
    if kind.name == "Api":
        scheme = "wss" if made["ProtocolType"] == "WEBSOCKET" else "https"
        made["ApiEndpoint"] = f"{scheme}://{made['ApiId']}.execute-api.{room.region}.amazonaws.com"
        made.setdefault("ApiKeySelectionExpression", "$request.header.x-api-key")
        made.setdefault("RouteSelectionExpression", "$request.method $request.path")
        made.setdefault("DisableExecuteApiEndpoint", False)
        made.setdefault("DisableSchemaValidation", False)
        made.setdefault("Tags", {})
    elif kind.name == "Stage":
        made.setdefault("DefaultRouteSettings", {"DetailedMetricsEnabled": False})
        made.setdefault("RouteSettings", {})
        made.setdefault("StageVariables", {})
        made.setdefault("Tags", {})
        made["LastUpdatedDate"] = made["CreatedDate"]
    elif kind.name == "Route":
        made.setdefault("AuthorizationType", "NONE")
        made.setdefault("ApiKeyRequired", False)
    elif kind.name == "Deployment":
        made["DeploymentStatus"] = "DEPLOYED"
        made["AutoDeployed"] = False
    elif kind.name == "DomainName":
        made.setdefault("Tags", {})
        for number, one in enumerate(made.setdefault("DomainNameConfigurations", [{}])):
            one.setdefault("ApiGatewayDomainName", f"d-{room.new_id()}.execute-api.{room.region}.amazonaws.com")
            one.setdefault("DomainNameStatus", "AVAILABLE")
            one.setdefault("EndpointType", "REGIONAL")
            one.setdefault("HostedZoneId", f"Z{number}FAKEREGIONAL")
        made["ApiMappingSelectionExpression"] = "$request.basepath"
        made["DomainNameArn"] = f"arn:aws:apigateway:{room.region}::/domainnames/{made['DomainName']}"
    if kind.name in {"Route", "Integration", "RouteResponse", "IntegrationResponse", "Model", "Authorizer"}:
        made.pop("CreatedDate", None)


for _kind in KINDS:
    _register(_kind)
