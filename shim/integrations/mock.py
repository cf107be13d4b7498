"""MOCK: nothing is called; the request template says which status is answered.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

from shim.gateway.definition import Mock
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.texts import parse_json
from shim.integrations.call import Answer, IntegrationFailed
from shim.integrations.mapping import mapped_answer, request_payload
from shim.integrations.sources import Response, Sources


def call_mock(integration: Mock, sources: Sources) -> Answer:
    """Raises IntegrationFailed when what the template renders is no JSON with a `statusCode`."""
    try:
        request = parse_json(request_payload(integration.mapping, sources))
    except Refusal as error:
        raise IntegrationFailed("a mock integration needs a request template that renders JSON") from error
    status = request.get("statusCode") if isinstance(request, dict) else None
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise IntegrationFailed("what a mock integration's request template renders needs a statusCode")
    return mapped_answer(integration.mapping, Response(status, ""), sources)
