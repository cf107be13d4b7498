"""The context object that a handler gets beside its event.

https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

from __future__ import annotations

import sys
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shim.backends.function import INTEGRATION_TIMEOUT_S, PythonFunction

_INSTANCE = uuid.uuid4().hex
"""Lambda names a log stream after the instance of the runtime; here that is the process."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """`deadline`: on the clock of `time.monotonic`, in seconds."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    deadline: float
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_context: None = None
    identity: None = None

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"{datetime.now(UTC):%Y/%m/%d}/[{self.function_version}]{_INSTANCE}"

    def get_remaining_time_in_millis(self) -> int:
        """0 when the time is over."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))


def context_for(function: PythonFunction, region: str, account_id: str) -> LambdaContext:
    """A context for a call that starts now."""
    limit = INTEGRATION_TIMEOUT_S if function.timeout_s is None else function.timeout_s
    return LambdaContext(
        function_name=function.deployed_name,
        invoked_function_arn=f"arn:aws:lambda:{region}:{account_id}:function:{function.deployed_name}",
        memory_limit_in_mb=str(function.memory_mb),
        deadline=time.monotonic() + limit,
    )
