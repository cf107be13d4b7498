"""Hands on the real AWS: one call, once. Whether it is called again is for others to decide."""

from __future__ import annotations

from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from checklists.aws.access import AccountAccess
from checklists.aws.failures import failure
from checklists.aws.partitions import home_of
from checklists.aws.types import GLOBAL_REGION
from checklists.teardown.execute.hands import CallFailed
from checklists.teardown.model import Call

ONCE: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="ws2sse-teardown",
)


class AwsHands:
    """partition: of the plan."""

    def __init__(self, access: AccountAccess, partition: str) -> None:
        self._access = AccountAccess(access.session, access.label, ONCE)
        self._home = home_of(partition)
        self._clients: dict[tuple[str, str], Any] = {}

    def call(self, call: Call) -> dict[str, Any]:
        region = self._home if call.region == GLOBAL_REGION else call.region
        try:
            if (call.service, region) not in self._clients:
                self._clients[call.service, region] = self._access.client(call.service, region)
            answer: dict[str, Any] = getattr(self._clients[call.service, region], call.operation)(**call.parameters)
        except (BotoCoreError, ClientError) as error:
            what = failure(error)
            raise CallFailed(call, what.kind, what.code, what.message) from error
        return answer
