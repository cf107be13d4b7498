"""Metrics of a cut-over, for the same scraper as the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shim.dualrun.cutover.service import CutoverService
from shim.dualrun.cutover.stages import STAGES
from shim.faces.metric_families import counter, gauge


class CutoverCollector(Collector):
    """ws2sse_cutover_stage               1 for the stage that holds, 0 for the others
    ws2sse_cutover_share_percent       share of the users that is chosen
    ws2sse_cutover_frozen              1 while nothing changes by itself
    ws2sse_cutover_connections         open connections by the service that serves them
    ws2sse_cutover_sessions            compared sessions since the last change, those that differ apart
    ws2sse_cutover_unexplained         differences since the last change, by class
    ws2sse_cutover_leaks               messages that reached somebody for whom they were not, since the last change
    ws2sse_cutover_evidence_against    goes back at 1 / alpha
    ws2sse_cutover_observed            pairs and shadows that are open
    ws2sse_cutover_shadow_problems     shadows that were given up, by reason, since the start
    """

    def __init__(self, service: CutoverService) -> None:
        self._service = service
        self._own = [service.api.api_id, service.api.stage]

    def collect(self) -> Iterable[Metric]:
        control, observed = self._service.control, self._service.observed
        position, verdict = control.position, observed.verdict
        stages: dict[str, float] = {stage: float(stage == position.stage) for stage in STAGES}
        yield self._gauge("stage", "The stage of the cut-over", "stage_of_cutover", stages)
        yield self._gauge("share_percent", "Share of the users that is chosen", None, {"": position.share_percent})
        yield self._gauge("frozen", "Whether nothing changes by itself", None, {"": float(position.frozen)})
        places = Counter(client.place for client in list(self._service.clients.values()))
        counted: dict[str, float] = {"old": places["old"], "new": places["new"]}
        yield self._gauge("connections", "Open connections by who serves them", "service", counted)
        sessions: dict[str, float] = {
            "agree": verdict.sessions - verdict.differing,
            "differ": verdict.differing,
            "lost": verdict.lost,
        }
        yield self._gauge("sessions", "Compared sessions since the last change", "result", sessions)
        yield self._gauge("unexplained", "Differences since the last change", "class", dict(verdict.unexplained))
        yield self._gauge(
            "leaks", "Messages that reached somebody else since the last change", None, {"": verdict.leaks}
        )
        yield self._gauge("evidence_against", "Goes back at 1 / alpha", None, {"": min(verdict.against, 1e300)})
        open_now: dict[str, float] = {"pairs": len(observed.pairs), "shadows": len(observed.shadows)}
        yield self._gauge("observed", "Clients that are compared", "kind", open_now)
        problems = counter("ws2sse_cutover_shadow_problems", "Shadows that were given up", "reason")
        for reason, count in observed.shadows.problems.copy().items():
            problems.add_metric([*self._own, reason], count)
        yield problems

    def _gauge(self, name: str, words: str, label: str | None, values: dict[str, float]) -> GaugeMetricFamily:
        family = gauge(f"ws2sse_cutover_{name}", words, *([] if label is None else [label]))
        for value, amount in values.items():
            family.add_metric([*self._own, *([] if label is None else [value])], amount)
        return family
