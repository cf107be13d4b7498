"""Which files are looked at: `--include` and `--exclude`, on top of what the application's settings say."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from migrator.commands.options import with_options
from migrator.configuration import settings_of
from migrator.inventory.selection import Selection


def selection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Handed on as `selection`. A command line that includes something replaces the settings' own; exclusions add."""

    @functools.wraps(function)
    def with_selection(
        *args: object, app: Path, include: tuple[str, ...], exclude: tuple[str, ...], **more: object
    ) -> object:
        settings = settings_of(app).scan
        selection = Selection(include=include or settings.include, exclude=(*settings.exclude, *exclude))
        return function(*args, app=app, selection=selection, **more)

    options = (
        click.option("--include", multiple=True, metavar="GLOB", help="Look only at these files: 'src/**', '*.py'."),
        click.option("--exclude", multiple=True, metavar="GLOB", help="Leave these files out: 'samples/**'."),
    )
    return with_options(with_selection, *options)
