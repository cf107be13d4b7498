"""What the families of metrics have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from shim.streams.distribution import Distribution

OWN_LABELS: Final = ("ApiId", "Stage")


def counter(name: str, words: str, *labels: str) -> CounterMetricFamily:
    """`labels`: behind those that all have; so with the others."""
    return CounterMetricFamily(name, words, labels=[*OWN_LABELS, *labels])


def gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, labels=[*OWN_LABELS, *labels])


def histogram(name: str, words: str, *labels: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(name, words, labels=[*OWN_LABELS, *labels])


def add_distribution(family: HistogramMetricFamily, labels: Sequence[str], distribution: Distribution) -> None:
    """Buckets count all values up to their bound."""
    counts, below = distribution.counts.copy(), 0
    buckets = []
    for bound, count in zip((*map(str, distribution.bounds), "+Inf"), counts, strict=True):
        below += count
        buckets.append((bound, below))
    family.add_metric(labels, buckets, distribution.total)
