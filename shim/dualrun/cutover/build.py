"""The parts of a cut-over, put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from fastapi import APIRouter

from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestUpstream
from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.observers import Observers
from shim.dualrun.cutover.operators import OperatorFace
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.service import CutoverService, Side
from shim.dualrun.cutover.shadows import shadow_upstream
from shim.dualrun.cutover.status import status_of
from shim.dualrun.cutover.tapped_streams import TappedStreams


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


def operator_router(service: CutoverService) -> APIRouter:
    """Everything below `/-/cutover`."""
    return OperatorFace(service.control, service.options, partial(status_of, service)).router()
