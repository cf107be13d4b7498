"""Values as Terraform's language writes them.
https://developer.hashicorp.com/terraform/language/expressions/strings
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

SHORT: Final = 140
"""Characters of a value that stands on one line."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def quoted(text: str, inner: Callable[[str], str] = str) -> str:
    """A string that holds exactly this text. `inner`: what becomes of the text once its quotes, line breaks and
    templates are escaped, such as putting templates in."""
    escaped = json.dumps(text, ensure_ascii=False)[1:-1].replace("${", "$${").replace("%{", "%%{")
    return f'"{inner(_CONTROL.sub(_unicode, escaped))}"'


def written(value: object, text: Callable[[str], str] = quoted, indent: int = 0) -> str:
    """JSON's values as `terraform fmt` lays them out, on one line where that is short; texts as `text` writes them."""
    flat = _flat(value, text)
    if len(flat) <= SHORT or not isinstance(value, dict | list) or _is_plain(value):
        return flat
    inner, pad = indent + 2, " " * (indent + 2)
    if isinstance(value, list):
        lines = [f"{written(item, text, inner)}," for item in value]
        brackets = "[]"
    else:
        lines = aligned([(_key(key), written(item, text, inner)) for key, item in value.items()])
        brackets = "{}"
    body = "".join(f"{pad}{line}\n" for line in lines)
    return f"{brackets[0]}\n{body}{' ' * indent}{brackets[1]}"


def aligned(pairs: list[tuple[str, str]]) -> list[str]:
    """`name = value`, with the signs of neighbours below each other where values have one line."""
    lines: list[str] = []
    group: list[tuple[str, str]] = []
    for pair in [*pairs, ("", "\n")]:
        if "\n" not in pair[1]:
            group.append(pair)
            continue
        width = max((len(name) for name, _value in group), default=0)
        lines += [f"{name:<{width}} = {value}" for name, value in group]
        lines += [f"{pair[0]} = {pair[1]}"] if pair[0] else []
        group = []
    return lines


def _flat(value: object, text: Callable[[str], str]) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_flat(item, text)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_flat(item, text) for item in value)}]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def _is_plain(value: object) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _key(name: object) -> str:
    return str(name) if _NAME.fullmatch(str(name)) else quoted(str(name))


_CONTROL: Final = re.compile(r"\\b|\\f")


def _unicode(match: re.Match[str]) -> str:
    """HCL knows fewer short escapes than JSON."""
    return {"\\b": "\\u0008", "\\f": "\\u000c"}[match.group()]
