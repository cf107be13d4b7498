"""What moto lacks of Lambda, and what it does otherwise.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

from __future__ import annotations

import io
from typing import Any

from botocore.response import StreamingBody

from tests.awsfake.errors import AwsError
from tests.awsfake.functions import function_name
from tests.awsfake.request import Answer, Request, answers


def _function(request: Request) -> Any:
    name = function_name(request.parameters["FunctionName"])
    found = request.world.functions.find(request.account, request.region, name)
    if found is None:
        arn = f"arn:aws:lambda:{request.region}:{request.account}:function:{name}"
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404)
    return found


@answers("lambda:Invoke")
def invoke(request: Request) -> Answer:
    function = _function(request)
    outcome = request.world.functions.invoke(request.account, request.region, function.function_name)
    if outcome == "throttled":
        raise AwsError(
            "TooManyRequestsException",
            "Rate Exceeded.",
            429,
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )
    return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": StreamingBody(io.BytesIO(b"null"), 4)}


@answers("lambda:ListFunctionUrlConfigs")
def list_function_url_configs(request: Request) -> Answer:
    config = _function(request).url_config
    return {"FunctionUrlConfigs": [config.to_dict()] if config else []}


@answers("lambda:PutProvisionedConcurrencyConfig")
def put_provisioned_concurrency_config(request: Request) -> Answer:
    function = _function(request)
    wanted = request.parameters["ProvisionedConcurrentExecutions"]
    kept = function.__dict__.setdefault("awsfake_provisioned", {})
    kept[request.parameters["Qualifier"]] = wanted
    return {"RequestedProvisionedConcurrentExecutions": wanted, "Status": "READY"}


@answers("lambda:ListProvisionedConcurrencyConfigs")
def list_provisioned_concurrency_configs(request: Request) -> Answer:
    function = _function(request)
    return {
        "ProvisionedConcurrencyConfigs": [
            {
                "FunctionArn": f"{function.function_arn}:{qualifier}",
                "RequestedProvisionedConcurrentExecutions": wanted,
                "AvailableProvisionedConcurrentExecutions": wanted,
                "AllocatedProvisionedConcurrentExecutions": wanted,
                "Status": "READY",
            }
            for qualifier, wanted in function.__dict__.get("awsfake_provisioned", {}).items()
        ]
    }
