"""`ws2sse shim`."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path

import click
import uvicorn
from pydantic import ValidationError

from migrator import hosting
from migrator.commands.options import app_argument, format_option
from migrator.console import say
from migrator.errors import ApplicationNotFound, WsSseError
from migrator.inventory.model import Inventory
from shim.app import create_app
from shim.backends.loading import HandlerUnusable
from shim.config import Address, AddressUnavailable
from shim.pages import PAGES, add_pages

MOST_WEBSOCKET_BYTES = 131_072
"""API Gateway closes with 1009 beyond 128 KB."""


@click.command("shim")
@app_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one.")
@click.option("--stage", help="Stage name, first part of the path. Default: the one that APP declares.")
@click.option(
    "--inventory",
    "inventory_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Inventory that `ws2sse scan --format json` printed, instead of a scan: for a host without the migrator.",
)
@click.option(
    "--aws",
    type=click.Choice(["auto", "moto", "configured"]),
    default="auto",
    show_default=True,
    help="What answers the handlers' AWS calls: moto in this process, or AWS as configured. "
    "auto takes moto when there are no credentials.",
)
@format_option("text", "json", what="With json the first line on stdout tells the addresses.")
def command(
    app: Path, host: str, port: int, stage: str | None, inventory_file: Path | None, aws: str, form: str
) -> None:
    """Serves APP unchanged: SSE + POST clients and WebSocket clients side by side, handlers in this process.

    \b
    Examples:
      ws2sse shim examples/chat
      ws2sse shim . --port 0 --stage prod --format json
      ws2sse scan . --format json > inventory.json && ws2sse shim . --inventory inventory.json
    """
    inventory = _inventory(app, inventory_file)
    try:
        listening = Address(host, port).bind()
    except AddressUnavailable as error:
        raise WsSseError(str(error)) from error
    try:
        hosted = _host(app, inventory, stage, aws)
        application = create_app(hosted.service)
        served = hosted.service.api.stage
        add_pages(
            application,
            stage=served,
            token=hosting.token_places(inventory),
            web_folder=hosting.web_folder(app, inventory),
        )
        where = f"{host if ':' not in host else f'[{host}]'}:{listening.getsockname()[1]}"
        _announce(where, served, hosted.aws, form, has_web=hosting.web_folder(app, inventory) is not None)
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        config = uvicorn.Config(
            application,
            log_level="warning",
            ws_max_size=MOST_WEBSOCKET_BYTES,
            timeout_graceful_shutdown=5,
            lifespan="on",
        )
        with redirect_stdout(sys.stderr), suppress(KeyboardInterrupt):  # stopping it is how it ends
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()


def _is_news(record: logging.LogRecord) -> bool:
    """uvicorn calls a refused handshake, and a stream that ends with the service, errors of the application."""
    return not str(record.msg).startswith("ASGI callable returned without completing")


def _inventory(app: Path, file: Path | None) -> Inventory:
    if file is None:
        from migrator.scan import scan_application  # noqa: PLC0415 - the shim runs without the migrator's libraries

        return scan_application(app)
    if not app.is_dir():
        raise ApplicationNotFound(app)
    try:
        return Inventory.model_validate_json(file.read_bytes())
    except OSError as error:
        raise WsSseError(f"{file} can't be read ({error.strerror or error}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise WsSseError(f"{file} is not an inventory of this version: {where}: {first['msg']}.") from error


def _host(app: Path, inventory: Inventory, stage: str | None, aws: str) -> hosting.Hosted:
    try:
        with redirect_stdout(sys.stderr):  # what handlers print is their log
            return hosting.host(app, inventory, stage=stage, aws=aws)
    except HandlerUnusable as error:
        raise WsSseError(str(error)) from error


def _announce(where: str, stage: str, aws: str, form: str, *, has_web: bool) -> None:
    base = f"http://{where}"
    played = "moto in this process: no data leaves it, and none stays" if aws == "moto" else "AWS, as configured"
    say(f"AWS calls of the handlers are answered by {played}.")
    addresses = {
        "event": "listening",
        "base": base,
        "websocket": f"ws://{where}/{stage}",
        "stream": f"{base}/{stage}",
        "pages": {"sse": f"{base}{PAGES}/sse", "websocket": f"{base}{PAGES}/websocket"},
        "stage": stage,
        "aws": aws,
    }
    if has_web:
        addresses["web"] = f"{base}{PAGES}/web/"
    if form == "json":
        click.echo(json.dumps(addresses))
        return
    click.echo(f"WebSocket clients   ws://{where}/{stage}")
    click.echo(f"SSE + POST clients  {base}/{stage}")
    click.echo(f"Pages to try        {base}{PAGES}/sse  {base}{PAGES}/websocket")
    if has_web:
        click.echo(f"The page of APP     {base}{PAGES}/web/")
    click.echo("Stop with Ctrl-C.")
