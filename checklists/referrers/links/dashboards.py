"""Dashboards' widgets -> the things that their metrics, alarms, log groups and texts name.

A custom widget calls a function: it needs it, where the others only show something.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import mapping, text
from checklists.referrers.index import Index, use
from checklists.referrers.metrics import Metrics
from checklists.referrers.model import Use
from checklists.referrers.widgets import Widgets, title, widgets


def find(index: Index) -> Iterator[Use]:
    metrics = index.part(Metrics)
    for dashboard in index.of_type(types.DASHBOARD):
        if not isinstance(dashboard.properties.get("Body"), dict):
            yield use(dashboard, "metric:body", "metric", f"dashboard {dashboard.name} cannot be read", mention=True)
        reader = Widgets(metrics, dashboard)
        for number, widget in enumerate(widgets(dashboard)):
            detail = f"{title(widget, number)} of dashboard {dashboard.name}"
            for used in dict.fromkeys(reader.subjects(widget)):
                kind = "metric" if used.startswith("metric:") else "dashboard"
                yield Use(user=dashboard.arn, used=used, kind=kind, detail=detail, mention=True)
            called = index.thing(text(mapping(widget.get("properties")).get("endpoint")))
            if text(widget.get("type")) == "custom" and called is not None:
                yield use(dashboard, called, "dashboard", f"{detail} calls it")
