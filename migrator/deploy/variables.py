"""Which variables a service needs, and which of their values may be written down."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from migrator.deploy.deployment import Deployment, EnvironmentVariable
from migrator.inventory.model import Inventory
from migrator.inventory.outside import runs_inside
from migrator.scan.files import walk
from shim.redaction import is_secret_name, redact

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
"""What shells, Kubernetes and ECS all take for the name of a variable."""

_OF_AWS: Final = frozenset({"AWS_REGION", "AWS_DEFAULT_REGION"})
PRIVATE: Final = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10"
"""Where the front end's own addresses are; the kit's network lets nobody else in. Pods of EKS and GKE often have those
of the last one: https://www.rfc-editor.org/rfc/rfc1918, https://www.rfc-editor.org/rfc/rfc6598"""


def application_variables(inventory: Inventory) -> tuple[tuple[EnvironmentVariable, ...], tuple[str, ...]]:
    """Those of the functions that a node runs, and sentences on what a person has to look at.

    A variable that has another value in another function is not among them: the inventory tells each its own."""
    notes: list[str] = []
    values = _values(inventory)
    names = sorted({*values, *inventory.unresolved, *inventory.required_variables} - _OF_AWS)
    found = []
    for name in names:
        known = values.get(name, set())
        if _NAME.fullmatch(name) is None:
            notes.append(f"the variable {name!r} has a name that containers can't have")
        elif is_secret(name, *known):
            if len(known) > 1:
                notes.append(f"{name} has another value in each of several functions; here all get the same")
            found.append(EnvironmentVariable(name, None, "a secret of the application", secret=True))
        elif len(known) > 1:
            notes.append(f"{name} has another value in each of several functions, as inventory.json says")
        elif known:
            found.append(EnvironmentVariable(name, next(iter(known)), "as the application's files declare it"))
        else:
            found.append(EnvironmentVariable(name, None, _why(inventory, name)))
    return tuple(found), tuple(notes)


def kit_variables(deployment: Deployment, streams: int) -> dict[str, str]:
    """Whom nodes believe about clients' addresses, and how many clients all of them together take, where the settings
    do not say. `streams`: that many."""
    told = tomllib.loads(deployment.settings)
    own = {}
    if "trusted_proxies" not in told.get("faces", {}):
        own[deployment.proxies_variable] = PRIVATE
    if "connections" not in told.get("streams", {}):
        own[deployment.connections_variable] = str(streams)
    return own


def is_secret(name: str, *values: str) -> bool:
    """By its name, or by what one of its values looks like."""
    return is_secret_name(name) or any(redact(value) != value for value in values)


def without_secrets(inventory: Inventory) -> Inventory:
    """The same, but that no variable has the value of a secret."""

    def kept(environment: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in environment.items() if not is_secret(name, value)}

    handlers = tuple(
        handler.model_copy(update={"environment": kept(handler.environment)}) for handler in inventory.handlers
    )
    return inventory.model_copy(update={"environment": kept(inventory.environment), "handlers": handlers})


def read_by(folder: Path, variables: Iterable[EnvironmentVariable]) -> tuple[EnvironmentVariable, ...]:
    """Those whose name stands as a text in a Python file of the folder's own: a migrated application has no use for
    the others."""
    files = walk(folder.resolve())
    texts = [files.text(path) or "" for path in files.with_suffix(".py")]
    return tuple(variable for variable in variables if any(_names(text, variable.name) for text in texts))


def _names(text: str, name: str) -> bool:
    return f'"{name}"' in text or f"'{name}'" in text


def _values(inventory: Inventory) -> dict[str, set[str]]:
    """Variable -> the values that it has in functions that a node runs; the own one of a function wins."""
    served = [handler for handler in inventory.handlers if runs_inside(handler)]
    values: dict[str, set[str]] = {name: set() for name in inventory.environment}
    for own in [handler.environment for handler in served] or [{}]:
        for name, value in {**inventory.environment, **own}.items():
            values.setdefault(name, set()).add(value)
    return values


def _why(inventory: Inventory, name: str) -> str:
    if name in inventory.unresolved:
        return inventory.unresolved[name].rstrip(".")
    where = inventory.required_variables[name]
    return f"read in {where.path}:{where.line}, and declared nowhere"
