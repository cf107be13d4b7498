"""The parts of a cut-over, put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from fastapi import APIRouter

from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestUpstream
from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.operators import OperatorFace
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.service import CutoverService, Side
from shim.dualrun.cutover.status import status_of


def cutover_service(
    old: Side, upstream: RestUpstream, options: CutoverOptions, *, clock: Callable[[], float] = time.time
) -> CutoverService:
    """`upstream`: the new service. Raises UpstreamAddressInvalid, OSError, JournalUnwritable or JournalBroken."""
    new = RestBridge(old.api, upstream, old.streams, clock=clock)
    control = Control(options, clock=clock)
    return CutoverService(old, new, control, options)


def operator_router(service: CutoverService) -> APIRouter:
    """Everything below `/-/cutover`."""
    return OperatorFace(service.control, service.options, partial(status_of, service)).router()
