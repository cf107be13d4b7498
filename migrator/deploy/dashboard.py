"""A dashboard for Grafana of what `/metrics` tells: https://grafana.com/docs/grafana/latest/dashboards/"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 24
"""Columns of Grafana's grid."""

HEIGHT: Final = 8

IN_A_ROW: Final = 3

SOURCE: Final = {"type": "prometheus", "uid": "${source}"}
_SERIES: Final = re.compile(r"\b(?:(?:ws2sse|process)_|IntegrationLatency)\w+")
_CHOSEN: Final = '{namespace=~"$namespace", job=~"$job"}'


@dataclass(frozen=True, slots=True)
class Panel:
    """`queries`: what the legend says -> PromQL. `meaning`: what to think of what it shows."""

    title: str
    unit: str
    queries: dict[str, str]
    meaning: str


PANELS: Final[dict[str, tuple[Panel, ...]]] = {
    "Clients": (
        Panel(
            "Connections",
            "short",
            {"{{face}}": "sum by (face) (ws2sse_connections)", "of all nodes": "max(ws2sse_connections_everywhere)"},
            "Streams and WebSockets that nodes write now. Over Redis, all nodes together have more: those that are "
            "between two streams.",
        ),
        Panel(
            "Part of the connections that may be open",
            "percentunit",
            {
                "open": "max(ws2sse_connections_everywhere or sum by (ApiId, Stage) (ws2sse_connections)) "
                "/ max(ws2sse_connections_limit)"
            },
            "At 1 clients are refused with 503.",
        ),
        Panel(
            "Clients refused",
            "cps",
            {"{{reason}}": "sum by (reason) (rate(ws2sse_refused_total[5m]))"},
            "Per second, by why: full and away are yours to mend, authorizer and connect are the application's answer.",
        ),
        Panel(
            "Accepting a client",
            "s",
            {
                "half": "histogram_quantile(0.5, sum by (le) (rate(ws2sse_connect_seconds_bucket[5m])))",
                "99 of 100": "histogram_quantile(0.99, sum by (le) (rate(ws2sse_connect_seconds_bucket[5m])))",
            },
            "Authorizer and $connect.",
        ),
        Panel(
            "Connections that ended",
            "cps",
            {"{{code}}": "sum by (code) (rate(ws2sse_disconnects_total[5m]))"},
            "Per second, by close code: 1000 and 1001 are usual, 1006 are clients that did not come back, 1008 those "
            "that did not read.",
        ),
        Panel(
            "Streams taken up again",
            "cps",
            {"at the {{last_node}} node": "sum by (last_node) (rate(ws2sse_redis_resumed_total[5m]))"},
            "Per second. A step at the other node is a node that ended.",
        ),
    ),
    "Messages": (
        Panel(
            "Messages of clients",
            "cps",
            {"{{outcome}}": "sum by (outcome) (rate(ws2sse_messages_total[5m]))"},
            "Per second, by what became of them.",
        ),
        Panel(
            "What integrations take",
            "ms",
            {"{{Route}}": "histogram_quantile(0.95, sum by (le, Route) (rate(IntegrationLatency_bucket[5m])))"},
            "95 of 100 messages of a route are handled within this time.",
        ),
        Panel(
            "Pushes to clients",
            "cps",
            {"{{result}}": "sum by (result) (rate(ws2sse_pushes_total[5m]))"},
            "Per second. gone: the client had left; slow: it does not read, or the rate was reached.",
        ),
    ),
    "Nodes": (
        Panel(
            "Connections of each node",
            "short",
            {"{{instance}}": "sum by (instance) (ws2sse_connections)"},
            "After a rolling restart they differ; nothing has to be done about that.",
        ),
        Panel(
            "CPU",
            "percentunit",
            {"{{instance}}": "rate(process_cpu_seconds_total[5m])"},
            "Of one core. A node uses one.",
        ),
        Panel("Memory", "bytes", {"{{instance}}": "process_resident_memory_bytes"}, "What each node has in memory."),
    ),
    "Redis": (
        Panel(
            "Redis answers",
            "short",
            {"{{instance}}": "min by (instance) (ws2sse_redis_up)"},
            "0 while it does not answer this node. Streams are held meanwhile.",
        ),
        Panel(
            "A round trip",
            "s",
            {
                "half": "histogram_quantile(0.5, sum by (le) (rate(ws2sse_redis_round_trip_seconds_bucket[5m])))",
                "99 of 100": "histogram_quantile(0.99, sum by (le) (rate(ws2sse_redis_round_trip_seconds_bucket[5m])))",
            },
            "Each carries one call or many, so pushes wait about this long.",
        ),
        Panel(
            "Calls",
            "cps",
            {
                "calls": "sum(rate(ws2sse_redis_calls_total[5m]))",
                "round trips": "sum(rate(ws2sse_redis_round_trip_seconds_count[5m]))",
            },
            "Per second, of all nodes.",
        ),
        Panel(
            "Failures",
            "cps",
            {"{{kind}}": "sum by (kind) (rate(ws2sse_redis_failures_total[5m]))"},
            "Per second. refused: Redis answered with an error, such as for a user that may not.",
        ),
        Panel(
            "How messages came to their streams",
            "cps",
            {"{{way}}": "sum by (way) (rate(ws2sse_redis_deliveries_total[5m]))"},
            "Per second. read grows when clients come back, and when wake-ups are lost.",
        ),
        Panel(
            "What comparing positions found",
            "cps",
            {"{{what}}": "sum by (what) (rate(ws2sse_redis_positions_found_total[5m]))"},
            "Per second. missed: a wake-up was lost; lost: Redis had lost a connection.",
        ),
    ),
}
"""By row."""


def dashboard(name: str) -> str:
    """To be imported into Grafana, or loaded by its sidecar. Whoever looks at it chooses the data source, and which
    services: a Prometheus may know several, of several namespaces, and processes that are none."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row, some in PANELS.items():
        panels.append({"type": "row", "title": row, "gridPos": {"x": 0, "y": top, "w": WIDTH, "h": 1}, "panels": []})
        top += 1
        for place, panel in enumerate(some):
            line, column = divmod(place, IN_A_ROW)
            width = WIDTH // IN_A_ROW
            position = {"x": column * width, "y": top + line * HEIGHT, "w": width, "h": HEIGHT}
            panels.append(_shown(panel, position))
        top += -(-len(some) // IN_A_ROW) * HEIGHT
    for number, shown in enumerate(panels, 1):
        shown["id"] = number
    return json.dumps(_with(name, panels), indent=2) + "\n"


def _shown(panel: Panel, position: dict[str, int]) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": SOURCE,
        "gridPos": position,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": _of_chosen(query), "legendFormat": legend}
            for place, (legend, query) in enumerate(panel.queries.items())
        ],
    }


def _of_chosen(query: str) -> str:
    return _SERIES.sub(lambda series: f"{series[0]}{_CHOSEN}", query)


def _choice(label: str, of: str = "", **more: str) -> dict[str, Any]:
    """A variable with the values that a label has among the services. `of`: what selects among those."""
    query = f"label_values(ws2sse_connections_limit{of}, {label})"
    return {
        "name": label,
        "label": label.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": label},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
        **more,
    }


def _with(name: str, panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": name,
        "tags": ["ws2sse"],
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "schemaVersion": 39,
        "templating": {
            "list": [
                {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"},
                _choice("namespace", allValue=".*"),  # outside Kubernetes there is none, which this selects, too
                _choice("job", '{namespace=~"$namespace"}'),
            ]
        },
        "panels": panels,
    }
