"""`docs/reference/metrics.md`, made from what the collectors of `/metrics` give."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final, get_args

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from shim.backends.rest_upstream import RestUpstream
from shim.dualrun.cutover.build import cutover_service
from shim.dualrun.cutover.metrics import CutoverCollector
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.tapped_streams import TappedStreams
from shim.emulation import GatewayService
from shim.faces.metric_families import OWN_LABELS
from shim.faces.metrics import counts_of
from shim.faces.redis_metrics import RedisCollector
from shim.faces.service_metrics import ServiceCollector
from shim.gateway.definition import ApiDefinition
from shim.metric_words import OF_A_CUT_OVER, OF_A_SERVICE, OF_REDIS, OF_THE_PROCESS, VALUES
from shim.observing import Face, Outcome, RefusalReason
from shim.streams.redis.counts import RedisCounts

_INTRODUCTION: Final = """\
# Metrics

<!-- Made by scripts/reference.py from the code; edit that, not this. -->

What `GET /metrics` of a shim tells Prometheus, how each is measured, and what to do when it moves. Who may ask says
[`metrics.token`](configuration.md#prometheus-metrics); `ws2sse deploy APP --out kits --kit monitoring` writes a
dashboard and alerts that go by these numbers ([how](../how-to/deploy.md)).

A migrated application tells the same, but for a cut-over, to who brings its `METRICS_TOKEN`; all that its code sends
counts as a push, a broadcast once for each receiver. Where a setting of the shim is named, `streams.connections` is its
`STREAM_MAX_CONNECTIONS`, and most others are code of yours.

- All but those of the process have the labels `ApiId` and `Stage`, beside those that the tables name.
- Prometheus adds `_total` to the names of counters, and `_bucket`, `_sum` and `_count` to those of histograms.
- Counters begin at 0 with the process. Each node tells of itself; add nodes up, but for
  `ws2sse_connections_everywhere` and `ws2sse_connections_limit`, which are of all and the same at each.
- `ws2sse_streams_…` are of a shim that serves alone: over Redis nobody reads what is kept whenever it is scraped.
"""

WORDS: Final = {**OF_A_SERVICE, **OF_REDIS, **OF_A_CUT_OVER, **OF_THE_PROCESS}

_BY_LABEL: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("ws2sse_connect_seconds", "face"): get_args(Face),
    ("ws2sse_refused", "face"): get_args(Face),
    ("ws2sse_refused", "reason"): get_args(RefusalReason),
    ("ws2sse_messages", "outcome"): get_args(Outcome),
}


def families() -> dict[str, list[Metric]]:
    """What there is when nothing has happened yet, by the heading that it is below."""
    api = ApiDefinition(name="reference", routes={})
    old = GatewayService(api, None, TappedStreams())  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        options = CutoverOptions(journal=Path(folder) / "journal.jsonl")
        cut_over = cutover_service(old, RestUpstream(url="http://127.0.0.1:1"), options)
        own = (api.api_id, api.stage)
        collectors: dict[str, Collector] = {
            "Of every service": ServiceCollector(own, counts_of(api), old.streams, old.pushes, lambda: 0),
            "Of each node over Redis": RedisCollector(own, RedisCounts()),
            "Of a cut-over": CutoverCollector(cut_over),
            "Of the process": ProcessCollector(registry=CollectorRegistry()),
        }
        found = {heading: list(collector.collect()) for heading, collector in collectors.items()}
        cut_over.control.close()
    return found


def labels_of(metric: Metric) -> tuple[str, ...]:
    """Its own."""
    return tuple(label for label in getattr(metric, "_labelnames", ()) if label not in OWN_LABELS)


def values_of(metric: Metric, label: str) -> str:
    """What the label can be, in Markdown."""
    if (metric.name, label) in VALUES:
        return VALUES[metric.name, label]
    known = _BY_LABEL.get((metric.name, label)) or dict.fromkeys(one.labels[label] for one in metric.samples)
    return ", ".join(f"`{value}`" for value in known)


def metrics_page() -> str:
    parts = [_INTRODUCTION]
    for heading, metrics in families().items():
        parts += [f"## {heading}", "", "| metric | type | labels | | when it moves |", "|--|--|--|--|--|"]
        parts += [*map(_row, metrics), ""]
    return "\n".join(parts)


def _row(metric: Metric) -> str:
    words = WORDS[metric.name]
    labels = "; ".join(f"`{label}`: {values_of(metric, label)}" for label in labels_of(metric))
    unit = f" ({words.unit})" if words.unit else ""
    said = metric.documentation.removesuffix(".")
    return f"| `{metric.name}` | {metric.type} | {labels or 'none'} | {said}{unit} | {words.then} |"
