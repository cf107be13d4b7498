"""DynamoDB in memory answers one call at a time.

DynamoDB promises that each write of an item is whole, and conditions are looked at in the same moment
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html). Moto keeps its tables in dicts
that all threads share: a row that one thread looks for while another deletes it stays behind as a row of nothing, and
two conditional writes may both succeed.
"""

from __future__ import annotations

import threading
from typing import Any, Final

ONE_AT_A_TIME: Final = threading.RLock()
"""Also for whoever touches moto's tables without a call."""


def answer_one_at_a_time() -> None:
    """Once for a process, before its first call. Other services are left alone: some of their calls wait for others."""
    from moto.core.responses import BaseResponse  # noqa: PLC0415 - only installed with the extra `local`

    original = BaseResponse.call_action

    def call_action(response: BaseResponse) -> Any:  # noqa: ANN401 - of moto
        if response.service_name != "dynamodb":
            return original(response)
        with ONE_AT_A_TIME:
            return original(response)

    BaseResponse.call_action = call_action  # type: ignore[method-assign, assignment]
