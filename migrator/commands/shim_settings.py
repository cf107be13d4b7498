"""Where `ws2sse shim` finds its settings; later ones win: defaults, the inventory, `shim.toml`, the project's own file,
the environment, the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from migrator.errors import WsSseError
from migrator.inventory.model import Inventory
from shim.config.configuration import Configuration
from shim.config.layers import FILE, Given, Layer, assignments, environment, project_files, shim_toml

LOCAL_CREDENTIALS: Final = {"access_key_id": "local", "secret_access_key": "local"}
"""Those that AWS in memory has, too."""

_KIND_OF_SCHEME: Final = {"ws": "websocket", "wss": "websocket", "http": "rest", "https": "rest"}


class UpstreamUnclear(WsSseError):
    """Raised when `--upstream` is not what the back end needs."""

    def __init__(self, address: str, kind: str | None) -> None:
        self.address, self.kind = address.partition("?")[0], kind
        super().__init__(self.address, kind)

    def __str__(self) -> str:
        if self.kind is None:
            return f"--upstream is {self.address}; allowed: ws://… or wss://…, http://… or https://…."
        return f"--upstream is {self.address}, which the back end {self.kind} can't be."


def layers_of_settings(
    app: Path | None,
    inventory: Inventory | None,
    *,
    config_file: Path | None,
    options: Mapping[str, Any],
    upstream: str | None,
    assigned: tuple[str, ...],
) -> list[Layer]:
    """`options`: option of the command line -> key and value; those that are None were not given. Raises
    ConfigurationError or UpstreamUnclear."""
    layers: list[Layer] = []
    if inventory is not None:
        layers.append(inventory_layer(inventory))
    layers += layers_of_files(app, config_file)
    layers.append(environment(os.environ))
    layers.append(assignments(assigned, "--set"))
    layers.append({key: Given(value, option) for option, (key, value) in options.items() if value is not None})
    if upstream is not None:
        layers.append(_upstream(upstream, options["--backend"][1]))
    return layers


def layers_of_files(app: Path | None, config_file: Path | None) -> list[Layer]:
    """Raises ConfigurationError."""
    layers: list[Layer] = []
    if config_file is None and app is not None and (app / FILE).is_file():
        layers.append(shim_toml(app / FILE))
    if app is not None:
        layers.append(project_files(app))
    if config_file is not None:  # who names a file, means it
        layers.append(shim_toml(config_file))
    return layers


def inventory_layer(inventory: Inventory) -> Layer:
    """What the application declares of its API. Empty when it has none, or several."""
    if len(inventory.apis) != 1:
        return {}
    api = inventory.apis[0]
    origin = f"inventory {api.location.path}:{api.location.line}"
    layer = {
        "api.name": Given(api.name, origin),
        "api.selection_expression": Given(api.route_selection_expression, origin),
        "api.stage": Given(api.stage, origin),
        "api.region": Given(inventory.region, "inventory"),
    }
    if api.stage_variables:
        layer["api.stage_variables"] = Given(dict(api.stage_variables), origin)
    if api.domains:
        domains = [{"host": domain.host, "base_path": domain.base_path} for domain in api.domains]
        layer["api.domains"] = Given(domains, origin)
    return layer


def local_credentials(configuration: Configuration) -> Layer:
    """For a service that only this machine reaches and whose AWS is played: what a developer's other processes sign
    with. Empty where credentials are configured, or none are asked for."""
    values = configuration.values
    configured = values["management.credentials"] or values["management.credentials_file"]
    if configured or not values["management.verify"] or not is_loopback(values["listen.host"]):
        return {}
    return {"management.credentials": Given([LOCAL_CREDENTIALS], "local AWS")}


def is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def _upstream(address: str, backend: str | None) -> Layer:
    kind = _KIND_OF_SCHEME.get(urlsplit(address).scheme)
    if kind is None or backend not in {None, kind}:
        raise UpstreamUnclear(address, None if kind is None else backend)
    return {"backend.kind": Given(kind, "--upstream"), f"backend.{kind}.url": Given(address, "--upstream")}
