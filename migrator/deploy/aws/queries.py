"""An alarm as metric queries: a metric for each thing that has one, and what is made of them.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.deploy.aws.alarms import Alarm, Metric
from migrator.deploy.aws.dashboard import NAMESPACES, dimensions
from migrator.deploy.aws.settings import AwsSettings


@dataclass(frozen=True, slots=True)
class Query:
    """Either a metric with its dimensions, whose values are placeholders, or an expression over other queries."""

    id: str
    returned: bool
    metric: Metric | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    expression: str = ""

    @property
    def namespace(self) -> str:
        return NAMESPACES[self.metric.place] if self.metric else ""

    def words(self) -> dict[str, object]:
        """What every notation writes alike."""
        return {
            "id": self.id,
            "returned": self.returned,
            "expression": self.expression,
            "statistic": self.metric.statistic if self.metric else "",
            "namespace": self.namespace,
            "metric": self.metric.name if self.metric else "",
        }


def queries(alarm: Alarm, settings: AwsSettings) -> tuple[Query, ...]:
    """The one that is returned comes first."""
    series = dimensions(alarm.metric, settings)
    if alarm.node:
        series = series[alarm.node - 1 : alarm.node]
    if alarm.per is None and len(series) == 1:
        return (Query("value", True, alarm.metric, tuple(series[0])),)
    found = [Query(f"m{n}", False, alarm.metric, tuple(named)) for n, named in enumerate(series, 1)]
    if alarm.per is None:
        # Of the replica and the primary only one has some of the metrics.
        worst = ", ".join(f"FILL({query.id}, 0)" for query in found)
        return (Query("value", True, expression=f"MAX([{worst}])"), *found)
    found += [Query("per", False, alarm.per, tuple(dimensions(alarm.per, settings)[0]))]
    return (Query("value", True, expression=f"m1 / (per * {alarm.times:g})"), *found)
