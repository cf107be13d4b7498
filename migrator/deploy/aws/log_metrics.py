"""What the tasks log, counted by CloudWatch: nothing reads /metrics of a task, and Redis tells only of itself.

A filter is a phrase, so it finds lines of JSON and of text alike, and those of a migrated application.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrator.deploy.aws.settings import AwsSettings
from shim.streams import BrokerUnavailable


@dataclass(frozen=True, slots=True)
class LogMetric:
    """Lines that have `phrase` in them, which is plain text without quotation marks. `shim_only`: a migrated
    application logs nothing of it."""

    name: str
    phrase: str
    shim_only: bool = False

    @property
    def pattern(self) -> str:
        return f'"{self.phrase}"'


REDIS_AWAY: Final = LogMetric("RedisAwayLines", BrokerUnavailable.told)
REFUSED: Final = LogMetric("RefusedBecauseFull", "connections are open, and no more are allowed", shim_only=True)
LATE: Final = LogMetric("LateRenewals", "the lease of this node had ended")
LOST: Final = LogMetric("RedisLostDataLines", "Redis may have lost what was written last")
GAPS: Final = LogMetric("GapLines", "gaps since the line before")


def log_metrics(settings: AwsSettings) -> tuple[LogMetric, ...]:
    every = (REDIS_AWAY, REFUSED, LATE, LOST, GAPS)
    return tuple(one for one in every if settings.served == "shim" or not one.shim_only)
