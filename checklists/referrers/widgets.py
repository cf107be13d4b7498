"""Widgets of dashboards: which things each of their parts is about.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from checklists.aws.estate import Thing
from checklists.json_values import mapping, rows, strings_in, text, texts
from checklists.referrers.arns import ANY_ARN
from checklists.referrers.metrics import Metrics
from checklists.referrers.searches import about, searches

SOURCE = re.compile(r"\bSOURCE\s+(?:'(?P<s>[^']+)'|\"(?P<d>[^\"]+)\"|(?P<f>logGroups)\s*\()")
_WORD = re.compile(r"\b[a-z]\w*\b")
ANYTHING = "metric:search"
"""Stands for whatever a search or a query finds."""


@dataclass(frozen=True)
class Entry:
    """One row of a widget's metrics, written in full."""

    values: tuple[str, ...]
    """Namespace, name, and dimensions' names and values; empty for an expression."""
    options: dict[str, JsonValue]

    @property
    def id(self) -> str:
        return text(self.options.get("id"))

    @property
    def expression(self) -> str:
        return text(self.options.get("expression"))

    @property
    def searches(self) -> bool:
        return searches(self.expression)

    def operands(self, ids: frozenset[str]) -> frozenset[str]:
        """Ids of the rows that the expression is made of."""
        return ids - {self.id} if "METRICS(" in self.expression.upper() else self.named(ids)

    def named(self, ids: frozenset[str]) -> frozenset[str]:
        """Those of them that the expression can't be read without."""
        return frozenset(_WORD.findall(self.expression)) & ids

    def row(self) -> list[JsonValue]:
        return [*self.values, *([self.options] if self.options else [])]


def entries(metrics: JsonValue | None) -> list[Entry]:
    """Rows with '.' and '...' written out: '.' repeats the row above at its place, '...' all that it leaves out."""
    found: list[Entry] = []
    above: list[str] = []
    for row in metrics if isinstance(metrics, list) else []:
        if not isinstance(row, list):
            continue
        options = mapping(row[-1]) if row and isinstance(row[-1], dict) else {}
        values = [str(one) for one in row if not isinstance(one, dict)]
        if values and values[0] == "...":
            tail = values[1:]
            values = above[: max(len(above) - len(tail), 0)] + tail
        values = [above[at] if one == "." and at < len(above) else one for at, one in enumerate(values)]
        if values:
            above = values
        found.append(Entry(tuple(values), options))
    return found


class Widgets:
    """Reads widgets of one dashboard."""

    def __init__(self, metrics: Metrics, dashboard: Thing) -> None:
        self.metrics, self.dashboard = metrics, dashboard

    def subjects(self, widget: dict[str, JsonValue]) -> Iterator[str]:
        """ARNs, and 'metric:…' for what is about something else. Nothing for a text that names nothing."""
        properties, type_ = mapping(widget.get("properties")), text(widget.get("type"))
        for entry in entries(properties.get("metrics")):
            yield from self.entry(entry, properties)
        yield from self.alarms(properties)
        if type_ == "log":
            yield from self.sources(properties)
        elif type_ == "text":
            yield from self._text(text(properties.get("markdown")))
        elif type_ not in {"metric", "alarm"}:
            yield f"metric:{type_ or 'unknown'} widget"
            for one in strings_in(properties):
                yield from self._text(one)

    def entry(self, entry: Entry, properties: dict[str, JsonValue]) -> Iterator[str]:
        account = text(entry.options.get("accountId")) or text(properties.get("accountId")) or self.dashboard.account
        region = text(entry.options.get("region")) or self.region(properties)
        if entry.values:
            namespace, name, *rest = (*entry.values, "", "")[: max(len(entry.values), 2)]
            named = dict(zip(rest[::2], rest[1::2], strict=False))
            yield self.metrics.about(namespace, name, named, account, region)
        elif entry.searches:
            yield from about(self.metrics.index, entry.expression, account, region)

    def alarms(self, properties: dict[str, JsonValue]) -> Iterator[str]:
        for arn in [*texts(properties.get("alarms")), *texts(mapping(properties.get("annotations")).get("alarms"))]:
            thing = self.metrics.index.thing(arn)
            yield thing.arn if thing else f"metric:alarm {arn}"

    def sources(self, properties: dict[str, JsonValue]) -> Iterator[str]:
        for found in SOURCE.finditer(text(properties.get("query"))):
            yield self.source(found, properties)

    def source(self, found: re.Match[str], properties: dict[str, JsonValue]) -> str:
        name = found["s"] or found["d"]
        if name is None:
            return ANYTHING
        group = self.metrics.index.named(
            "AWS::Logs::LogGroup", self.dashboard.account, self.region(properties), name
        ) or self.metrics.index.thing(name)
        return group.arn if group else f"metric:log group {name}"

    def region(self, properties: dict[str, JsonValue]) -> str:
        return text(properties.get("region")) or self.dashboard.region

    def _text(self, words: str) -> Iterator[str]:
        index = self.metrics.index
        for arn in ANY_ARN.findall(words):
            thing = index.thing(arn.rstrip(".`*_"))
            yield thing.arn if thing else f"metric:{arn}"
        for api in index.apis_at(words):
            yield api.arn


def widgets(dashboard: Thing) -> list[dict[str, JsonValue]]:
    return rows(mapping(dashboard.properties.get("Body")).get("widgets"))


def title(widget: dict[str, JsonValue], number: int) -> str:
    """'widget 3 (Messages)', counted from 1."""
    name = text(mapping(widget.get("properties")).get("title"))
    return f"widget {number + 1}" + (f" ({name})" if name else "")
