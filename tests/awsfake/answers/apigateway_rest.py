"""REST APIs: enough of them to call functions. moto's need a validator of OpenAPI.

https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws


class RestApis:
    """API id -> its properties, with `resources`: resource id -> its properties, and `stages` by name."""

    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.all: dict[str, dict[str, Any]] = {}


def _room(request: Request) -> dict[str, dict[str, Any]]:
    return request.world.room(RestApis, request.account, request.region).all


def _api(request: Request) -> dict[str, Any]:
    name = request.parameters["restApiId"]
    if name not in _room(request):
        raise AwsError("NotFoundException", f"Invalid API identifier specified {request.account}:{name}", 404)
    return _room(request)[name]


def _shown(api: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in api.items() if key not in {"resources", "stages"}}


@answers("apigateway:CreateRestApi")
def create_rest_api(request: Request) -> Answer:
    name = f"rest{len(_room(request)):06}"
    root = f"root{len(_room(request))}"
    _room(request)[name] = {
        **request.parameters,
        "id": name,
        "rootResourceId": root,
        "createdDate": request.world.clock.now(),
        "resources": {root: {"id": root, "path": "/"}},
        "stages": {},
    }
    return _shown(_room(request)[name])


@answers("apigateway:GetRestApis")
def get_rest_apis(request: Request) -> Answer:
    return {"items": [_shown(api) for api in _room(request).values()]}


@answers("apigateway:DeleteRestApi")
def delete_rest_api(request: Request) -> Answer:
    _api(request)
    del _room(request)[request.parameters["restApiId"]]
    return {}


@answers("apigateway:GetResources")
def get_resources(request: Request) -> Answer:
    """Methods are told whole only when `embed` asks for them."""
    whole = "methods" in request.parameters.get("embed", ())
    shown = []
    for resource in _api(request)["resources"].values():
        methods = resource.get("resourceMethods", {})
        one = {key: value for key, value in resource.items() if key != "resourceMethods"}
        shown.append(
            one | ({"resourceMethods": methods if whole else {name: {} for name in methods}} if methods else {})
        )
    return {"items": shown}


@answers("apigateway:CreateResource")
def create_resource(request: Request) -> Answer:
    resources = _api(request)["resources"]
    parent = resources[request.parameters["parentId"]]
    name, part = f"res{len(resources)}", request.parameters["pathPart"]
    path = parent["path"].rstrip("/") + "/" + part
    resources[name] = {"id": name, "parentId": parent["id"], "pathPart": part, "path": path}
    return dict(resources[name])


def _method(request: Request) -> dict[str, Any]:
    resource = _api(request)["resources"][request.parameters["resourceId"]]
    methods: dict[str, dict[str, Any]] = resource.setdefault("resourceMethods", {})
    return methods.setdefault(request.parameters["httpMethod"], {"httpMethod": request.parameters["httpMethod"]})


@answers("apigateway:PutMethod")
def put_method(request: Request) -> Answer:
    method = _method(request)
    method["authorizationType"] = request.parameters.get("authorizationType", "NONE")
    return dict(method)


@answers("apigateway:PutIntegration")
def put_integration(request: Request) -> Answer:
    integration = {
        "type": request.parameters["type"],
        "httpMethod": request.parameters.get("integrationHttpMethod"),
        "uri": request.parameters.get("uri", ""),
    }
    _method(request)["methodIntegration"] = integration
    return dict(integration)


@answers("apigateway:GetMethod")
def get_method(request: Request) -> Answer:
    return dict(_method(request))


@answers("apigateway:CreateDeployment")
def create_deployment(request: Request) -> Answer:
    name = request.parameters.get("stageName")
    if name:
        _api(request)["stages"][name] = {
            "stageName": name,
            "deploymentId": "rest1",
            "createdDate": request.world.clock.now(),
        }
    return {"id": "rest1", "createdDate": request.world.clock.now()}


@answers("apigateway:GetStages")
def get_stages(request: Request) -> Answer:
    return {"item": list(_api(request)["stages"].values())}


@answers("apigateway:GetAuthorizers")
def get_authorizers(request: Request) -> Answer:
    return {"items": list(_api(request).get("authorizers", []))}
