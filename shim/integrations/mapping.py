"""From a message to the payload of a request, and from an answer back to a message, where the integration is no proxy.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-transformations.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html
"""

from __future__ import annotations

import base64
import binascii

from shim.gateway.definition import Mapped
from shim.gateway.vtl.texts import well_formed
from shim.integrations.call import Answer, IntegrationFailed
from shim.integrations.selection import select_response, select_template
from shim.integrations.sources import Response, Sources


def request_template(mapped: Mapped, sources: Sources) -> str | None:
    """The template for this message; None when its body is passed on. Raises IntegrationFailed where it may not be."""
    template = select_template(mapped.request_templates, mapped.template_selection_expression, sources)
    refused = mapped.passthrough == "NEVER" or (mapped.passthrough == "WHEN_NO_TEMPLATES" and mapped.request_templates)
    if template is None and refused:
        raise IntegrationFailed(f"no request template is selected, and the body is passed through {mapped.passthrough}")
    return template


def request_payload(mapped: Mapped, sources: Sources) -> str:
    """What the template renders, or the body. Raises IntegrationFailed."""
    template = request_template(mapped, sources)
    return sources.call.body if template is None else sources.render(template)


def converted_to_bytes(mapped: Mapped, payload: str) -> bytes:
    """The payload as bytes; with CONVERT_TO_BINARY those that it holds as base64. Raises IntegrationFailed."""
    if mapped.content_handling != "CONVERT_TO_BINARY":
        return well_formed(payload).encode()
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrationFailed("the payload is to be converted to binary, and is no base64") from error


def converted_to_text(mapped: Mapped, payload: bytes) -> str:
    """With CONVERT_TO_TEXT as base64; otherwise what is no UTF-8 becomes U+FFFD, because frames are text."""
    if mapped.content_handling == "CONVERT_TO_TEXT":
        return base64.b64encode(payload).decode("ascii")
    return payload.decode("utf-8", "replace")


def mapped_answer(
    mapped: Mapped, response: Response, sources: Sources, *, subject: str | None = None, status: int | None = None
) -> Answer:
    """The answer, through the integration response that is selected. Raises IntegrationFailed when none is.

    `subject`: what the keys are matched with; None: the HTTP status. `status`: of the answer; None: the response's.
    Without any integration responses the body is the answer.
    """
    status = response.status if status is None else status
    body = response.body
    if mapped.responses:
        subject = str(response.status) if subject is None else subject
        selected = select_response(mapped.responses, subject)
        if selected is None:
            raise IntegrationFailed(f"no integration response fits {subject[:200]!r}, and there is no $default")
        template = select_template(selected.templates, selected.template_selection_expression, sources, response)
        if template is not None:
            body = sources.render(template, response)
    return Answer(status, well_formed(body) or None, response.headers)
