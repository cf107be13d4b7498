"""shim.toml of a deployment: what the application's own settings say, and what several nodes need beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from migrator.deploy.deployment import EVERYWHERE, FOR_METRICS, NOTICE_S, PORT, EnvironmentVariable, Timing
from shim.config.configuration import DEFAULT, Configuration, configuration_of, is_hidden, plain
from shim.config.layers import Given, Layer
from shim.config.setting import SETTINGS, variable_of
from shim.toml_values import toml_value

_KIT: Final = "the kit"
_INVENTORY: Final = "inventory"
"""What the origin of a setting begins with that an image's own inventory.json says again."""

SEVERAL: Final[Layer] = {"redis.url": Given("redis://redis", "the environment of a node")}
"""The first layer of a deployment's configuration: there is a Redis, and its address is no file's matter."""

OF_A_MACHINE: Final = frozenset(
    {"listen.host", "listen.port", "listen.nodes", "listen.node_port", "backend.python.reload", "redis.url"}
)
"""Settings of the machine on which they were written, which mean nothing in a container. A container is one node: of
several at one port, health checks and metrics would be those of whichever answers."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`text`: of shim.toml, without secrets. `variables`: what has to come from the environment beside it."""

    text: str
    timing: Timing
    variables: tuple[EnvironmentVariable, ...]
    notes: tuple[str, ...]


def node_settings(name: str, given: Configuration) -> Settings:
    """`given`: what the application's files say, over the defaults and its inventory."""
    values = {key: value for key, value in given.values.items() if _is_told(key, given.origins[key])}
    hidden = {key for key, value in values.items() if is_hidden(SETTINGS[key], value)}
    told = {key: value for key, value in values.items() if key not in hidden and value is not None}
    own = {key: Given(value, given.origins[key]) for key, value in told.items()}
    asked = configuration_of([own, *_nodes(name, told)])
    kept = {key: value for key, value in asked.values.items() if asked.origins[key] != DEFAULT and key != "redis.url"}
    timing = Timing(
        heartbeat_s=asked.values["streams.heartbeat_s"],
        notice_s=asked.values["drain_notice_s"],
        drain_s=asked.values["drain_s"],
        ending_s=asked.values["streams.ending_s"],
    )
    return Settings(_toml(kept), timing, tuple(_variables(hidden)), tuple(_notes(kept)))


def _is_told(key: str, origin: str) -> bool:
    return origin != DEFAULT and not origin.startswith(_INVENTORY) and key not in OF_A_MACHINE


def _nodes(name: str, told: dict[str, Any]) -> Iterator[Layer]:
    """What has to be so, and what is unless the application says something else."""
    wanted: dict[str, object] = {
        "redis.prefix": name,
        "drain_notice_s": NOTICE_S,
        "logs.form": "json",
        "backend.aws": "configured",
        "backend.python.workers": "processes",
        "backend.python.require_all": True,
    }
    yield {key: Given(value, _KIT) for key, value in wanted.items() if key not in told}
    yield {
        "listen.host": Given(EVERYWHERE, _KIT),
        "listen.port": Given(PORT, _KIT),
        **SEVERAL,
    }


def _variables(hidden: set[str]) -> Iterator[EnvironmentVariable]:
    optional = {
        "management.credentials": "who may push over HTTP, a list as JSON: "
        '[{"access_key_id": "…", "secret_access_key": "…"}]; without any, nobody may',
        "metrics.token": FOR_METRICS,
    }
    yield EnvironmentVariable(
        variable_of("redis.url"), None, "the address of Redis, with user and password", secret=True
    )
    for key in sorted(hidden | optional.keys()):
        meaning = optional.get(key, f"the setting {key}")
        yield EnvironmentVariable(variable_of(key), None, meaning, secret=True, required=key in hidden)


def _notes(kept: dict[str, Any]) -> Iterator[str]:
    for key, value in kept.items():
        if isinstance(value, Path):
            yield f"shim.toml: {key} names a file, {value}, which has to be there in the container"


def _toml(values: dict[str, Any]) -> str:
    tables: dict[str, list[str]] = {"": []}
    for key, value in values.items():
        table, _, name = key.rpartition(".")
        tables.setdefault(table, []).append(f"{name} = {toml_value(plain(value))}")
    top = "".join(f"{line}\n" for line in tables.pop(""))
    return top + "".join(
        f"\n[{table}]\n" + "".join(f"{line}\n" for line in lines) for table, lines in tables.items()
    ).lstrip("" if top else "\n")
