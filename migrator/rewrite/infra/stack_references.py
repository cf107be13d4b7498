"""Which resources a CloudFormation value names, and from where.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from migrator.rewrite.infra.yaml_document import Document, Entry

_PLACEHOLDER: Final = re.compile(r"\$\{(?!!)\s*([A-Za-z][A-Za-z0-9:]*)[^}]*\}")


def references(document: Document) -> Iterator[tuple[Entry, str]]:
    """(entry whose value is the reference, logical id or parameter), in no promised order."""
    for entry in list(document.entries.values()):
        if document.is_alias(entry):
            continue
        for name in named_by(entry.value):
            yield entry, name
        above = document.entries.get(entry.path[:-1])
        depends = entry.name == "DependsOn" or (above is not None and above.name == "DependsOn" and entry.key is None)
        if depends and isinstance(entry.value, ScalarNode):
            yield entry, str(entry.value.value)


def named_by(node: Node) -> list[str]:
    """The names in this node itself, not in what lies inside of it."""
    call, argument = intrinsic(node)
    if call == "Ref" and isinstance(argument, ScalarNode):
        return [str(argument.value)]
    first = argument.value[0] if isinstance(argument, SequenceNode) and argument.value else argument
    if call == "Fn::GetAtt" and isinstance(first, ScalarNode):
        return [str(first.value).split(".")[0]]
    if call == "Fn::Sub" and isinstance(first, ScalarNode):
        return [name for name in _PLACEHOLDER.findall(str(first.value)) if "::" not in name]
    return []


def intrinsic(node: Node) -> tuple[str, Node | None]:
    """The long name and the argument of a call, ('', None) for anything else."""
    tag = str(node.tag or "")
    if tag.startswith("!") and not tag.startswith("!!") and len(tag) > 1:
        name = tag[1:]
        return (name if name in {"Ref", "Condition"} else f"Fn::{name}"), node
    if isinstance(node, MappingNode) and len(node.value) == 1:
        key, value = node.value[0]
        name = str(key.value) if isinstance(key, ScalarNode) else ""
        if name == "Ref" or name.startswith("Fn::"):
            return name, value
    return "", None


def all_names(node: Node, depth: int = 0) -> list[str]:
    """The names in this node and in everything inside of it."""
    found = named_by(node)
    if depth > 100:
        return found
    if isinstance(node, MappingNode):
        for _key, value in node.value:
            found += all_names(value, depth + 1)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            found += all_names(value, depth + 1)
    return found
