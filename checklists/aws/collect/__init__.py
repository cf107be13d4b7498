"""One file a service: each lists the things of it and keeps of them what `checklists.aws.types` says."""

from __future__ import annotations

from typing import Final

from checklists.aws.collect import apis, functions
from checklists.aws.scope import Collector

COLLECTORS: Final[tuple[Collector, ...]] = (apis.COLLECTOR, functions.COLLECTOR)
