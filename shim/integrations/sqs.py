"""AWS with SQS: the request template renders a form that sends a message to a queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import parse_qsl

from shim.gateway.definition import Sqs
from shim.gateway.vtl.texts import print_json
from shim.integrations.call import Answer, IntegrationFailed
from shim.integrations.errors import Unusable
from shim.integrations.mapping import mapped_answer, request_template
from shim.integrations.options import IntegrationOptions
from shim.integrations.parameters import request_parameters
from shim.integrations.sources import Response, Sources

_FIELDS: Final = 64
"""Most fields of a form."""

_PATH: Final = re.compile(r"[0-9]{12}/[A-Za-z0-9_-]{1,80}(?:\.fifo)?")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]+")
_ATTRIBUTE: Final = re.compile(r"MessageAttribute\.([0-9]{1,2})\.(Name|Value\.(DataType|StringValue|BinaryValue))")
_PLAIN: Final = frozenset({"MessageBody", "MessageGroupId", "MessageDeduplicationId"})
_NOT_SENT: Final = frozenset({"Action", "Version", "QueueUrl"})


class Queues:
    """Clients of SQS, one for each region and endpoint, called in threads."""

    def __init__(self, options: IntegrationOptions) -> None:
        self._options = options
        self._pool: ThreadPoolExecutor | None = None
        self._clients: dict[tuple[str, str | None], Any] = {}

    async def call(self, integration: Sqs, sources: Sources) -> Answer:
        """What SQS answers, also when it refuses, selects the integration response. Raises IntegrationFailed."""
        mapped = integration.mapping
        template = request_template(mapped, sources)
        parameters = request_parameters(mapped.request_parameters, sources)
        pairs = [*parameters.query, *_pairs("" if template is None else sources.render(template))]
        message = message_of_form(pairs, integration)
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._options.sqs_threads, thread_name_prefix="sqs")
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._pool, self._send, integration, message)
        return mapped_answer(mapped, response, sources)

    def close(self) -> None:
        """Waits for nothing: a message that is under way arrives or not."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _send(self, integration: Sqs, message: Mapping[str, Any]) -> Response:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - takes long, and few need it

        try:
            sent = self._client(integration).send_message(**message)
        except ClientError as error:
            return _refusal(error.response)
        except BotoCoreError as error:
            raise IntegrationFailed(f"SQS: {error}") from error
        return _receipt(sent)

    def _client(self, integration: Sqs) -> Any:  # noqa: ANN401 - boto3 makes its classes when it is asked
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        key = (integration.region, integration.endpoint)
        if key not in self._clients:
            config = Config(connect_timeout=self._options.connect_timeout_s, retries={"total_max_attempts": 2})
            self._clients[key] = boto3.session.Session().client(
                "sqs", region_name=integration.region, endpoint_url=integration.endpoint, config=config
            )
        return self._clients[key]


def check_sqs(integration: Sqs) -> None:
    """Raises Unusable."""
    if integration.path and not _PATH.fullmatch(integration.path):
        raise Unusable(f"{integration.path!r} is no <account>/<queue>")
    if not _REGION.fullmatch(integration.region):
        raise Unusable(f"{integration.region!r} is no region")
    if integration.endpoint is not None and not integration.endpoint.startswith(("http://", "https://")):
        raise Unusable(f"{integration.endpoint!r} is no address that begins with http:// or https://")


def message_of_form(pairs: Iterable[tuple[str, str]], integration: Sqs) -> dict[str, Any]:
    """The arguments of SendMessage. Raises IntegrationFailed for a form that is not one, or gives a field twice."""
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form:
            raise IntegrationFailed(f"the form for SQS gives {name[:80]} twice: encode values with $util.urlEncode")
        form[name] = value
    if form.get("Action") != "SendMessage":
        raise IntegrationFailed("the form for SQS has to have Action=SendMessage")
    message: dict[str, Any] = {"QueueUrl": _queue(form, integration)}
    attributes: dict[str, dict[str, str]] = {}
    for name, value in form.items():
        attribute = _ATTRIBUTE.fullmatch(name)
        if name in _PLAIN:
            message[name] = value
        elif name == "DelaySeconds" and re.fullmatch(r"[0-9]{1,3}", value):
            message[name] = int(value)
        elif attribute:
            attributes.setdefault(attribute[1], {})[attribute[3] or "Name"] = value
        elif name not in _NOT_SENT:
            raise IntegrationFailed(f"the form for SQS has the field {name[:80]!r}, which SendMessage has not")
    if attributes:
        message["MessageAttributes"] = {
            attribute.pop("Name", number): attribute for number, attribute in attributes.items()
        }
    if "MessageBody" not in message:
        raise IntegrationFailed("the form for SQS has no MessageBody")
    return message


def _pairs(rendered: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(rendered.strip(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError as error:
        raise IntegrationFailed(f"the form for SQS has more than {_FIELDS} fields") from error


def _queue(form: Mapping[str, str], integration: Sqs) -> str:
    """The queue of the definition, whatever the form says; without one, the form's."""
    if integration.path:
        host = integration.endpoint or f"https://sqs.{integration.region}.amazonaws.com"
        return f"{host.rstrip('/')}/{integration.path}"
    if not form.get("QueueUrl"):
        raise IntegrationFailed("neither the integration nor the form for SQS names a queue")
    return form["QueueUrl"]


def _receipt(sent: Mapping[str, Any]) -> Response:
    """As SQS answers a form whose sender accepts JSON."""
    names = (
        "MD5OfMessageAttributes",
        "MD5OfMessageBody",
        "MD5OfMessageSystemAttributes",
        "MessageId",
        "SequenceNumber",
    )
    metadata = sent.get("ResponseMetadata", {})
    body = {
        "SendMessageResponse": {
            "ResponseMetadata": {"RequestId": metadata.get("RequestId", "")},
            "SendMessageResult": {name: sent.get(name) for name in names},
        }
    }
    return Response(int(metadata.get("HTTPStatusCode", 200)), print_json(body))


def _refusal(response: Mapping[str, Any]) -> Response:
    error, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
    body = {
        "Error": {
            "Code": error.get("Code", ""),
            "Message": error.get("Message", ""),
            "Type": error.get("Type", "Sender"),
        },
        "RequestId": metadata.get("RequestId", ""),
    }
    return Response(int(metadata.get("HTTPStatusCode", 500)), print_json(body))
