"""What `ws2sse shim` says when it starts."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

import click

from migrator.commands.shim_settings import LOCAL_CREDENTIALS, is_loopback
from migrator.console import say
from shim.config.options import ShimOptions
from shim.faces.console_access import PATH as CONSOLE
from shim.faces.metrics import PATH as METRICS
from shim.gateway.sigv4 import Credential
from shim.logs import LogOptions
from shim.pages import PAGES


@dataclass(frozen=True, slots=True)
class Started:
    """`where`: `host:port`, as in an address. `aws`: 'moto' or 'configured'. `web`: whether APP has a page."""

    where: str
    stage: str
    aws: str
    web: bool

    def addresses(self) -> dict[str, object]:
        base = f"http://{self.where}"
        told: dict[str, object] = {
            "event": "listening",
            "base": base,
            "websocket": f"ws://{self.where}/{self.stage}",
            "stream": f"{base}/{self.stage}",
            "management": f"{base}/{self.stage}",
            "console": f"{base}{CONSOLE}",
            "metrics": f"{base}{METRICS}",
            "pages": {"sse": f"{base}{PAGES}/sse", "websocket": f"{base}{PAGES}/websocket"},
            "stage": self.stage,
            "aws": self.aws,
        }
        if self.web:
            told["web"] = f"{base}{PAGES}/web/"
        return told


def announce(started: Started, form: str) -> None:
    """On stdout, since scripts wait for it."""
    told = started.addresses()
    if form == "json":
        click.echo(json.dumps(told))
        return
    click.echo(f"WebSocket clients   {told['websocket']}")
    click.echo(f"SSE + POST clients  {told['stream']}")
    click.echo(f"Pushes of SDKs      {told['management']}")
    click.echo(f"Console, metrics    {told['console']}  {told['metrics']}")
    click.echo(f"Pages to try        http://{started.where}{PAGES}/sse  http://{started.where}{PAGES}/websocket")
    if started.web:
        click.echo(f"The page of APP     {told['web']}")
    click.echo("Stop with Ctrl-C.")


def talker(logs: LogOptions) -> Callable[[str], None]:
    """Says what goes on, on stderr: as a line for people, or, where logs are JSON, as one of them."""
    return logging.getLogger("ws2sse").info if logs.form == "json" else say


def explain(options: ShimOptions, aws: str) -> None:
    """On stderr: who answers what, and what is dangerous about it."""
    tell = talker(options.logs)
    if options.backend == "python":
        played = "moto in this process: no data leaves it, and none stays" if aws == "moto" else "AWS, as configured"
        tell(f"AWS calls of the handlers are answered by {played}.")
    elif options.backend == "lambda":
        tell(f"Functions are called at {options.lambda_.endpoint_url or f'Lambda in {options.api.region}'}.")
    else:
        upstream = options.websocket if options.backend == "websocket" else options.rest
        tell(f"Clients are served by {upstream.url.partition('?')[0] if upstream else 'nobody'}.")
    if options.management.credentials == (Credential(**LOCAL_CREDENTIALS),):
        tell(
            "Processes of this machine may push with AWS_ACCESS_KEY_ID=local and AWS_SECRET_ACCESS_KEY=local, and the "
            "address for pushes of SDKs as endpoint_url."
        )
    host = options.listen.host
    if not is_loopback(host) and not options.faces.trusted_proxies:
        tell(
            f"warning: {host} can be reached from other machines, and the shim speaks no TLS. Put a front end that "
            "does before it, and name that in faces.trusted_proxies."
        )
