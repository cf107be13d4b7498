"""What Chalice's decorators register in the Python files of an application. Nothing is imported.
https://aws.github.io/chalice/api.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from migrator.inventory.model import Trigger
from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.python.model import Module
from migrator.scan.python.source import parse
from migrator.scan.sieve import sought

ROUTES: Final = {"on_ws_connect": "$connect", "on_ws_message": "$default", "on_ws_disconnect": "$disconnect"}
"""Messages all go to $default: Chalice declares no routes of the application's own."""

_SIGN: Final = sought(b"on_ws_")
_MADE: Final = (b"on_ws_", b"Chalice(", b"Blueprint(")
"""Looked for only where something has the sign."""
_SOURCES: Final[Mapping[str, tuple[Literal["queue", "stream", "schedule", "call"], str]]] = {
    "on_sns_message": ("queue", "topic"),
    "on_sqs_message": ("queue", "queue"),
    "on_dynamodb_record": ("stream", "stream_arn"),
    "on_kinesis_record": ("stream", "stream"),
    "schedule": ("schedule", "expression"),
    "on_s3_event": ("call", "bucket"),
    "on_cw_event": ("call", "event_pattern"),
    "lambda_function": ("call", "name"),
    "route": ("call", "path"),
}  # fmt: skip


@dataclass(frozen=True)
class Registered:
    """A decorated function. `object` is the name of the application or blueprint in its module."""

    module: Module
    node: ast.FunctionDef
    object: str
    name: str
    """Its name at Chalice, which is the function's unless the decorator says otherwise."""
    trigger: Trigger
    where: Location


@dataclass
class Sources:
    """Files that use Chalice: where the application is made, and what is registered."""

    applications: dict[str, str] = field(default_factory=dict)
    """Name of the variable by the path of the module that makes the application."""
    registered: list[Registered] = field(default_factory=list)


def read_sources(files: Files) -> Sources:
    """Empty where nothing registers a route of a WebSocket API."""
    found = Sources()
    if files.mentioning(_SIGN, ".py"):
        for path in files.mentioning(_MADE, ".py"):
            module = parse(files, path)
            if module is not None:
                _read(module, found)
    return found


def _read(module: Module, found: Sources) -> None:
    for statement in module.tree.body:
        made = _made(statement)
        if made is not None and made[1] == "Chalice":
            found.applications[module.path] = made[0]
        if isinstance(statement, ast.FunctionDef):
            found.registered.extend(_registrations(module, statement))


def _made(statement: ast.stmt) -> tuple[str, str] | None:
    """(variable, class) of `app = Chalice(…)`, with or without an annotation."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    value = getattr(statement, "value", None)
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
        return None
    return target.id, ast.unparse(value.func).rpartition(".")[2]


def _registrations(module: Module, node: ast.FunctionDef) -> Iterator[Registered]:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        target = call.func if call is not None else decorator
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            continue
        trigger = _trigger(target.attr, call, node.name)
        if trigger is not None:
            name = _argument(call, "name", None) if call is not None and target.attr != "route" else None
            where = module.location(decorator)
            yield Registered(module, node, target.value.id, name or node.name, trigger, where)


def _trigger(decorator: str, call: ast.Call | None, name: str) -> Trigger | None:
    if decorator in ROUTES:
        return Trigger(kind="route", source=ROUTES[decorator])
    if decorator not in _SOURCES:
        return None
    kind, keyword = _SOURCES[decorator]
    source = (_argument(call, keyword, 0) if call is not None else None) or name
    if decorator == "route":
        return Trigger(kind="call", source=f"http {_methods(call)} {source}")
    return Trigger(kind=kind, source=source)


def _methods(call: ast.Call | None) -> str:
    for keyword in call.keywords if call is not None else ():
        if keyword.arg == "methods" and isinstance(keyword.value, ast.List | ast.Tuple):
            texts = [element.value for element in keyword.value.elts if isinstance(element, ast.Constant)]
            return ",".join(str(text) for text in texts)
    return "GET"


def _argument(call: ast.Call | None, keyword: str, position: int | None) -> str | None:
    """An argument as text: a literal's value, else what stands there."""
    if call is None:
        return None
    node = next((item.value for item in call.keywords if item.arg == keyword), None)
    if node is None and position is not None and len(call.args) > position:
        node = call.args[position]
    if node is None:
        return None
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
