"""What a call gives: the application's own functions, boto3, JSON, and the built-in functions that pass values on."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING, Final

from migrator.scan.python.model import Function, Scope
from migrator.scan.python.values import (
    CONVERTED,
    DUMPED,
    ITEMS,
    JSON,
    AwsClient,
    Called,
    ClassRef,
    Constant,
    Container,
    Environment,
    Event,
    External,
    FunctionRef,
    Instance,
    Origin,
    Text,
    Unknown,
    Value,
    Values,
    constants,
)

if TYPE_CHECKING:
    from migrator.scan.python.trace import Tracer

_SAME: Final = frozenset(
    [
        "str",
        "bytes",
        "list",
        "set",
        "tuple",
        "sorted",
        "reversed",
        "dict",
        "frozenset",
        "iter",
        "int",
        "copy.copy",
        "copy.deepcopy",
        "asyncio.run",
        "typing.cast",
        "json.dumps",
        "filter",
        "urllib.parse.unquote",
        "deque",
        "collections.deque",
    ]
)
"""Functions whose result stands for their last argument."""

_PARSERS: Final = frozenset(
    {"json.loads", "orjson.loads", "ujson.loads", "simplejson.loads", "eval", "ast.literal_eval", "yaml.safe_load"}
)
_VALIDATORS: Final = frozenset({"model_validate", "parse_obj", "validate_python", "from_dict", "from_event"})
"""Methods of classes and type adapters that make a typed form of their first argument."""

_JSON_VALIDATORS: Final = frozenset({"model_validate_json", "parse_raw", "validate_json"})
_PASSING: Final = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "copy",
        "encode",
        "decode",
        "values",
        "keys",
        "removeprefix",
        "removesuffix",
        "json",
        "replace",
        "split",
    ]
)
"""Methods whose result stands for the object that they are called on."""

_CONVERSIONS: Final = {"json.dumps": DUMPED} | dict.fromkeys(
    ("str", "bytes", "int", "encode", "decode", "split", "keys"), CONVERTED
)
"""Those of them whose result has another type."""

_GETTERS: Final = frozenset({"get", "pop", "setdefault", "getlist"})


def call(tracer: Tracer, node: ast.Call, scope: Scope) -> Values:
    found: set[Value] = set()
    for callee in tracer.trace(node.func, scope):
        found |= _result(tracer, callee, node, scope)
    return frozenset(found)


def _result(tracer: Tracer, callee: Value, node: ast.Call, scope: Scope) -> Values:
    origin = callee.origin
    if not callee.path:
        if isinstance(origin, FunctionRef):
            return returned(tracer, origin.function)
        if isinstance(origin, ClassRef):
            return frozenset({Value(Instance(origin.cls))})
        if isinstance(origin, External):
            return _external(tracer, origin.name, node, scope)
        if isinstance(origin, Constant | Unknown):
            return frozenset({Value(Unknown(_source(node.func)))})
        if isinstance(origin, Instance):
            found = tracer.step(frozenset({callee}), ".__call__")
            return frozenset().union(
                *(returned(tracer, v.origin.function) for v in found if isinstance(v.origin, FunctionRef))
            )
    return _method(tracer, callee, node, scope)


def returned(tracer: Tracer, function: Function) -> Values:
    """What a function returns; a generator gives a container of what it yields."""
    if function.yields:
        return frozenset({Value(Container(function.node, function.scope))})
    return tracer.once(
        ("returns", function),
        lambda: frozenset().union(
            *(tracer.trace(item, function.module.scopes.get(item, function.scope)) for item in function.returns)
        ),
    )


def _external(  # noqa: PLR0911 - one line a kind of function
    tracer: Tracer, name: str, node: ast.Call, scope: Scope
) -> Values:
    if name in {"boto3.client", "boto3.resource"}:
        return aws_client(tracer, node, scope, resource=name.endswith("resource"))
    if name in {"os.getenv", "os.environ.get"}:
        return _environment(tracer, node, scope)
    if name in _PARSERS and node.args:
        return frozenset(_parsed(value) for value in tracer.trace(node.args[0], scope))
    if name in _SAME and node.args:
        return _converted(tracer, tracer.trace(node.args[-1], scope), name)
    if name in {"next", "random.choice"} and node.args:
        return tracer.step(tracer.trace(node.args[0], scope), "*")
    if name == "enumerate" and node.args:
        return frozenset(value.then(ITEMS) for value in tracer.trace(node.args[0], scope))
    if name in {"functools.partial", "partial"} and node.args:
        return tracer.trace(node.args[0], scope)
    if name in {"dict", "list", "set"}:
        return frozenset({Value(Container(node, scope))})
    if name.rpartition(".")[2] == "format":
        return frozenset({Value(Text(node, scope))})
    return frozenset({Value(Called(node, scope, name))})


def _method(  # noqa: PLR0911 - one line a kind of method
    tracer: Tracer, callee: Value, node: ast.Call, scope: Scope
) -> Values:
    method = callee.path[-1].removeprefix(".") if callee.path else ""
    base = Value(callee.origin, callee.path[:-1])
    owned = _owned(base.origin)
    if method in _VALIDATORS | _JSON_VALIDATORS and node.args:
        values = tracer.trace(node.args[0], scope)
        return frozenset(map(_parsed, values)) if method in _JSON_VALIDATORS else values
    if method in _GETTERS and node.args and not owned:
        return _got(tracer, base, node, scope)
    if method == "items" and not owned:
        return frozenset({base.then(ITEMS)})
    if method in _PASSING and not owned:
        return _converted(tracer, frozenset({base}), method)
    if method == "format":
        return frozenset({Value(Text(node, scope))})
    if method in {"client", "resource"} and _is_session(base.origin):
        return aws_client(tracer, node, scope, resource=method == "resource")
    return frozenset({Value(Called(node, scope, method, base.origin))})


def _got(tracer: Tracer, base: Value, node: ast.Call, scope: Scope) -> Values:
    put = tracer.put(node, node.func.value, node.args[0], scope) if isinstance(node.func, ast.Attribute) else None
    if put is not None:
        return put
    found: set[Value] = set()
    for key in tracer.keys(node.args[0], scope):
        found |= tracer.step(frozenset({base}), key)
    if len(node.args) > 1:
        found |= tracer.trace(node.args[1], scope)
    return frozenset(found)


def _parsed(value: Value) -> Value:
    return Value(value.origin, value.path[:-1]) if value.path[-1:] == (DUMPED,) else value.then(JSON)


def _converted(tracer: Tracer, values: Values, by: str) -> Values:
    step = _CONVERSIONS.get(by) if tracer.exact else None
    if step is None:
        return values
    return frozenset(value.then(step) if isinstance(value.origin, Event) else value for value in values)


def _owned(origin: Origin) -> bool:
    """Whether methods of this name mean something else here, such as Table.get_item's."""
    return isinstance(origin, AwsClient)


def _is_session(origin: Origin) -> bool:
    return isinstance(origin, Called) and "ession" in origin.method


def aws_client(tracer: Tracer, node: ast.Call, scope: Scope, *, resource: bool) -> Values:
    """A client of each service that the first argument can name."""
    named = next((keyword.value for keyword in node.keywords if keyword.arg == "service_name"), None)
    argument = node.args[0] if node.args else named
    services = constants(tracer.trace(argument, scope)) if argument is not None else frozenset()
    return frozenset(Value(AwsClient(service, resource, node, scope)) for service in services or {"?"})


def _environment(tracer: Tracer, node: ast.Call, scope: Scope) -> Values:
    found: set[Value] = set()
    for key in tracer.keys(node.args[0], scope) if node.args else []:
        found.add(Value(Environment(key)))
    default = node.args[1] if len(node.args) > 1 else None
    if default is not None and not (isinstance(default, ast.Constant) and default.value in {None, ""}):
        found |= tracer.trace(default, scope)
    return frozenset(found)


def _source(node: ast.expr) -> str:
    return ast.unparse(node) if sum(1 for _ in islice(ast.walk(node), 40)) < 40 else "a call"
