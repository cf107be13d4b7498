"""What is logged of calls that did not do what their clients wanted."""

from __future__ import annotations

import logging
from typing import Final

from shim.logs import FIELDS

logger = logging.getLogger(__name__)

CALL_FAILED: Final = "a call failed"
"""The message of a log line about such a call; its fields say of which connection, on which route, and why."""


def log_failure(
    connection_id: str,
    route_key: str,
    failure: str,
    cause: BaseException | None = None,
    *,
    level: int = logging.WARNING,
) -> None:
    """`failure`: what an operator, or a dual run, wants to know of a call that the client is told nothing of."""
    fields = {"connection": connection_id, "route": route_key, "failure": failure}
    logger.log(level, CALL_FAILED, exc_info=cause, extra={FIELDS: fields})
