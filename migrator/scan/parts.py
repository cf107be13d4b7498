"""Pieces of infrastructure as a template declares them, and what each refers to."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.scan.declared import Part
from migrator.scan.intrinsics import Resolver, Unresolved, references
from migrator.scan.physical import is_named
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

MANAGE_CONNECTIONS = "execute-api:manageconnections"


def resource_parts(resources: Map, resolver: Resolver) -> list[Part]:
    parts: list[Part] = []
    for logical_id, value in resources.items():
        resource = as_map(value)
        kind = as_text(resource.get("Type"))
        if kind is None:
            continue
        body = resource.get("Properties")
        named = [*references(body), *(text for item in as_list(resource.get("DependsOn")) if (text := as_text(item)))]
        statements = list(statement_parts(logical_id, body, resource))
        parts.append(
            Part(
                id=logical_id,
                type=kind,
                location=resources.where(logical_id),
                references=_once(named, but=logical_id),
                properties=_scalars(as_map(body), resolver),
                name=resolver.names.name(logical_id, resource, resolver) if is_named(kind) else None,
                manages_connections=bool(statements) and kind.startswith("AWS::IAM::"),
            )
        )
        if not kind.startswith("AWS::IAM::"):
            parts.extend(statements)
    return parts


def output_parts(template: Map, resolver: Resolver) -> Iterator[Part]:
    """Outputs, which may carry the address to others."""
    outputs = as_map(template.get("Outputs"))
    for name, value in outputs.items():
        output = as_map(value)
        shown = _scalars(output, resolver)
        named = _once(list(references(output.get("Value"))), but="")
        yield Part(f"Outputs.{name}", "Output", outputs.where(name), named, shown)


def statement_parts(owner: str, value: object, near: Map, trail: str = "") -> Iterator[Part]:
    """Policy statements anywhere below a value that allow pushing to connections."""
    if isinstance(value, list):
        for position, element in enumerate(value):
            yield from statement_parts(owner, element, near, f"{trail}[{position}]")
        return
    if not isinstance(value, Map):
        return
    actions = [(as_text(action) or "").lower() for action in as_list(value.get("Action"))]
    if any(
        action.startswith(MANAGE_CONNECTIONS) or action in {"execute-api:*", "execute-api:manage*"}
        for action in actions
    ):
        named = _once([owner, *references(value.get("Resource"))], but="")
        yield Part(
            id=f"{owner}{trail}",
            type="AWS::IAM::Statement",
            location=value.where(),
            references=named,
            properties=(("Resource", "*"),) if "*" in map(as_text, as_list(value.get("Resource"))) else (),
            manages_connections=True,
        )
        return
    for key, element in value.items():
        yield from statement_parts(owner, element, near, f"{trail}.{key}")


def _scalars(properties: Map, resolver: Resolver) -> tuple[tuple[str, str], ...]:
    """Properties with one value; secrets that stand in a template are not repeated."""
    shown: list[tuple[str, str]] = []
    for key, value in properties.items():
        if isinstance(value, list) or any(
            word in key.lower() for word in ("secret", "password", "token", "definition")
        ):
            continue
        resolved = resolver.text(value)
        if not isinstance(resolved, Unresolved) and len(resolved) <= 200:
            shown.append((key, resolved))
    return tuple(shown)


def _once(names: list[str], *, but: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name and name != but and not name.startswith("AWS::")))


def of_type(resources: Map, kind: str) -> list[tuple[str, Map]]:
    """Logical ids and properties of the resources of one type."""
    found = ((name, as_map(value)) for name, value in resources.items())
    return [(name, as_map(value.get("Properties"))) for name, value in found if value.get("Type") == kind]
