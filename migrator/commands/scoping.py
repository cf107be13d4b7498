"""What of an application is migrated, and by which rules: `--api`, `--route`, `--select` and `--ignore`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from migrator.commands.options import with_options
from migrator.configuration import settings_of
from migrator.rewrite.scoping import scope as scope_of


def scope_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Handed on as `api`, a name or None, and `scope`. What the command line doesn't say, the settings may."""

    @functools.wraps(function)
    def with_scope(
        *args: object,
        app: Path,
        api: str | None,
        route: tuple[str, ...],
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        **more: object,
    ) -> object:
        said = settings_of(app).migrate
        scope = scope_of(route or said.route, select or said.select, (*said.ignore, *ignore))
        return function(*args, app=app, api=api or said.api, scope=scope, **more)

    rules = "Name of a rule, as `ws2sse rules` lists them; can be given several times."
    options = (
        click.option("--api", help="Id or name of the API. Default: of each application the one with most in Python."),
        click.option("--route", multiple=True, help="Make only this route native; can be given several times."),
        click.option("--select", multiple=True, help=f"Of the rules that can be left out, use only this. {rules}"),
        click.option("--ignore", multiple=True, help=f"Leave this rule out. {rules}"),
    )
    return with_options(with_scope, *options)
