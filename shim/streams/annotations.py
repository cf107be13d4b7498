"""What an application keeps beside each connection: the successor of a connection table."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any


class Annotations:
    """Attributes by connection id, found by equality, in the order in which connections were first annotated."""

    def __init__(self) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}
        self._by_value: dict[tuple[str, Any], dict[str, None]] = {}

    def put(self, connection_id: str, attributes: dict[str, Any]) -> None:
        """Adds or replaces the given attributes; others stay."""
        known = self._by_id.setdefault(connection_id, {})
        for name, value in attributes.items():
            if name in known:
                if known[name] == value:
                    continue
                self._unlink(connection_id, name, known[name])
            known[name] = deepcopy(value)
            key = _key(name, value)
            if key is not None:
                self._by_value.setdefault(key, {})[connection_id] = None

    def get(self, connection_id: str) -> dict[str, Any] | None:
        """A copy; None when nothing was put or it was dropped."""
        known = self._by_id.get(connection_id)
        return None if known is None else deepcopy(known)

    def drop(self, connection_id: str) -> dict[str, Any]:
        """Forgets the connection; returns what was known of it."""
        known = self._by_id.pop(connection_id, {})
        for name, value in known.items():
            self._unlink(connection_id, name, value)
        return known

    def find(self, wanted: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Ids and copies of the attributes of all that are equal in every wanted attribute."""
        return [(connection_id, deepcopy(self._by_id[connection_id])) for connection_id in self.ids(wanted)]

    def ids(self, wanted: Mapping[str, Any]) -> list[str]:
        """The same, without the attributes."""
        candidates = self._candidates(wanted)
        return [connection_id for connection_id in candidates if matches(self._by_id[connection_id], wanted)]

    def _candidates(self, wanted: Mapping[str, Any]) -> list[str]:
        keys = [key for key in (_key(name, value) for name, value in wanted.items()) if key is not None]
        if not keys:
            return list(self._by_id)
        members = sorted((list(self._by_value.get(key, {})) for key in keys), key=len)
        return members[0]

    def _unlink(self, connection_id: str, name: str, value: object) -> None:
        key = _key(name, value)
        if key is None:
            return
        members = self._by_value.get(key, {})
        members.pop(connection_id, None)
        if not members:
            self._by_value.pop(key, None)


def _key(name: str, value: object) -> tuple[str, object] | None:
    """Only plain scalars are indexed; the rest is compared one by one."""
    return (name, value) if isinstance(value, str | int) else None


def matches(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether it is equal in every wanted attribute."""
    return all(name in known and bool(known[name] == value) for name, value in wanted.items())
