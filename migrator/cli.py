"""The `ws2sse` command.

Exit status: 0 nothing to do or safe; 1 changes needed or differences found; 2 usage, crash, or an account that does
not close; 3 done, but sites remain for a person, or inconclusive.
"""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import traceback

import click

from migrator.console import say_error
from migrator.errors import WsSseError, meant

COMMANDS = {
    "scan": "see: the inventory of an application",
    "shim": "bridge: serve the application unchanged, to SSE and WebSocket clients",
    "migrate": "rewrite: a FastAPI + sse-starlette application",
    "verify": "prove: the same sessions through both paths, compared",
    "cutover": "switch: users from the old service to the new one, in stages, and back",
    "checklist": "track: what remains, for developers, infrastructure and operations",
    "teardown": "leave: what is left in AWS is removed, step by step, and back where that can be",
}
MORE = {
    "capacity": "reckons nodes, Redis and cost for a load, beside API Gateway",
    "apply": "writes a plan that migrate --plan made",
    "undo": "takes back what migrate or apply wrote",
    "resume": "finishes a run that was interrupted while it wrote",
    "deploy": "writes an image, and files that run the service on several nodes",
    "explain": "tells what a rule does, or why a site got its outcome",
    "rules": "lists what migrate does to code, rule by rule",
}
"""What belongs to a step of the walk, or helps with it."""

EXTRA_OF_MODULE = {
    "libcst": "migrator",
    "ast_grep_py": "migrator",
    "ruamel": "migrator",
    "yaml": "migrator",
    "fastapi": "shim",
    "starlette": "shim",
    "sse_starlette": "shim",
    "uvicorn": "shim",
    "botocore": "aws",
    "websockets": "shim",
    "boto3": "aws",
    "moto": "local",
    "httpx": "shim",
    "icalendar": "checklist",
    "jsonschema": "shim",
    "opentelemetry": "otel",
    "prometheus_client": "shim",
    "jwt": "verify",
}


INTERRUPTED = 130
"""Ctrl-C or SIGTERM, as shells count it: 128 + SIGINT."""

READER_GONE = 141
"""The reader of a pipe went away: 128 + SIGPIPE."""


class ReaderGone(Exception):
    """Raised for a BrokenPipeError, which click would take for status 1."""


class Commands(click.Group):
    """Loads a command's module only when it is called, so that each works with the extras that it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *MORE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"migrator.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known:
            ctx.fail(f"There is no command {args[0]}. {meant(args[0], known)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("The walk, step by step"):
            formatter.write_dl(list(COMMANDS.items()))
        with formatter.section("Beside it"):
            formatter.write_dl(list(MORE.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ws2sse")
def cli() -> None:
    """Takes an application off API Gateway WebSocket APIs and onto Server-Sent Events plus REST,
    one reversible step at a time, with proof at each step.

    Exit status: 0 nothing to do or safe, 1 changes needed or differences found, 2 usage error or crash, 3 done, but
    something remains for a person, or inconclusive; 130 interrupted.

    \b
    Example:
      ws2sse scan examples/chat
      ws2sse migrate examples/chat --out /tmp/chat-sse
      ws2sse verify examples/chat /tmp/chat-sse
    """


def main() -> None:
    """Entry point. One that nobody foresaw is a traceback and status 2: 1 would say that there are differences."""
    try:
        _run()
    except Exception:  # noqa: BLE001 - else Python ends with 1
        traceback.print_exc()
        say_error("that is a mistake of ws2sse itself: please report it with the lines above")
        sys.exit(2)


def _run() -> None:
    """Every expected error is one sentence on stderr and status 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended, as at Ctrl-C
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say_error("interrupted")
        sys.exit(INTERRUPTED)
    except WsSseError as error:
        say_error(str(error))
        sys.exit(2)
    except ModuleNotFoundError as error:
        extra = EXTRA_OF_MODULE.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        say_error(f"This command needs {error.name}. Install it with: pip install 'ws2sse[{extra}]'")
        sys.exit(2)
    except ReaderGone:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered has nowhere to go
        sys.exit(READER_GONE)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT} or error.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered has no room
        say_error(f"the output can't be written ({error.strerror})")
        sys.exit(2)


if __name__ == "__main__":
    main()
