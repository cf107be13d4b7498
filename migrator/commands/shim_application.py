"""The application that `ws2sse shim` serves. What is switched off is not imported: starting is to be quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter

from migrator import hosting
from migrator.errors import WsSseError
from migrator.inventory.model import Inventory
from shim.app import ShimApp
from shim.config.options import ShimOptions
from shim.faces.console import console_router
from shim.faces.metrics import metrics_router
from shim.logs import log_happenings
from shim.pages import TokenPlaces, add_pages
from shim.service import Service

if TYPE_CHECKING:
    from shim.dualrun.record.recorder import TrafficRecorder


def application_of(
    hosted: hosting.Hosted,
    options: ShimOptions,
    inventory: Inventory | None,
    web: Path | None,
    recorder: TrafficRecorder | None,
) -> ShimApp:
    """The place where everything that looks at the service, or stands beside it, is put together."""
    service, beside = _with_pages(hosted, options)
    service.observers.append(log_happenings(service.api, options.logs))
    try:
        application = ShimApp(
            _recorded(service, recorder),
            faces=options.faces,
            management=options.management,
            routers=beside,
            unusable=hosted.unusable,
        )
    except ValueError as error:  # a credential that comes twice, a domain that can't be mapped
        raise WsSseError(f"{error}.") from error
    token = hosting.token_places(inventory) if inventory is not None else TokenPlaces()
    add_pages(application.api, stage=service.api.stage, token=token, web_folder=web)
    return application


def _with_pages(hosted: hosting.Hosted, options: ShimOptions) -> tuple[Service, tuple[APIRouter, ...]]:
    """The service that clients meet, and the pages beside it."""
    if options.cutover is not None:
        from migrator.cutting_over import cut_over  # noqa: PLC0415

        return cut_over(hosted, options.cutover, options)
    service: Service = hosted.service
    return service, (metrics_router(service, options.metrics), console_router(service, options.console))


def recorder_of(options: ShimOptions, application: str) -> TrafficRecorder | None:
    """None where nothing is to be recorded. To be closed at the end."""
    if options.recording.file is None:
        return None
    from shim.dualrun.record.recording_start import start_recording  # noqa: PLC0415

    return start_recording(options.recording, application)


def _recorded(service: Service, recorder: TrafficRecorder | None) -> Service:
    if recorder is None:
        return service
    from shim.dualrun.record.recorded_service import recorded  # noqa: PLC0415

    return recorded(service, recorder)
