"""`ws2sse shim`."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import get_args

import click
from pydantic import ValidationError

from migrator import hosting
from migrator.commands.options import FILE_PATH, format_option
from migrator.commands.shim_application import application_of, recorder_of
from migrator.commands.shim_ending import end_at_once_at_the_second_signal
from migrator.commands.shim_errors import sentences
from migrator.commands.shim_nodes import serve_as_several
from migrator.commands.shim_settings import layers_of_settings, local_credentials
from migrator.commands.shim_words import Started, announce, explain, talker
from migrator.errors import ApplicationNotFound, WsSseError
from migrator.inventory.model import Inventory
from migrator.isolation import isolated
from migrator.validation import first_problem
from shim.backends.options import Workers
from shim.config.address import callable_at
from shim.config.configuration import Configuration, configuration_of
from shim.config.layers import Layer
from shim.config.options import ShimOptions, options_of
from shim.config.printing import as_json, as_text, as_toml
from shim.config.settings import Aws, BackendKind
from shim.hot.server import hot_server, settle_collector
from shim.logs import configure_logging
from shim.tracing import start_tracing

_PRINTERS = {"text": as_text, "json": as_json, "toml": as_toml}


@click.command("shim")
@click.argument("app", type=click.Path(path_type=Path), required=False)
@click.option("--host", help="Address to listen on. Default: 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="0 picks a free one. Default: 8000.")
@click.option("--nodes", type=click.IntRange(1, 256), help="Processes at this port, over one Redis. Default: 1.")
@click.option("--stage", help="First part of the path. Default: the one that APP declares.")
@click.option("--backend", type=click.Choice(get_args(BackendKind)), help="Who is behind the shim. Default: python.")
@click.option(
    "--upstream",
    metavar="URL",
    help="Server to bridge to: ws:// or wss:// for websocket, http:// or https:// for rest.",
)
@click.option("--workers", type=click.Choice(get_args(Workers)), help="What Python handlers run in. Default: auto.")
@click.option("--reload", is_flag=True, default=None, help="Changed handlers take effect at once.")
@click.option(
    "--aws",
    type=click.Choice(get_args(Aws)),
    help="What answers the handlers' AWS calls: moto in this process, or AWS as configured. "
    "auto, the default, takes moto when there are no credentials.",
)
@click.option("--credentials-file", type=FILE_PATH, help="Who may push: as in ~/.aws/credentials.")
@click.option("--record", "record_file", type=FILE_PATH, help="Record what clients send and receive, without secrets.")
@click.option("--config", "config_file", type=FILE_PATH, help="Settings. Default: shim.toml in APP.")
@click.option(
    "--set", "assigned", multiple=True, metavar="KEY=VALUE", help="Any setting but a secret, such as limits.idle_s=0."
)
@click.option(
    "--inventory",
    "inventory_file",
    type=FILE_PATH,
    help="Inventory that `ws2sse scan --format json` printed, instead of a scan: for a host without the migrator.",
)
@click.option("--print-config", is_flag=True, help="Shows every value in force and where it came from, and ends.")
@format_option(
    "text", "json", "toml", what="With json the first line on stdout tells the addresses. toml is for --print-config."
)
def command(
    app: Path | None,
    host: str | None,
    port: int | None,
    nodes: int | None,
    stage: str | None,
    backend: str | None,
    upstream: str | None,
    workers: str | None,
    reload: bool | None,
    aws: str | None,
    credentials_file: Path | None,
    record_file: Path | None,
    config_file: Path | None,
    assigned: tuple[str, ...],
    inventory_file: Path | None,
    print_config: bool,
    form: str,
) -> None:
    """Serves APP unchanged: SSE + POST clients and WebSocket clients side by side.

    Handlers run here, or are called where they are deployed (--backend lambda). With --upstream a server behind the
    shim is served to both kinds of clients, and no APP is needed.

    Settings come from APP's infrastructure files, shim.toml, [tool.ws2sse.shim] of pyproject.toml or [shim] of
    ws2sse.toml, SHIM_… variables and options; later ones win. docs/reference/configuration.md lists them all.

    \b
    Examples:
      ws2sse shim examples/chat
      ws2sse shim . --reload --stage prod --set limits.idle_s=0
      ws2sse shim . --backend lambda --credentials-file /etc/shim/credentials --host 0.0.0.0
      ws2sse shim --upstream wss://abcdef.execute-api.eu-west-1.amazonaws.com/prod --stage prod
      SHIM_REDIS__URL=redis://127.0.0.1:6379/0 ws2sse shim . --nodes 4 --aws configured
      ws2sse shim . --print-config --format toml > shim.toml
      ws2sse scan . --format json > inventory.json && ws2sse shim . --inventory inventory.json
    """
    if form == "toml" and not print_config:
        raise click.UsageError("--format toml is for --print-config.")
    if inventory_file is not None and app is None:
        raise click.UsageError("--inventory needs APP, the folder that it is the inventory of.")
    options = {
        "--host": ("listen.host", host),
        "--port": ("listen.port", port),
        "--nodes": ("listen.nodes", nodes),
        "--stage": ("api.stage", stage),
        "--backend": ("backend.kind", backend),
        "--workers": ("backend.python.workers", workers),
        "--reload": ("backend.python.reload", reload),
        "--aws": ("backend.aws", aws),
        "--credentials-file": ("management.credentials_file", credentials_file),
        "--record": ("recording.file", record_file),
    }
    with sentences():
        inventory = None if app is None else _inventory(app, inventory_file)
        layers = layers_of_settings(
            app, inventory, config_file=config_file, options=options, upstream=upstream, assigned=assigned
        )
        configuration = _with_local_credentials(layers)
        if print_config:
            click.echo(_PRINTERS[form](configuration), nl=False)
            return
        shim = options_of(configuration)
        configure_logging(shim.logs)

        def started(words: Started) -> None:
            explain(shim, words.aws)
            announce(words, form)

        if shim.nodes == 1:
            with shim.listen.bind() as listening:
                _serve(app, inventory, shim, [listening], started)
        else:
            serve_as_several(shim, hosting.aws_in_use(shim), partial(_serve, app, inventory, shim), started)


def _serve(
    app: Path | None,
    inventory: Inventory | None,
    options: ShimOptions,
    sockets: list[socket.socket],
    started: Callable[[Started], None],
) -> None:
    """Until it is told to end. `sockets`: listening; the first is the one that clients are told."""
    with redirect_stdout(sys.stderr):  # what handlers print is their log
        hosted = _host(app, inventory, options)
    recorder = None
    try:
        if options.redis is not None:
            hosting.check_together(options.redis)
        recorder = recorder_of(options, hosted.service.api.name)
        web = hosting.web_folder(app, inventory) if app is not None and inventory is not None else None
        application = application_of(hosted, options, inventory, web, recorder)
        service = application.service
        tracing = start_tracing(service, options.tracing)
        where = callable_at(options.listen.host, sockets[0].getsockname()[1])
        started(Started(where, service.api.stage, hosted.aws, web is not None))
        server = hot_server(
            application,
            application.management,
            drain_s=options.drain_s,
            notice_s=options.drain_notice_s,
            leave=application.readiness.leave,
            log_config=None,
        )
        signals = end_at_once_at_the_second_signal(server, talker(options.logs))
        try:
            with redirect_stdout(sys.stderr):
                settle_collector()
                server.run(sockets=sockets)
        except KeyboardInterrupt:  # stopping it is how it ends
            signals.append(signal.SIGINT)
        if tracing is not None:
            tracing.close()
        if not (server.started or signals):
            raise WsSseError("The shim did not come up; the log says why.")
    finally:
        hosted.close()
        if recorder is not None:
            recorder.close()


def _host(app: Path | None, inventory: Inventory | None, options: ShimOptions) -> hosting.Hosted:
    if options.backend in {"websocket", "rest"}:
        return hosting.bridge(options)
    if app is None or inventory is None:
        raise click.UsageError(f"The back end {options.backend} needs APP, the folder of the application.")
    if options.backend == "python":
        talker(options.logs)(f"Loading the handlers of {app} …")
    return hosting.host(app, inventory, options)


def _with_local_credentials(layers: list[Layer]) -> Configuration:
    configuration = configuration_of(layers)
    if hosting.aws_in_use(options_of(configuration)) == "configured":
        return configuration
    return configuration_of([*layers, local_credentials(configuration)])


def _inventory(app: Path, file: Path | None) -> Inventory:
    if file is None:
        from migrator.scan import scan_application  # noqa: PLC0415 - the shim runs without the migrator's libraries

        return isolated(partial(scan_application, app))
    if not app.is_dir():
        raise ApplicationNotFound(app)
    try:
        return Inventory.model_validate_json(file.read_bytes())
    except OSError as error:
        raise WsSseError(f"{file} can't be read ({error.strerror or error}).") from error
    except ValidationError as error:
        problem = first_problem(error, "the file")
        raise WsSseError(f"{file} is not an inventory of this version: {problem}.") from error
