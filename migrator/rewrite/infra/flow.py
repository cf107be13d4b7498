"""A value of a template on one line, with its short tags."""

from __future__ import annotations

import json
import re

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_TYPED = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null")


def flow(node: Node) -> str:
    """YAML in flow style; anchors are left out, since aliases are written out."""
    tag = str(node.tag or "")
    mark = f"{tag} " if tag.startswith("!") and not tag.startswith("!!") and len(tag) > 1 else ""
    if isinstance(node, ScalarNode):
        text = str(node.value)
        untouched = not node.style and tag.rpartition(":")[2] in {"int", "float", "bool", "null"}
        return mark + (text if untouched else quoted(text))
    if isinstance(node, SequenceNode):
        return f"{mark}[{', '.join(flow(child) for child in node.value)}]"
    if isinstance(node, MappingNode):
        return f"{mark}{{{', '.join(f'{flow(key)}: {flow(value)}' for key, value in node.value)}}}"
    return mark + '""'


def quoted(text: str) -> str:
    """The string, in quotes where YAML would read it as something else."""
    plain = _PLAIN.fullmatch(text) and not _TYPED.fullmatch(text)
    return text if plain else json.dumps(text, ensure_ascii=False)
