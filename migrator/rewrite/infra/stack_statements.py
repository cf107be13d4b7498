"""Policy statements in a template, by what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ruamel.yaml.nodes import MappingNode, ScalarNode

from migrator.rewrite.infra.yaml_document import Document, Entry, Path

SENDING: Final = "execute-api:manageconnections"


@dataclass(frozen=True)
class FoundStatement:
    """`actions` in lower case; one that is computed is ''."""

    entry: Entry
    actions: tuple[str, ...]

    @property
    def sends(self) -> bool:
        return any(action.startswith(SENDING) for action in self.actions)


def statements(document: Document) -> list[FoundStatement]:
    found = []
    for entry in document.entries.values():
        if not isinstance(entry.value, MappingNode) or document.is_alias(entry):
            continue
        keys = {str(key.value) for key, _value in entry.value.value if isinstance(key, ScalarNode)}
        if "Action" in keys and keys & {"Resource", "NotResource", "Effect"}:
            found.append(FoundStatement(entry, tuple(_actions(document, entry.path))))
    return found


def statement_around(found: list[FoundStatement], path: Path) -> FoundStatement | None:
    """The one that this place is in."""
    inside = [statement for statement in found if path[: len(statement.entry.path)] == statement.entry.path]
    return max(inside, key=lambda statement: len(statement.entry.path), default=None)


def allowing_to_send(document: Document, found: list[FoundStatement]) -> set[Path]:
    """What has to go so that nothing allows sending to connections any more: statements, or actions of them."""
    gone: set[Path] = set()
    for statement in found:
        if all(action.startswith(SENDING) for action in statement.actions):
            gone.add(statement.entry.path)
        elif statement.sends:
            actions = document.children(*statement.entry.path, "Action")
            gone |= {
                action.path for action, text in zip(actions, statement.actions, strict=True) if text.startswith(SENDING)
            }
    return gone


def _actions(document: Document, path: Path) -> list[str]:
    one = document.text_of(*path, "Action")
    if one is not None:
        return [one.lower()]
    return [(document.text_of(*entry.path) or "").lower() for entry in document.children(*path, "Action")]
