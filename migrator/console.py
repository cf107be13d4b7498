"""Talk goes to stderr, results to stdout; progress shows on a terminal only."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text


class PipedConsole(Console):
    """Lets `main` say what it means that the reader of a pipe went away; rich would end with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def stdout_console() -> Console:
    """For results that people read. Not cut to the width of a pipe."""
    return PipedConsole(soft_wrap=not sys.stdout.isatty(), highlight=False)


def stderr_console() -> Console:
    return PipedConsole(stderr=True, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """One line of talk; whatever stands in it is shown as it is."""
    stderr_console().print(Text(message))


def say_error(message: str) -> None:
    stderr_console().print(Text.assemble(("error: ", "bold red"), message))
