"""Calls a handler as Lambda's Python runtime does: what comes back is JSON, or an error with Lambda's words."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from shim.backends.context import LambdaContext

MOST_RESPONSE_BYTES: Final = 6_291_556
"""The sentence that refuses names it. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

Handler = Callable[..., Any]


class HandlerRaised(Exception):
    """Raised when a call failed; `error_type` and `error_message` are what Lambda reports. Its cause is what the
    handler raised."""

    def __init__(self, error_type: str, error_message: str) -> None:
        self.error_type, self.error_message = error_type, error_message
        super().__init__(error_type, error_message)

    def __str__(self) -> str:
        return f"{self.error_type}: {self.error_message}"


def call_handler(handler: Handler, event: object, context: LambdaContext) -> bytes:
    """The returned value as JSON. Raises HandlerRaised."""
    try:
        result = handler(event, context)
    except SystemExit as error:
        sentence = f"RequestId: {context.aws_request_id} Error: Runtime exited with error: exit status {error.code}"
        raise HandlerRaised("Runtime.ExitError", sentence) from error
    except BaseException as error:
        raise HandlerRaised(type(error).__name__, str(error)) from error
    return _marshalled(result)


def _marshalled(result: object) -> bytes:
    try:
        text = json.dumps(result, default=_encoded, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        if inspect.iscoroutine(result):
            result.close()  # Lambda does not run it, and neither do we
        raise HandlerRaised("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    if len(text) > MOST_RESPONSE_BYTES:
        sentence = f"Response payload size exceeded maximum allowed payload size ({MOST_RESPONSE_BYTES} bytes)."
        raise HandlerRaised("Function.ResponseSizeTooLarge", sentence)
    return text.encode()


def _encoded(value: object) -> object:
    """Lambda's encoder takes two types more than JSON has: numbers of DynamoDB, and bytes that are UTF-8."""
    if isinstance(value, Decimal):
        if value.is_nan():
            return math.nan
        exponent = value.as_tuple().exponent
        return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
