"""Handlers that run in this process, in threads, as Lambda would call them."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shim.backends.loading import load_function
from shim.integrations import FunctionFailed

logger = logging.getLogger(__name__)

INTEGRATION_TIMEOUT_S = 29.0
"""API Gateway waits this long for an integration, and no longer."""


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """Where a handler is: its code root, and module and function as seen from there."""

    root: Path
    module: str
    function: str


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The part of Lambda's context object that handlers use.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    function_name: str
    aws_request_id: str
    memory_limit_in_mb: str = "1024"
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"local/{self.aws_request_id}"

    def get_remaining_time_in_millis(self) -> int:
        """The full time: the clock of a local run is not Lambda's."""
        return int(INTEGRATION_TIMEOUT_S * 1000)


class PythonBackend:
    """Loads functions on first use, and calls each in a thread of a bounded pool."""

    def __init__(self, functions: Mapping[str, PythonFunction], *, threads: int = 32) -> None:
        self._functions = functions
        self._loaded: dict[str, Callable[..., Any]] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="handler")

    def load_all(self) -> None:
        """Imports every function now, so that what can't be imported is known before a client is. Raises
        HandlerUnusable."""
        for function_id in self._functions:
            self._load(function_id)

    async def invoke(self, function_id: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever a handler returns
        """What the function returned. Raises FunctionFailed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._call, function_id, event)

    def close(self) -> None:
        """Waits for nothing: calls that are under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _load(self, function_id: str) -> Callable[..., Any]:
        handler = self._loaded.get(function_id)
        if handler is None:
            where = self._functions[function_id]
            handler = self._loaded[function_id] = load_function(where.root, where.module, where.function)
        return handler

    def _call(self, function_id: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever a handler returns
        context = LambdaContext(self._functions[function_id].function, str(uuid.uuid4()))
        try:
            return self._load(function_id)(event, context)
        except BaseException as error:
            logger.debug("%s raised", function_id, exc_info=True)
            raise FunctionFailed(function_id, type(error).__name__, str(error)) from error
