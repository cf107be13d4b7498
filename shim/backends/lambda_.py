"""Functions that are deployed: calls the Invoke API of Lambda, or of whatever speaks it.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

Through boto3 in threads: at 200 calls under way it takes a tenth of the processor time that an event loop's pool of
connections takes. No call is made twice: a function that may have run must not run again, and API Gateway doesn't
retry either.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from shim.backends.handler_threads import HandlerThreads
from shim.integrations import FunctionFailed

MOST_REQUEST_BYTES: Final = 6_291_456
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

MOST_RESPONSE_BYTES: Final = 6_291_556


class LambdaBackend:
    """Runs deployed functions by their ids.

    functions: id -> name, alias (`name:alias`), partial or full ARN. An ARN names its region; others are in `region`.
    endpoint_url: None takes AWS's for the region, or what AWS_ENDPOINT_URL_LAMBDA says.
    concurrency: most calls under way, a thread each; others wait in order.
    timeout_s: seconds to wait for an answer. API Gateway's own limit gives a call up before that; its thread waits on.
    session: where credentials come from; None takes the environment's.
    """

    def __init__(
        self,
        functions: Mapping[str, str],
        *,
        region: str,
        endpoint_url: str | None = None,
        concurrency: int = 256,
        timeout_s: float = 30.0,
        session: boto3.session.Session | None = None,
    ) -> None:
        self._functions = dict(functions)
        self._region = region
        self._endpoint_url = endpoint_url
        self._session = session or boto3.session.Session()
        self._threads = HandlerThreads(concurrency, event_loops=False)
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        self._config = Config(
            connect_timeout=5,
            read_timeout=timeout_s,
            retries={"total_max_attempts": 1},
            max_pool_connections=concurrency,
        )

    async def invoke(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a function returns
        """What the function returned. Raises FunctionFailed, or TimeoutError when no answer came in time."""
        payload = json.dumps(event, separators=(",", ":")).encode()
        if len(payload) > MOST_REQUEST_BYTES:
            sentence = f"the event has {len(payload)} bytes, and {MOST_REQUEST_BYTES} is the most"
            raise FunctionFailed(function_id, "RequestTooLargeException", sentence)
        return await asyncio.wrap_future(self._threads.submit(partial(self._call, function_id, payload)))

    def close(self) -> None:
        """Waits for nothing: a function that was called runs on at Lambda."""
        self._threads.close()
        for client in self._clients.values():
            client.close()

    def _call(self, function_id: str, payload: bytes) -> Any:  # noqa: ANN401 - whatever a function returns
        name = self._functions[function_id]
        try:
            answer = self._client(region_of(name) or self._region).invoke(FunctionName=name, Payload=payload)
            body = answer["Payload"].read(MOST_RESPONSE_BYTES + 1)
        except ClientError as error:
            told = error.response["Error"]
            # Of a wrong signature AWS repeats what was signed from the second line on, a session token among it.
            message = told["Message"].partition("\n")[0][:500]
            raise FunctionFailed(function_id, told["Code"], message) from None
        except ReadTimeoutError as error:
            raise TimeoutError(f"{name} did not answer in time") from error
        except BotoCoreError as error:
            raise FunctionFailed(function_id, type(error).__name__, str(error)) from error
        return _result(function_id, body, answer.get("FunctionError"))

    def _client(self, region: str) -> Any:  # noqa: ANN401 - boto3 makes its classes when it is asked
        with self._making:
            if region not in self._clients:
                self._clients[region] = self._session.client(
                    "lambda", region_name=region, endpoint_url=self._endpoint_url, config=self._config
                )
            return self._clients[region]


def region_of(name: str) -> str | None:
    """The region that an ARN names; None for a name without one."""
    parts = name.split(":")
    return parts[3] if len(parts) >= 7 and parts[0] == "arn" and parts[3] else None


def _result(function_id: str, body: bytes, error: str | None) -> Any:  # noqa: ANN401 - whatever a function returns
    """`error`: 'Handled' or 'Unhandled' when the function failed; its answer says how, then."""
    if len(body) > MOST_RESPONSE_BYTES:
        raise FunctionFailed(function_id, "ResponseTooLarge", f"more than {MOST_RESPONSE_BYTES} bytes came")
    try:
        value = json.loads(body) if body else None
    except ValueError:
        sentence = "what came is not JSON"
        raise FunctionFailed(function_id, error or "Runtime.MarshalError", sentence) from None
    if error is not None:
        told = value if isinstance(value, dict) else {}
        raise FunctionFailed(function_id, str(told.get("errorType", error)), str(told.get("errorMessage", "")))
    return value
