"""The suite's APIs, deployed with the control plane of AWS: at AWS, or at an emulator of it."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.model import HERE, STAGE, Api, Route

RETRYING = Config(retries={"mode": "adaptive", "max_attempts": 10})
"""CreateApi and its like are limited to a few calls a second."""

ROLE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        },
    ],
}
"""What the role of the functions has to be allowed."""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LAMBDA_START_S = 60.0


class Deployment:
    """Functions and APIs whose names begin with `prefix`.

    `client`: service name -> boto3 client, for one region. `environment`: of the functions.
    """

    def __init__(
        self,
        client: Callable[[str], Any],
        *,
        region: str,
        account_id: str,
        role_arn: str,
        prefix: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._client = client
        self._region, self._account_id, self._role_arn = region, account_id, role_arn
        self._prefix = prefix
        self._environment = dict(environment or {})
        self._functions: dict[str, str] = {}
        self._apis: list[str] = []

    @contextmanager
    def deployed(self, apis: Mapping[str, Api]) -> Iterator[dict[str, str]]:
        """API name -> API id. Everything that it created is deleted at the end, also after a failure."""
        try:
            for handler in sorted({handler for api in apis.values() for handler in api.handlers}):
                self._functions[handler] = self._create_function(handler)
            yield {name: self._create_api(api) for name, api in apis.items()}
        finally:
            self.delete()

    def plan(self, apis: Mapping[str, Api]) -> str:
        """What `deployed` creates and deletes, in words."""
        handlers = sorted({handler for api in apis.values() for handler in api.handlers})
        return (
            f"In region {self._region} of account {self._account_id}, all of it deleted at the end:\n"
            f"  {len(handlers)} Lambda functions ({', '.join(self._prefix + handler for handler in handlers)}), "
            f"with the role {self._role_arn}, and their log groups\n"
            f"  {len(apis)} WebSocket APIs ({', '.join(self._prefix + name for name in apis)}), "
            f"each with the stage {STAGE}\n"
        )

    def delete(self) -> None:
        """What is gone already is passed over."""
        gateway, functions, logs = self._client("apigatewayv2"), self._client("lambda"), self._client("logs")
        for api_id in self._apis:
            _unless_gone(lambda api_id=api_id: gateway.delete_api(ApiId=api_id))
        for handler in self._functions:
            name = self._prefix + handler
            _unless_gone(lambda name=name: functions.delete_function(FunctionName=name))
            _unless_gone(lambda name=name: logs.delete_log_group(logGroupName=f"/aws/lambda/{name}"))
        self._apis, self._functions = [], {}

    def _create_function(self, handler: str) -> str:
        """Its ARN. A role that was made a moment ago can't be assumed yet, so it is tried again."""
        functions = self._client("lambda")
        deadline = time.monotonic() + LAMBDA_START_S
        while True:
            try:
                made = functions.create_function(
                    FunctionName=self._prefix + handler,
                    Runtime="python3.12",
                    Role=self._role_arn,
                    Handler=f"handlers.{handler}",
                    Code={"ZipFile": bundle(HERE / "fixtures")},
                    Timeout=10,
                    MemorySize=512,
                    Environment={"Variables": self._environment},
                )
                break
            except functions.exceptions.InvalidParameterValueException as error:
                if "assumed" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(2)
        functions.get_waiter("function_active_v2").wait(
            FunctionName=self._prefix + handler, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        return str(made["FunctionArn"])

    def _create_api(self, api: Api) -> str:
        gateway = self._client("apigatewayv2")
        api_id: str = gateway.create_api(
            Name=self._prefix + api.name, ProtocolType="WEBSOCKET", RouteSelectionExpression=api.expression
        )["ApiId"]
        self._apis.append(api_id)
        self._allow(api_id, api.handlers)
        authorizer_id = self._create_authorizer(api_id, api) if api.authorizer else None
        for key, route in api.routes.items():
            self._create_route(api_id, key, route, authorizer_id if key == "$connect" else None)
        deployment_id = gateway.create_deployment(ApiId=api_id)["DeploymentId"]
        gateway.create_stage(
            ApiId=api_id, StageName=STAGE, DeploymentId=deployment_id, StageVariables=dict(api.stage_variables)
        )
        return api_id

    def _create_authorizer(self, api_id: str, api: Api) -> str:
        made = self._client("apigatewayv2").create_authorizer(
            ApiId=api_id,
            Name="authorizer",
            AuthorizerType="REQUEST",
            AuthorizerUri=self._uri(api.authorizer or ""),
            IdentitySource=list(api.identity_sources),
        )
        return str(made["AuthorizerId"])

    def _create_route(self, api_id: str, key: str, route: Route, authorizer_id: str | None) -> None:
        gateway = self._client("apigatewayv2")
        timeout = {"TimeoutInMillis": route.timeout_ms} if route.timeout_ms else {}
        integration = gateway.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationMethod="POST",
            IntegrationUri=self._uri(route.handler),
            **timeout,
        )
        more: dict[str, Any] = {}
        if authorizer_id:
            more |= {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizer_id}
        if route.response:
            more["RouteResponseSelectionExpression"] = "$default"
        if route.models:
            more["RequestModels"] = {model: self._create_model(api_id, model, route) for model in route.models}
            more["ModelSelectionExpression"] = route.model_expression
        made = gateway.create_route(
            ApiId=api_id, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}", **more
        )
        if route.response:
            gateway.create_route_response(ApiId=api_id, RouteId=made["RouteId"], RouteResponseKey="$default")

    def _create_model(self, api_id: str, model: str, route: Route) -> str:
        self._client("apigatewayv2").create_model(
            ApiId=api_id, Name=model, ContentType="application/json", Schema=json.dumps(route.models[model])
        )
        return model

    def _allow(self, api_id: str, handlers: Sequence[str]) -> None:
        """API Gateway to call the functions."""
        for handler in handlers:
            self._client("lambda").add_permission(
                FunctionName=self._prefix + handler,
                StatementId=f"api-{api_id}",
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=f"arn:aws:execute-api:{self._region}:{self._account_id}:{api_id}/*",
            )

    def _uri(self, handler: str) -> str:
        return (
            f"arn:aws:apigateway:{self._region}:lambda:path/2015-03-31/functions/{self._functions[handler]}/invocations"
        )


def bundle(folder: Path) -> bytes:
    """A ZIP of the Python files there, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.py")):
            entry = zipfile.ZipInfo(path.name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _unless_gone(call: Callable[[], object]) -> None:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NotFoundException", "ResourceNotFoundException"}:
            raise
