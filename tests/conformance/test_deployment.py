"""What is created at AWS for the suite, and that all of it is deleted. botocore checks the requests."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from tests.conformance.control_plane import ACCOUNT, ControlPlane
from tests.conformance.model import HERE, load_apis
from tests.conformance.targets.aws import ROLE_VARIABLE, Aws
from tests.conformance.targets.deployment import Deployment, bundle
from tests.conformance.targets.target import TargetUnavailable

REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/functions"
APIS = load_apis()


@pytest.fixture
def plane() -> ControlPlane:
    return ControlPlane(REGION)


@pytest.fixture
def deployment(plane: ControlPlane) -> Deployment:
    return Deployment(plane.client, region=REGION, account_id=ACCOUNT, role_arn=ROLE, prefix="conformance-test-")


def deleted(plane: ControlPlane) -> list[str]:
    return sorted(path for method, path, _ in plane.calls if method == "DELETE")


def test_everything_is_deleted_at_the_end(plane: ControlPlane, deployment: Deployment) -> None:
    with deployment.deployed(APIS) as api_ids:
        assert api_ids.keys() == APIS.keys()
        assert deleted(plane) == []
        functions = [body["FunctionName"] for body in plane.bodies("POST", "/2015-03-31/functions")]

    expected = [f"/v2/apis/{api_id}" for api_id in api_ids.values()]
    expected += [f"/2015-03-31/functions/{name}" for name in functions]
    assert deleted(plane) == sorted(expected)
    groups = [body["logGroupName"] for body in plane.bodies("POST", "/") if "logGroupName" in body]
    assert sorted(groups) == sorted(f"/aws/lambda/{name}" for name in functions)


def test_everything_is_deleted_when_a_part_can_not_be_made(plane: ControlPlane, deployment: Deployment) -> None:
    plane.fails = re.compile("/integrations")
    with pytest.raises(Exception, match="gone"), deployment.deployed({"bare": APIS["bare"]}):
        pass

    assert len(deleted(plane)) == 1 + len(APIS["bare"].handlers)


def test_what_is_gone_already_is_passed_over(plane: ControlPlane, deployment: Deployment) -> None:
    with deployment.deployed({"bare": APIS["bare"]}):
        plane.fails = re.compile("/v2/apis/")

    assert len(deleted(plane)) == 1 + len(APIS["bare"].handlers)


def test_nothing_else_is_deleted(plane: ControlPlane, deployment: Deployment) -> None:
    deployment.delete()

    assert plane.calls == []


@pytest.mark.parametrize("name", APIS)
def test_routes_are_those_of_the_file(plane: ControlPlane, deployment: Deployment, name: str) -> None:
    api = APIS[name]
    with deployment.deployed({name: api}):
        (told,) = plane.bodies("POST", "/v2/apis")
        routes = {body["routeKey"]: body for body in plane.bodies("POST", "/v2/apis/[^/]+/routes")}
        responses = plane.bodies("POST", "/v2/apis/[^/]+/routes/[^/]+/routeresponses")

    assert (told["protocolType"], told["routeSelectionExpression"]) == ("WEBSOCKET", api.expression)
    assert routes.keys() == api.routes.keys()
    for key, route in api.routes.items():
        assert (routes[key].get("routeResponseSelectionExpression") == "$default") == route.response
        assert routes[key].get("requestModels", {}).keys() == route.models.keys()
    assert responses == [{"routeResponseKey": "$default"}] * sum(route.response for route in api.routes.values())
    guarded = [key for key, route in routes.items() if route.get("authorizationType") == "CUSTOM"]
    assert guarded == (["$connect"] if api.authorizer else [])


@pytest.mark.parametrize("name", [name for name, api in APIS.items() if api.authorizer])
def test_authorizers_have_their_identity_sources(plane: ControlPlane, deployment: Deployment, name: str) -> None:
    with deployment.deployed({name: APIS[name]}):
        (authorizer,) = plane.bodies("POST", "/v2/apis/[^/]+/authorizers")

    assert authorizer["authorizerType"] == "REQUEST"
    assert tuple(authorizer["identitySource"]) == APIS[name].identity_sources


def test_the_stage_has_its_variables(plane: ControlPlane, deployment: Deployment) -> None:
    with deployment.deployed({"staged": APIS["staged"]}):
        (stage,) = plane.bodies("POST", "/v2/apis/[^/]+/stages")

    assert (stage["stageName"], stage["stageVariables"]) == ("prod", APIS["staged"].stage_variables)


def test_integrations_name_the_functions_and_their_time(plane: ControlPlane, deployment: Deployment) -> None:
    with deployment.deployed({"main": APIS["main"]}):
        integrations = plane.bodies("POST", "/v2/apis/[^/]+/integrations")

    late = [each for each in integrations if each.get("timeoutInMillis") == 400]
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:conformance-test-act"
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    assert [each["integrationUri"] for each in late] == [uri, uri]


def test_api_gateway_may_call_the_functions_and_nobody_else(plane: ControlPlane, deployment: Deployment) -> None:
    with deployment.deployed({"bare": APIS["bare"]}) as api_ids:
        permissions = plane.bodies("POST", "/2015-03-31/functions/[^/]+/policy")

    assert {each["Principal"] for each in permissions} == {"apigateway.amazonaws.com"}
    assert {each["SourceArn"] for each in permissions} == {
        f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api_ids['bare']}/*"
    }


def test_the_plan_names_everything(deployment: Deployment) -> None:
    plan = deployment.plan(APIS)

    assert all(f"conformance-test-{name}" in plan for name in APIS)
    assert all(f"conformance-test-{handler}" in plan for api in APIS.values() for handler in api.handlers)


def test_the_bundle_is_the_handlers_and_always_the_same() -> None:
    folder = HERE / "fixtures"
    with zipfile.ZipFile(io.BytesIO(bundle(folder))) as archive:
        assert archive.namelist() == ["handlers.py"]
        assert archive.read("handlers.py") == (folder / "handlers.py").read_bytes()
    assert bundle(folder) == bundle(folder)


def test_aws_is_not_touched_without_a_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ROLE_VARIABLE, raising=False)

    with pytest.raises(TargetUnavailable, match=ROLE_VARIABLE), Aws().serve(APIS):
        pass
