"""Arguments and options that several subcommands have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

FILE_PATH = click.Path(path_type=Path, dir_okay=False)
"""Of an option or an argument. Whether the file is there, whoever opens it says."""

app_argument = click.argument("app", type=click.Path(path_type=Path))
"""The folder of the legacy application. What is wrong with it, the scan says better than click."""

folder_argument = click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
"""A folder that a run wrote into."""


def format_option(*forms: str, what: str = "Form of the output.") -> Callable[[Function], Function]:
    """`--format`, handed on as `form`; the first of `forms` is the default."""
    return click.option("--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help=what)


def with_options(function: Function, *several: Callable[[Any], Any]) -> Function:
    """In the order of the help."""
    for option in reversed(several):
        function = option(function)
    return function


def as_one(
    name: str, of: type[Any], *several: Callable[[Any], Any], check: Callable[[Any], object] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options that are handed on together under `name`, as the fields of `of`, a dataclass. `check`: gives what is
    handed on instead, or raises UsageError."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def wrapped(*arguments: object, **options: Any) -> None:  # noqa: ANN401 - click hands them over
            own = of(**{one.name: options.pop(one.name) for one in fields(of)})
            function(*arguments, **{name: check(own) if check else own}, **options)

        return with_options(wrapped, *several)

    return decorate
