"""Where an application's packages are in other versions than those that this tool itself runs with."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from migrator.dependencies.requirement import name_of


def conflicts(site_packages: Path) -> Iterator[str]:
    """A sentence for each package that both have in different versions: ours is the one that runs."""
    theirs = {name_of(one.name): one for one in distributions(path=[str(site_packages)])}
    ours = {name_of(one.name): one for one in distributions()}
    for name in sorted(theirs.keys() & ours.keys() - {"pip", "setuptools"}):
        if _version(theirs[name]) != _version(ours[name]):
            yield (
                f"{name} {_version(ours[name])} runs, which ws2sse needs; the application's requirements gave "
                f"{_version(theirs[name])}."
            )


def _version(distribution: Distribution) -> str:
    return distribution.version
