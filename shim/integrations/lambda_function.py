"""AWS with a Lambda function: it gets what the mapping template renders, and what it returns is mapped back.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
"""

from __future__ import annotations

from shim.gateway.definition import LambdaMapped
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.texts import parse_json, print_json
from shim.integrations.call import Answer, Backend, FunctionFailed, IntegrationFailed
from shim.integrations.mapping import mapped_answer, request_payload
from shim.integrations.selection import select_response
from shim.integrations.sources import Response, Sources


async def call_lambda(backend: Backend, integration: LambdaMapped, sources: Sources) -> Answer:
    """A function that raises answers through the integration response that its error message selects, with status 500,
    so that `$connect` is never accepted by one. Raises FunctionFailed when none is selected; IntegrationFailed;
    TimeoutError."""
    mapped = integration.mapping
    payload = request_payload(mapped, sources).strip()
    try:
        event = parse_json(payload) if payload else {}
    except Refusal as error:
        raise IntegrationFailed(f"the payload for {integration.function} is not JSON, which Lambda demands") from error
    try:
        result = await backend.invoke(integration.function, event)
    except FunctionFailed as error:
        if select_response(mapped.responses, error.error_message) is None:
            raise
        body = print_json({"errorMessage": error.error_message, "errorType": error.error_type})
        return mapped_answer(mapped, Response(200, body), sources, subject=error.error_message, status=500)
    try:
        body = print_json(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise IntegrationFailed(f"{integration.function} returned something that is not JSON") from error
    return mapped_answer(mapped, Response(200, body), sources)
