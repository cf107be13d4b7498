"""Functions that other functions invoke: by their names, or by the variables that carry these.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.inventory.model import Trigger
from migrator.scan.declared import Function, Service
from migrator.scan.handlers import Handlers
from migrator.scan.node.operations import INVOKE, made_name, method_name
from migrator.scan.node.program import NodeProgram
from migrator.scan.node.values import texts, variables
from migrator.scan.python.program import Program
from migrator.scan.python.store_calls import keyword
from migrator.scan.python.values import Environment, constants
from migrator.scan.serverless_implied import function_logical_id


@dataclass(frozen=True)
class _Invocation:
    """`path`: the file of the call. One of the names or variables says which function it is."""

    path: str
    names: tuple[str, ...]
    variables: tuple[str, ...]


def note_invocations(handlers: Handlers, services: Sequence[Service], program: Program, scripts: NodeProgram) -> None:
    """Gives invoked functions a trigger that says from where. One that only invokes itself has none: it goes on."""
    for found in (*_in_python(program), *_in_scripts(scripts)):
        for service in services:
            for function in service.functions.values():
                target = handlers.found.get(handlers.by_function.get((service.path, function.key), ""))
                if target is None or target.path == found.path or not _means(found, service, function):
                    continue
                target.triggers.append(Trigger(kind="call", source=f"invoked by {found.path}"))


def _in_python(program: Program) -> Iterator[_Invocation]:
    for module in program.loaded:
        if "invoke" not in module.text:
            continue
        for node in ast.walk(module.tree):
            scope = module.scopes.get(node)
            if scope is None or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            named = keyword(node, "FunctionName") if node.func.attr in {"invoke", "invoke_async"} else None
            if named is not None:
                values = program.tracer.trace(named, scope)
                carried = [value.origin.name for value in values if isinstance(value.origin, Environment)]
                yield _Invocation(module.path, tuple(sorted(constants(values))), tuple(sorted(carried)))


def _in_scripts(scripts: NodeProgram) -> Iterator[_Invocation]:
    tracer = scripts.calls.tracer
    for module in scripts.modules.loaded:
        for node in module.tree.within("new_expression", "call_expression"):
            invokes = made_name(node) in INVOKE if node.kind == "new_expression" else method_name(node) == "invoke"
            given = node.arguments()
            if invokes and given:
                named = tracer.step(tracer.trace(given[0]), "FunctionName")
                yield _Invocation(module.path, tuple(texts(named)), tuple(variables(named)))


def _means(found: _Invocation, service: Service, function: Function) -> bool:
    names = set(_names_of(service, function))
    carried = (value for variable in found.variables for value in _values(service, variable))
    return any(_is_one_of(_last(name), names, service, function) for name in (*found.names, *carried))


def _is_one_of(name: str, names: set[str], service: Service, function: Function) -> bool:
    """The Serverless Framework names functions `<service>-<stage>-<key>`."""
    implied = service.kind == "serverless" and name.startswith(f"{service.name}-") and name.endswith(f"-{function.key}")
    return name in names or implied


def _values(service: Service, variable: str) -> Iterable[str]:
    everywhere = (service.environment, *(function.environment for function in service.functions.values()))
    return [environment[variable] for environment in everywhere if variable in environment]


def _names_of(service: Service, function: Function) -> Iterator[str]:
    """What a function is called: its key, its name at Lambda, and how templates name it."""
    logical_id = function_logical_id(function.key) if service.kind == "serverless" else function.key
    yield from (function.key, logical_id)
    if function.name:
        yield function.name
    for part in service.parts:
        if part.id == logical_id:
            yield from (value for key, value in part.properties if key == "FunctionName")
            if part.name is not None:
                yield part.name


def _last(name: str) -> str:
    """The function's name out of an ARN."""
    return name.partition(":function:")[2].split(":")[0] or name
