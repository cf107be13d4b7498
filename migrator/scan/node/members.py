"""What a member of a value is: `value.name`, of objects, lists, classes, modules and the environment."""

from __future__ import annotations

from typing import Protocol

from migrator.scan.node.modules import Module, Modules
from migrator.scan.node.tree import Node
from migrator.scan.node.values import ELEMENT, NOTHING, Value, Values, one


class Tracing(Protocol):
    """What tells where the values of expressions come from."""

    modules: Modules

    def trace(self, node: Node | None) -> Values: ...

    def step(self, values: Values, name: str) -> Values: ...

    def exported(self, module: Module, name: str) -> Values: ...


class Members:
    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing

    def of(self, value: Value, name: str) -> Values:  # noqa: PLR0911 - one line a kind of origin
        origin = value.origin
        if value.path or (origin.node is None and origin.kind not in {"environment", "module"}):
            return frozenset({value.then(name)})
        if origin.kind == "environment":
            if origin.name == "process":
                return one("environment", "env") if name == "env" else NOTHING
            return one("variable", name)
        if origin.kind == "module":
            module = self._tracing.modules.load(origin.name)
            return self._tracing.exported(module, name) if module is not None else NOTHING
        if origin.kind == "object" and origin.node is not None:
            return self._entry(origin.node, name)
        if origin.kind == "array" and origin.node is not None:
            inside = (self._tracing.trace(child) for child in origin.node.children)
            found = frozenset(item for values in inside for item in values)
            return found if name == ELEMENT or name.isdigit() else NOTHING
        if origin.kind in {"instance", "class"} and origin.node is not None:
            return self._of_class(origin.node, name)
        if origin.kind == "function":
            return frozenset({value}) if name == "bind" else NOTHING
        return frozenset({value.then(name)})

    def _entry(self, node: Node, name: str) -> Values:
        found: Values = NOTHING
        for child in node.children:
            if child.kind == "spread_element":
                found |= self._tracing.step(self._tracing.trace(child), name)
            elif child.kind == "shorthand_property_identifier" and name in {child.text, ELEMENT}:
                found |= self._tracing.trace(child)
            elif child.kind in {"pair", "method_definition"}:
                key, inner = child.field("key") or child.field("name"), child.field("value")
                if key is not None and name in {key.text.strip("\"'"), ELEMENT}:
                    found |= self._tracing.trace(inner if inner is not None else child)
        return found

    def _of_class(self, cls: Node, name: str) -> Values:
        """A method or a field of a class, with what its methods assign to `this.name`."""
        found: Values = NOTHING
        for node in cls.within("method_definition", "public_field_definition", "field_definition"):
            named = node.field("name") or node.field("property")
            if named is not None and named.text.lstrip("#") == name.lstrip("#"):
                value = node.field("value")
                found |= self._tracing.trace(node if node.kind == "method_definition" else value)
        for assigned in cls.within("assignment_expression"):
            target = assigned.field("left")
            if target is not None and target.text.replace("#", "") == f"this.{name.lstrip('#')}":
                found |= self._tracing.trace(assigned.field("right"))
        return found | self._constructor_property(cls, name)

    def _constructor_property(self, cls: Node, name: str) -> Values:
        """TypeScript's `constructor(private table: string)`."""
        for parameter in cls.within("required_parameter"):
            pattern = parameter.field("pattern")
            modified = any(child.kind == "accessibility_modifier" for child in parameter.children)
            if modified and pattern is not None and pattern.text == name:
                return self._tracing.trace(pattern)
        return NOTHING
