"""Where an application's packages are in other versions than those that this tool itself runs with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from migrator.dependencies.requirement import name_of


def conflicts(site_packages: Path) -> Iterator[str]:
    """A sentence for each package that both have in different versions: ours is the one that runs."""
    theirs, ours = _versions(distributions(path=[str(site_packages)])), _versions(distributions())
    for name in sorted(theirs.keys() & ours.keys() - {"pip", "setuptools"}):
        if theirs[name] != ours[name]:
            yield f"{name} {ours[name]} runs, which ws2sse needs; the application's requirements gave {theirs[name]}."


def _versions(found: Iterable[Distribution]) -> dict[str, str]:
    """The first of a name counts, as it does for imports. What pip has left half removed has no name."""
    versions: dict[str, str] = {}
    for one in found:
        if one.name:
            versions.setdefault(name_of(one.name), one.version)
    return versions
