"""Arguments and options that several subcommands have."""

from __future__ import annotations

from collections.abc import Callable
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
