"""A value of a template as one text in the notation of `Fn::Sub`, with the names of what only a deployment knows."""

from __future__ import annotations

import re
from typing import Final

from migrator.scan.intrinsics import PLACEHOLDER, intrinsic, sub_parts
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

_DYNAMIC: Final = re.compile(r"\{\{resolve:([^}]*)\}\}")
DEEPEST: Final = 20


def substitution(value: object, near: Map, depth: int = 0) -> str:
    """The text. What can't be said so is one name, which tells where it stands. `near`: what the value stands in."""
    if isinstance(value, str):
        return _DYNAMIC.sub(lambda found: f"${{{found.group(1)}}}", value.replace("${", "${!"))
    plain = as_text(value)
    if plain is not None:
        return plain
    call = intrinsic(value)
    if call is not None and depth < DEEPEST:
        said = _said(call[0], call[1], as_map(value), depth)
        if said is not None:
            return said
    place = value if isinstance(value, Map) and value.path else near
    return f"${{value in {place.path}:{place.line}}}"


def _said(name: str, argument: object, near: Map, depth: int) -> str | None:
    text = as_text(argument)
    if name == "Ref" and text:
        return f"${{{text}}}"
    if name == "Fn::GetAtt":
        parts = [as_text(part) or "" for part in as_list(argument)]
        return f"${{{'.'.join(parts)}}}" if all(parts) and parts else None
    if name == "Fn::ImportValue" and text:
        return f"${{import {text}}}"
    if name == "Fn::Sub":
        return _sub(argument, near, depth)
    if name == "Fn::Join":
        return _join(as_list(argument), near, depth)
    return None


def _sub(argument: object, near: Map, depth: int) -> str | None:
    template, own = sub_parts(argument)
    if template is None:
        return None

    def replaced(match: re.Match[str]) -> str:
        name = match.group(2).strip()
        if match.group(1):
            return match.group()
        return substitution(own[name], near, depth + 1) if name in own else f"${{{name}}}"

    return PLACEHOLDER.sub(replaced, template)


def _join(parts: list[object], near: Map, depth: int) -> str | None:
    if len(parts) != 2 or not isinstance(parts[1], list) or as_text(parts[0]) is None:
        return None
    return (as_text(parts[0]) or "").join(substitution(part, near, depth + 1) for part in parts[1])
