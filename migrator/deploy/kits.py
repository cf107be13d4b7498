"""The kits that there are. One more is a module with `files`, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from migrator.deploy import compose, container, kubernetes, monitoring
from migrator.deploy.aws import cloudformation, terraform
from migrator.deploy.deployment import Deployment
from migrator.deploy.errors import UnknownKit
from migrator.deploy.made_up import without_made_up
from templates import render


@dataclass(frozen=True, slots=True)
class Kit:
    """`summary`: what is in it, in words. `files`: path below the kit's own folder -> text. `makes_redis`: and
    its address; else whoever deploys gives that."""

    summary: str
    files: Callable[[Deployment], Mapping[str, str]]
    makes_redis: bool = False


KITS: Final[Mapping[str, Kit]] = {
    "container": Kit("the image that all other kits start", container.files),
    "compose": Kit("two nodes, Redis and a front end on one machine, for trying", compose.files, makes_redis=True),
    "kubernetes": Kit("manifests for Kubernetes, with components for what not every cluster has", kubernetes.files),
    "cloudformation": Kit(
        "ECS Fargate behind an ALB, with ElastiCache, as one stack", cloudformation.files, makes_redis=True
    ),
    "terraform": Kit("the same as a module", terraform.files, makes_redis=True),
    "monitoring": Kit("a dashboard for Grafana and alerts for Prometheus", monitoring.files),
}
"""By the name of the kit, which is that of its folder, too."""


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The kits with these names, each once, in the order of `KITS`; for none all that there are. Raises UnknownKit."""
    wanted = set(names)
    for name in sorted(wanted - KITS.keys()):
        raise UnknownKit(name, tuple(KITS))
    return tuple(name for name in KITS if name in wanted or not wanted)


def kit_files(deployment: Deployment, names: Iterable[str]) -> dict[str, str]:
    """Path below the new folder -> text, for these kits."""
    kits = {name: KITS[name] for name in names}
    files = {
        f"{name}/{path}": text for name, kit in kits.items() for path, text in sorted(kit.files(deployment).items())
    }
    made_by = ", ".join(f"`{name}`" for name, kit in kits.items() if kit.makes_redis)
    page = render("deploy/README.md.j2", deployment=without_made_up(deployment), kits=kits, redis_made_by=made_by)
    return {"README.md": page, **files}
