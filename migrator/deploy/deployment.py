"""What every kit is told of the service. Kits agree since they have nothing else to go by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from migrator.dependencies.declared import Requirements
from migrator.inventory.model import Inventory

Served = Literal["shim", "migrated"]
"""`shim`: the application unchanged, behind `ws2sse shim`; `migrated`: what `ws2sse migrate` wrote."""

PORT: Final = 8000
"""Where a node listens, in its container."""

EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - of a container, whose network says who gets in
"""The address that a node listens on there."""

NODES: Final = 3
"""How many a kit starts. With two, one that is replaced leaves one."""

HELD: Final = 10_000
"""Connections that a node may hold when no more nodes may come, as `ws2sse capacity` has it."""

NOTICE_S: Final = 5.0
"""What front ends need to notice that a node ends: two of their checks, or as long as Kubernetes takes to tell them."""

ENDING_S: Final = 25.0
"""What a migrated application gives its handlers of `$disconnect`, as the shim does by default."""

FOR_METRICS: Final = "what Prometheus has to bring, at least 16 characters; without it, nobody may read /metrics"
"""The meaning of a variable."""


@dataclass(frozen=True, slots=True)
class EnvironmentVariable:
    """`value` None: whoever deploys gives it, since no file says it, or since it is secret; kits refer to it and never
    hold it. `required` False: the service starts without it. `meaning`: a sentence without its full stop."""

    name: str
    value: str | None
    meaning: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A stream is silent for `heartbeat_s` at most. At SIGTERM a node goes on taking connections for
    `notice_s`, while its readiness says that it ends; then it gives what is under way `drain_s`, and its handlers of
    `$disconnect` `ending_s`."""

    heartbeat_s: float
    notice_s: float
    drain_s: float
    ending_s: float

    @property
    def stop_s(self) -> int:
        """What a supervisor waits between SIGTERM and SIGKILL: as long as a node may take, and 15 more."""
        return math.ceil(self.notice_s + self.drain_s + self.ending_s) + 15

    @property
    def idle_s(self) -> int:
        """For how long a front end lets a stream be silent: four heartbeats, and a minute at least."""
        return max(60, math.ceil(4 * self.heartbeat_s))

    @property
    def wait_s(self) -> int:
        """What a supervisor waits before SIGTERM, so that front ends notice, where the node itself does not."""
        return 0 if self.notice_s else math.ceil(NOTICE_S)


@dataclass(frozen=True)
class Deployment:
    """`application`: its name as its own files have it, which is untrusted text. `name`: the same as a DNS label of 1
    to 40 characters. `settings`: the text of shim.toml, '' for a migrated application. `inventory`: without values of
    secrets. `domains`: hosts under which clients find the
    service, as its files declare them. `ignored`: patterns of files that no image gets, as
    .dockerignore has them. `notes`: sentences on what a person has to look at."""

    application: str
    name: str
    served: Served
    region: str
    stage: str
    timing: Timing
    variables: tuple[EnvironmentVariable, ...]
    settings: str
    inventory: Inventory
    requirements: Requirements
    domains: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The custom domains, else a name that whoever deploys replaces."""
        return self.domains or (f"{self.name}.example.com",)

    @property
    def redis_variable(self) -> str:
        """The variable that holds the address of Redis, with its password."""
        return "SHIM_REDIS__URL" if self.served == "shim" else "STREAMS_REDIS_URL"

    @property
    def proxies_variable(self) -> str:
        """The variable that holds the networks of front ends, whose X-Forwarded-For is believed."""
        return "SHIM_FACES__TRUSTED_PROXIES" if self.served == "shim" else "FORWARDED_ALLOW_IPS"

    @property
    def connections_variable(self) -> str:
        """The variable that holds how many connections all nodes together may have open."""
        return "SHIM_STREAMS__CONNECTIONS" if self.served == "shim" else "STREAM_MAX_CONNECTIONS"

    @property
    def metrics_variable(self) -> str:
        """The variable that holds what Prometheus has to bring."""
        return "SHIM_METRICS__TOKEN" if self.served == "shim" else "METRICS_TOKEN"

    @property
    def readiness_path(self) -> str:
        """200 while clients should be sent to a node."""
        return "/readyz"

    @property
    def liveness_path(self) -> str:
        """200 while the process answers."""
        return "/healthz"

    @property
    def known(self) -> tuple[EnvironmentVariable, ...]:
        """Variables whose values a kit may hold."""
        return tuple(variable for variable in self.variables if variable.value is not None)

    @property
    def given(self) -> tuple[EnvironmentVariable, ...]:
        """Variables that whoever deploys gives."""
        return tuple(variable for variable in self.variables if variable.value is None)
