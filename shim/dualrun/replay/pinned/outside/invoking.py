"""Lambda's Invoke by code of the application runs the function that is meant, for which moto would need Docker.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

from moto.awslambda.models import LambdaBackend

from shim.dualrun.replay.pinned.outside.running import Running


def answer_invocations(running: Running, limit_s: float) -> None:
    """Of this process, and of others that share its AWS. Functions that are not known are moto's to answer.

    `limit_s`: seconds that a caller waits for an answer.
    """
    original = LambdaBackend.invoke

    def invoke(
        backend: LambdaBackend,
        function_name: str,
        qualifier: str | None,
        body: Any,  # noqa: ANN401 - as the original
        headers: Any,  # noqa: ANN401
        response_headers: MutableMapping[str, str],
    ) -> str | bytes | None:
        function_id = running.named(function_name)
        if function_id is None:
            return original(backend, function_name, qualifier, body, headers, response_headers)
        event = json.loads(body or "{}")
        kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
        answer = ""
        if kind == "Event":
            running.invoke_later(function_id, event)
        elif kind == "RequestResponse":
            outcome = running.invoke(function_id, event, limit_s)
            if outcome.stuck or outcome.failure:
                response_headers["x-amz-function-error"] = "Unhandled"
            timed_out = json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"})
            answer = timed_out if outcome.stuck else outcome.failure or json.dumps(outcome.answer)
        response_headers["Content-Length"] = str(len(answer.encode()))
        return answer.encode()

    LambdaBackend.invoke = invoke  # type: ignore[method-assign, assignment]
