"""Values in terms of the domain: the sender's id, a table, a management client, a key of the message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from migrator.scan.python.guards import plain
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import JSON, AwsClient, Called, Environment, Event, Origin, Value, Values, constants

MANAGEMENT: Final = "apigatewaymanagementapi"
CONNECTION_KEY: Final = re.compile(r"(?i)^(ws|socket|websocket)?_?connection_?id$|^conn_?id$|^connectionids?$")
"""Names of attributes that hold a connection id."""

_TYPE_TAGS: Final = frozenset({"S", "N", "L", "SS", "M", "B", "BOOL"})
_READS: Final = frozenset(
    {"scan", "query", "get_item", "paginate", "batch_get_item", "execute_statement", "update_item", "delete_item"}
)


def path_of(value: Value) -> tuple[str, ...]:
    """The steps of a value under plain names, without DynamoDB's type tags."""
    steps = tuple(plain(step) for step in value.path)
    if value.path[:1] == (".json_body",):
        steps = ("body", JSON, *steps[1:])
    return tuple(step for position, step in enumerate(steps) if step not in _TYPE_TAGS or position == 0)


def is_sender(value: Value) -> bool:
    """Whether a value is the connection id of the event that the handler was called with. Chalice's event has it as
    an attribute of its own."""
    if not isinstance(value.origin, Event):
        return False
    return path_of(value)[-2:] == ("requestContext", "connectionId") or value.path == (".connection_id",)


def is_management_client(origin: Origin) -> bool:
    return isinstance(origin, AwsClient) and origin.service == MANAGEMENT


def message_path(value: Value) -> tuple[str, ...] | None:
    """The keys that lead from the message to a value; () is the message itself, None is something else."""
    path = path_of(value)
    if not isinstance(value.origin, Event) or path[:1] != ("body",):
        return None
    return path[2:] if path[1:2] == (JSON,) else path[1:]


@dataclass(frozen=True)
class TableName:
    """How code names a table: by an environment variable, by its name, or both when the variable has a default."""

    variable: str | None
    name: str | None


@dataclass(frozen=True)
class TableRead:
    """A value that comes from a table."""

    operation: str
    call: Called
    path: tuple[str, ...]


def table_names(tracer: Tracer, values: Values) -> list[TableName]:
    """The tables that an expression can name; empty when it isn't known."""
    variables = sorted({v.origin.name for v in values if isinstance(v.origin, Environment) and v.origin.name != "*"})
    names = sorted(constants(values))
    if len(variables) == 1 and len(names) <= 1:
        return [TableName(variables[0], names[0] if names else None)]
    return [*(TableName(variable, None) for variable in variables), *(TableName(None, name) for name in names if name)]


def table_read(value: Value) -> TableRead | None:
    """The table operation behind a value, also through pagination."""
    origin = value.origin
    if not isinstance(origin, Called) or origin.method not in _READS:
        return None
    return TableRead(origin.method, origin, path_of(value))
