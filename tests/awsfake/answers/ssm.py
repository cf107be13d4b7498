"""Parameters. moto has them, but takes seconds to load.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws


class Parameters:
    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.all: dict[str, dict[str, Any]] = {}


def _room(request: Request) -> dict[str, dict[str, Any]]:
    return request.world.room(Parameters, request.account, request.region).all


def _arn(request: Request, name: str) -> str:
    return f"arn:aws:ssm:{request.region}:{request.account}:parameter/{name.lstrip('/')}"


@answers("ssm:PutParameter")
def put_parameter(request: Request) -> Answer:
    asked = request.parameters
    held = _room(request)
    if asked["Name"] in held and not asked.get("Overwrite"):
        raise AwsError("ParameterAlreadyExists", "The parameter already exists.")
    version = held.get(asked["Name"], {}).get("Version", 0) + 1
    held[asked["Name"]] = {**asked, "Version": version, "LastModifiedDate": request.world.clock.now()}
    return {"Version": version}


@answers("ssm:DescribeParameters")
def describe_parameters(request: Request) -> Answer:
    shown = ("Name", "Type", "Description", "Version", "LastModifiedDate")
    return {
        "Parameters": [
            {key: one[key] for key in shown if key in one} | {"ARN": _arn(request, name)}
            for name, one in _room(request).items()
        ]
    }


def _valued(request: Request, name: str, one: dict[str, Any]) -> dict[str, Any]:
    hidden = one.get("Type") == "SecureString" and not request.parameters.get("WithDecryption")
    return {
        "Name": name,
        "Type": one.get("Type", "String"),
        "Value": "AQICAHhidden" if hidden else one["Value"],
        "Version": one["Version"],
        "LastModifiedDate": one["LastModifiedDate"],
        "ARN": _arn(request, name),
    }


@answers("ssm:GetParameters")
def get_parameters(request: Request) -> Answer:
    held, names = _room(request), request.parameters["Names"]
    return {
        "Parameters": [_valued(request, name, held[name]) for name in names if name in held],
        "InvalidParameters": [name for name in names if name not in held],
    }


@answers("ssm:GetParameter")
def get_parameter(request: Request) -> Answer:
    name = request.parameters["Name"]
    if name not in _room(request):
        raise AwsError("ParameterNotFound", f"Parameter {name} not found.")
    return {"Parameter": _valued(request, name, _room(request)[name])}


@answers("ssm:GetParametersByPath")
def get_parameters_by_path(request: Request) -> Answer:
    path = request.parameters["Path"].rstrip("/") + "/"
    return {"Parameters": [_valued(request, n, one) for n, one in _room(request).items() if n.startswith(path)]}
