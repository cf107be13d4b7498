"""What a dual run takes for granted: values of variables that nothing declares, and tables that nothing declares.

Both sides get the same, and the report says what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from migrator.inventory.assumed import ACCOUNT, assumed_name
from migrator.inventory.model import Inventory

_NUMBERS: Final = frozenset(
    {
        "count", "days", "hours", "interval", "limit", "max", "min", "minutes", "ms", "number", "retries", "seconds",
        "size", "timeout", "ttl",
    }
)  # fmt: skip
_FLAGS: Final = frozenset({"debug", "disable", "disabled", "enable", "enabled", "use"})
_STAGES: Final = frozenset(["env", "environment", "stage"])
_ADDRESSES: Final = frozenset(["endpoint", "uri", "url"])
_HOSTS: Final = frozenset(["domain", "host", "hostname"])


def assumed_environment(inventory: Inventory, given: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values for variables that code needs and whose value is not known, and a sentence for each.

    `given`: the caller's own variables, which win.
    """
    stage = inventory.apis[0].stage if inventory.apis else "dev"
    declared = {*inventory.environment, *(name for handler in inventory.handlers for name in handler.environment)}
    tables = {store.variable for store in inventory.stores if store.assumed and store.table is None and store.variable}
    why = {name: f"the code reads it at {place}" for name, place in inventory.required_variables.items()}
    why |= dict.fromkeys(tables, "it names a table")
    why |= inventory.unresolved
    values: dict[str, str] = {}
    told: list[str] = []
    for name, reason in sorted(why.items()):
        if name in declared:
            continue
        if name in given:
            values[name] = given[name]
            continue
        values[name] = assumed_name(name) if name in tables else made_up(name, inventory.region, stage)
        told.append(
            f"No value of {name} is declared ({reason}), so it is {values[name]!r}; the environment can set it."
        )
    return values, tuple(told)


def assumed_tables(inventory: Inventory) -> Iterator[str]:
    """A sentence for each table that nothing declares."""
    names = {str(store.assumed["TableName"]): store.assumed for store in inventory.stores if store.assumed}
    for name, definition in sorted(names.items()):
        schema = definition["KeySchema"]
        assert isinstance(schema, list)
        keys = ", ".join(str(element["AttributeName"]) for element in schema)
        yield f"Nothing that is read declares the table {name}; it was made with the key ({keys}), as the code uses it."


def assumed_resources(inventory: Inventory) -> Iterator[str]:
    """A sentence for each that has a made-up value."""
    yield from (resource.assumed for resource in inventory.local_resources if resource.assumed)


def made_up(name: str, region: str, stage: str) -> str:
    """A value that looks like what the name says; `.invalid` is a host that is never there (RFC 2606)."""
    words = name.lower().split("_")
    slug, last = assumed_name(name), words[-1]
    if last == "arn":
        return _arn(words, region)
    if last == "url" and "queue" in words:
        return f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{slug}"
    for among, value in (
        (_STAGES, stage),
        (frozenset({"region"}), region),
        (_ADDRESSES, f"https://{slug}.invalid"),
        (_HOSTS, f"{slug}.invalid"),
        (frozenset({"port"}), "65535"),
        (_NUMBERS, "60"),
        (frozenset({"level"}), "INFO"),
    ):
        if last in among:
            return value
    return "false" if words[0] in _FLAGS or last in _FLAGS else slug


def _arn(words: list[str], region: str) -> str:
    slug = assumed_name("_".join(words[:-1]))
    for word, start in (
        ("topic", f"sns:{region}:{ACCOUNT}:"),
        ("queue", f"sqs:{region}:{ACCOUNT}:"),
        ("machine", f"states:{region}:{ACCOUNT}:stateMachine:"),
        ("role", f"iam::{ACCOUNT}:role/"),
        ("secret", f"secretsmanager:{region}:{ACCOUNT}:secret:"),
        ("table", f"dynamodb:{region}:{ACCOUNT}:table/"),
        ("bucket", "s3:::"),
    ):
        if word in words:
            return f"arn:aws:{start}{slug}"
    return f"arn:aws:lambda:{region}:{ACCOUNT}:function:{slug}"
