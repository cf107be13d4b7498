"""What is hosted, as the old service of a cut-over whose new one is that of `backend.rest`."""

from __future__ import annotations

from fastapi import APIRouter

from migrator.hostable import NotHostable
from migrator.hosting import Hosted
from shim.backends.upstream import UpstreamAddressInvalid
from shim.config.errors import SettingMissing
from shim.config.options import ShimOptions
from shim.dualrun.cutover.build import cutover_pages, cutover_service
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.errors import NoiseFileInvalid
from shim.service import Service


def cut_over(hosted: Hosted, cutover: CutoverOptions, options: ShimOptions) -> tuple[Service, tuple[APIRouter, ...]]:
    """What clients meet, and the pages beside it.

    Raises NotHostable, SettingMissing, JournalUnwritable or JournalBroken.
    """
    if options.backend == "rest":
        raise NotHostable(["[cutover] leads to the back end rest, so backend.kind has to name the old service"])
    if options.rest is None:
        raise SettingMissing("backend.rest.url", "[cutover]")
    try:
        service = cutover_service(hosted.service, options.rest, cutover)
    except (UpstreamAddressInvalid, NoiseFileInvalid) as error:
        raise NotHostable([str(error)]) from error
    except OSError as error:
        raise NotHostable([f"ca_file: {error.strerror or error}"]) from error
    return service, cutover_pages(service, options.metrics, options.console)
