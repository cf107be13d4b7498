"""The parts of a cut-over, put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from fastapi import APIRouter

from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestUpstream
from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.metrics import CutoverCollector
from shim.dualrun.cutover.observers import Observers
from shim.dualrun.cutover.operators import OperatorFace
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.service import CutoverService, Side
from shim.dualrun.cutover.shadows import shadow_upstream
from shim.dualrun.cutover.status import shown_on_console, status_of
from shim.dualrun.cutover.tapped_streams import TappedStreams
from shim.faces.console import console_router
from shim.faces.console_access import ConsoleOptions
from shim.faces.metrics import MetricsOptions, metrics_router


def cutover_service(
    old: Side, upstream: RestUpstream, options: CutoverOptions, *, clock: Callable[[], float] = time.time
) -> CutoverService:
    """`upstream`: the new service. Raises UpstreamAddressInvalid, OSError, NoiseFileInvalid, JournalUnwritable or
    JournalBroken, and TypeError for an old service whose streams are no `TappedStreams`."""
    streams = old.streams
    if not isinstance(streams, TappedStreams):
        raise TypeError("the streams of the old service can't be tapped")
    new = RestBridge(old.api, upstream, streams, clock=clock)
    shadows = RestBridge(old.api, shadow_upstream(upstream, options), streams, clock=clock)
    control = Control(options, clock=clock)
    observers = Observers(old.api, streams, shadows, control, options, clock=clock)
    return CutoverService(old, new, control, observers, options)


def cutover_pages(
    service: CutoverService, metrics: MetricsOptions | None = None, console: ConsoleOptions | None = None
) -> tuple[APIRouter, ...]:
    """Metrics and console, with what is theirs of a cut-over, and everything below `/-/cutover`."""
    return (
        metrics_router(service, metrics, more=[CutoverCollector(service)]),
        console_router(service, console, cutover=partial(shown_on_console, service)),
        OperatorFace(service.control, service.options, partial(status_of, service)).router(),
    )
