"""Identities that a team gives, and what it calls secret: `identity` and `redact` of [verify]."""

from __future__ import annotations

import os
from pathlib import Path

from migrator.errors import ConfigurationInvalid
from migrator.sessions.verify_section import verify_section
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.scenario import Pairs
from shim.dualrun.record.variables import VariableMissing, with_variables


def identities_from_config(app_dir: Path) -> tuple[Identity, ...]:
    """[[verify.identity]]; empty when there is none.

    `${NAME}` in a header or a query parameter takes a variable of the environment.
    Raises SettingUnknown and ConfigurationInvalid for keys and values that are not understood.
    """
    path, section = verify_section(app_dir)
    entries = section.get("identity", [])
    if not isinstance(entries, list):
        raise ConfigurationInvalid(path, "verify.identity", repr(entries), "a list of tables")
    return tuple(_identity(path, number, entry) for number, entry in enumerate(entries, 1))


def redacted_paths_from_config(app_dir: Path) -> tuple[str, ...]:
    """`verify.redact`: what is secret in messages and handshakes beside what always is.

    Raises SettingUnknown and ConfigurationInvalid.
    """
    path, section = verify_section(app_dir)
    paths = section.get("redact", [])
    if not isinstance(paths, list) or not all(isinstance(one, str) for one in paths):
        raise ConfigurationInvalid(path, "verify.redact", repr(paths), "a list of texts")
    wrong = [one for one in paths if not one.startswith(("$.", "$[", "query.", "header."))]
    if wrong:
        raise ConfigurationInvalid(
            path, "verify.redact", wrong[0], "paths such as $.user.email, query.name, header.name"
        )
    return tuple(paths)


def _identity(path: Path, number: int, entry: object) -> Identity:
    key = f"verify.identity, number {number}"
    if not isinstance(entry, dict):
        raise ConfigurationInvalid(path, key, repr(entry), "a table")
    unknown = entry.keys() - {"name", "headers", "query", "refused", "clients"}
    if unknown:
        raise ConfigurationInvalid(
            path, key, f"a table with {', '.join(sorted(unknown))}", "name, headers, query, refused, clients"
        )
    name, refused = entry.get("name"), entry.get("refused", False)
    if not isinstance(name, str) or not name:
        raise ConfigurationInvalid(path, f"{key}, name", repr(name), "text")
    if not isinstance(refused, bool):
        raise ConfigurationInvalid(path, f"{key}, refused", repr(refused), "true, false")
    clients = entry.get("clients", [])
    if not isinstance(clients, list) or not all(isinstance(client, str) for client in clients):
        raise ConfigurationInvalid(path, f"{key}, clients", repr(clients), "a list of texts")
    headers, query = (_pairs(path, key, entry, name) for name in ("headers", "query"))
    return Identity(name, headers, query, refused, tuple(clients))


def _pairs(path: Path, key: str, entry: dict[str, object], name: str) -> Pairs:
    value = entry.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ConfigurationInvalid(path, f"{key}, {name}", repr(value), "a table of texts")
    try:
        return tuple((one, with_variables(text, os.environ)) for one, text in value.items())
    except VariableMissing as error:
        raise ConfigurationInvalid(
            path, f"{key}, {name}", f"${{{error.name}}}", "a variable of the environment"
        ) from None
