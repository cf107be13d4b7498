"""`--install` of `ws2sse verify`: what the application imports, from its own requirements."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from migrator.console import say
from migrator.dependencies.conflicts import conflicts
from migrator.dependencies.declared import requirements_of
from migrator.dependencies.environment import cache_folder, installed
from migrator.dependencies.lines import MAX_QUOTED
from migrator.inventory.model import Inventory
from shim.redaction import one_line


@dataclass(frozen=True, slots=True)
class Libraries:
    """folder: of packages, for both sides. told: sentences on what was installed, and what was not."""

    folder: Path | None
    told: tuple[str, ...]


MAX_LISTED: Final = 20
"""Names in a sentence."""


def install_options(command: Callable[..., Any]) -> Callable[..., Any]:
    install = click.option(
        "--install",
        is_flag=True,
        help="Install what APP requires (requirements.txt, Pipfile or pyproject.toml of its code roots and layers) "
        "with pip, as wheels alone, in an environment of its own that is kept in ~/.cache/ws2sse.",
    )
    builds = click.option(
        "--allow-builds",
        is_flag=True,
        help="With --install: also what has no wheel, or comes from an address. That runs build code of the packages.",
    )
    return install(builds(command))


def libraries_of(app: Path, inventory: Inventory, *, allow_builds: bool) -> Libraries:
    """Raises NotInstalled."""
    requirements = requirements_of(app, inventory)
    builds = () if allow_builds else (one_line(line, MAX_QUOTED) for line in requirements.build)
    left_out = [*requirements.left_out, *builds]
    told = [f"Not installed: {_listed(left_out)}."] if left_out else []
    if not requirements.lines and not (allow_builds and requirements.build):
        return Libraries(None, (*told, "Nothing was installed: no requirements were found."))
    say(f"Installing what {_listed(requirements.files)} requires, unless it is there from before.")
    folder = installed(requirements, cache_folder(os.environ), builds=allow_builds)
    told.append(f"Both sides import what {_listed(requirements.files)} requires, which was installed for it.")
    return Libraries(folder, (*told, *conflicts(folder)))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return f"{', '.join(names[:MAX_LISTED])}{more}"
