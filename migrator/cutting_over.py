"""What is hosted, as the old service of a cut-over whose new one is that of `backend.rest`."""

from __future__ import annotations

from migrator.hostable import NotHostable
from migrator.hosting import Hosted
from shim.backends.upstream import UpstreamAddressInvalid
from shim.config.errors import SettingMissing
from shim.config.options import ShimOptions
from shim.dualrun.cutover.build import cutover_service
from shim.dualrun.errors import NoiseFileInvalid
from shim.service import Service


def cut_over(hosted: Hosted, options: ShimOptions) -> Service:
    """What clients meet: the hosted service itself, when no cut-over is configured.

    Raises NotHostable, SettingMissing, JournalUnwritable or JournalBroken.
    """
    if options.cutover is None:
        return hosted.service
    if options.backend == "rest":
        raise NotHostable(["[cutover] leads to the back end rest, so backend.kind has to name the old service"])
    if options.rest is None:
        raise SettingMissing("backend.rest.url", "[cutover]")
    try:
        return cutover_service(hosted.service, options.rest, options.cutover)
    except (UpstreamAddressInvalid, NoiseFileInvalid) as error:
        raise NotHostable([str(error)]) from error
    except OSError as error:
        raise NotHostable([f"ca_file: {error.strerror or error}"]) from error
