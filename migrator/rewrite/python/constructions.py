"""Where clients for @connections are built: which calls, with which name of the service.

https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/apigatewaymanagementapi.html
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.syntax import argument, method_call, string

OPERATIONS = frozenset({"post_to_connection", "delete_connection", "get_connection"})
SERVICE = "apigatewaymanagementapi"
WORDS = (*OPERATIONS, SERVICE, "managementapi")
"""A module without any of them can't have a client for @connections."""


def users_of_clients(project: Project) -> list[Facts]:
    """The modules that may have to do with the client: by their words, or by a constant with the service's name."""
    constants = {binding.name for facts, node in project.literals(SERVICE) if (binding := _assigned(facts, node))}
    return project.with_words(*WORDS, *constants)


def constructions(project: Project, facts: Facts) -> Iterator[cst.Call]:
    """Calls that build a boto3 client for @connections: of boto3, a session, an alias, or the application's own
    function that is given the service's name."""
    for call in facts.all(cst.Call):
        if _names_service(project, facts, call, 0) and _makes_clients(project, facts, call.func):
            yield call


def factories(project: Project, facts: Facts) -> Iterator[cst.Call]:
    """`partial(boto3.client, "apigatewaymanagementapi", ...)`: what it gives is called without arguments, or more."""
    for call in facts.all(cst.Call):
        is_partial = "functools.partial" in facts.imported(call.func)
        if is_partial and len(call.args) > 1 and _names_service(project, facts, call, 1):
            yield call


def _makes_clients(project: Project, facts: Facts, function: cst.BaseExpression) -> bool:
    """boto3's and sessions' own, functions of the application that say so by their name, `get_client`, and those that
    hand their argument on to one of boto3's."""
    name = function.attr if isinstance(function, cst.Attribute) else function
    if not isinstance(name, cst.Name):
        return False
    if "client" in name.value.lower() or "boto3.client" in facts.imported(function):
        return True
    return any(
        isinstance(made, cst.FunctionDef) and _hands_on(there, made) for there, made in project.definitions(name.value)
    )


def _hands_on(facts: Facts, function: cst.FunctionDef) -> bool:
    """Whether a function builds a client for the service that its first parameter names."""
    names = [param.name.value for param in function.params.params if param.name.value not in {"self", "cls"}]
    return bool(names) and any(
        method_call(call, "client") is not None
        and isinstance(service := argument(call, "service_name", 0), cst.Name)
        and service.value == names[0]
        and any(above is function for above in facts.ancestors(call))
        for call in facts.all(cst.Call)
    )


def _names_service(project: Project, facts: Facts, call: cst.Call, position: int) -> bool:
    service = argument(call, "service_name", position)
    return service is not None and _constant(project, facts, service) == SERVICE


def _constant(project: Project, facts: Facts, node: cst.BaseExpression) -> str | None:
    """The text that an expression stands for: itself, a name's only value, here or where it is imported from."""
    literal = string(node)
    if literal is not None:
        return literal
    binding = facts.binding(node)
    values = facts.values(binding) if binding is not None else None
    if values is not None and len(values) == 1:
        return string(values[0])
    name = node.attr.value if isinstance(node, cst.Attribute) else getattr(node, "value", None)
    if not isinstance(name, str) or not facts.imported(node):
        return None
    found = {string(value) for value in _values_elsewhere(project, name)}
    return found.pop() if len(found) == 1 else None


def _values_elsewhere(project: Project, name: str) -> Iterator[cst.BaseExpression]:
    """What modules assign to the name at their top, or in a class."""
    for there, literal in project.literals(SERVICE):
        binding = _assigned(there, literal)
        if binding is not None and binding.name == name:
            yield from there.values(binding) or ()


def _assigned(facts: Facts, literal: cst.CSTNode) -> Binding | None:
    target = facts.target(literal) if isinstance(literal, cst.BaseExpression) else None
    return facts.binding(target) if target is not None else None
