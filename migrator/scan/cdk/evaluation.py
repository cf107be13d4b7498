"""The values of expressions."""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.calling import Caller
from migrator.scan.cdk.values import (
    ClassValue,
    Closure,
    External,
    Instance,
    Joined,
    Made,
    Method,
    Module,
    PathText,
    Scope,
    Super,
    Token,
    Unknown,
    decided,
    joined,
)

MOST_ITEMS: Final = 2_000
_SAME_FUNCTION: Final = frozenset({"currentVersion", "latestVersion"})
_PLAIN: Final = (str, int, float, bool, type(None))


class Evaluator(Caller):
    @abstractmethod
    def elements(self, value: object, *, keys: bool = False) -> list[object]: ...

    @abstractmethod
    def assign(self, target: s.Node, value: object, scope: Scope) -> None: ...

    def evaluate(self, node: s.Node, scope: Scope) -> object:  # noqa: PLR0911, PLR0912 - one line a kind of expression
        match node:
            case s.Const(value=value):
                return value
            case s.Text(parts=parts):
                return joined(self.evaluate(part, scope) for part in parts)
            case s.Name(name=name):
                return self.named(name, scope)
            case s.Member(value=value, name=name):
                return self.member(self.evaluate(value, scope), name)
            case s.Index(value=value, key=key):
                return self.index(self.evaluate(value, scope), self.evaluate(key, scope))
            case s.Call():
                return self.call(node, scope)
            case s.ListOf(items=items):
                return self.listed(items, scope)
            case s.Record(entries=entries):
                return self.record(entries, scope)
            case s.Choice(test=test, yes=yes, no=no):
                return self.choice(decided(self.evaluate(test, scope)), yes, no, scope)
            case s.Binary():
                return self.binary(node, scope)
            case s.Not(value=value):
                truth = decided(self.evaluate(value, scope))
                return Unknown("a condition is not decided") if truth is None else not truth
            case s.Comprehension():
                return self.comprehension(node, scope)
            case s.FunctionNode():
                return Closure(node, scope, receiver=self.this(scope))
            case s.Class():
                return self.define(node, scope)
            case s.Assign(target=target, value=value):
                given = self.evaluate(value, scope)
                self.assign(target, given, scope)
                return given
            case s.Opaque(what=what):
                return Unknown(f"{what} is not followed")
        return Unknown(f"{type(node).__name__} is not followed")

    def named(self, name: str, scope: Scope) -> object:
        home = scope.find(name)
        if home is not None:
            return home.names[name]
        module = scope.module
        known: dict[str, object] = {
            "__dirname": module.folder, "__file__": f"/{module.path}", "__filename": f"/{module.path}",
            "__name__": "__main__" if module.path == self.entry else module.path, "True": True, "False": False,
            "import.meta": {"url": f"/{module.path}", "dirname": module.folder, "filename": f"/{module.path}"},
        }  # fmt: skip
        return known.get(name, External(name))

    def this(self, scope: Scope) -> object:
        home = scope.find("this")
        return home.names["this"] if home is not None else None

    def listed(self, items: tuple[s.Node, ...], scope: Scope) -> object:
        made: list[object] = []
        for item in items:
            if isinstance(item, s.Spread):
                made.extend(self.elements(self.evaluate(item.value, scope)))
            else:
                made.append(self.evaluate(item, scope))
        return made[:MOST_ITEMS]

    def record(self, entries: tuple[tuple[s.Node | None, s.Node], ...], scope: Scope) -> dict[str, object]:
        made: dict[str, object] = {}
        for key, value in entries:
            given = self.evaluate(value, scope)
            if key is None:
                made.update(given if isinstance(given, dict) else {})
                continue
            word = self.evaluate(key, scope)
            if isinstance(word, _PLAIN):
                made[str(word)] = given
            elif isinstance(word, Joined):
                made[self.text_of(word)] = given
        return made

    def choice(self, truth: bool | None, yes: s.Node, no: s.Node, scope: Scope) -> object:
        if truth is not None:
            return self.evaluate(yes if truth else no, scope)
        first, second = self.evaluate(yes, scope), self.evaluate(no, scope)
        return second if first is None or isinstance(first, Unknown) else first

    def binary(self, node: s.Binary, scope: Scope) -> object:  # noqa: PLR0911 - one line an operator
        left = self.evaluate(node.left, scope)
        if node.operator in {"or", "and", "??"}:
            return self.logical(node, left, scope)
        right = self.evaluate(node.right, scope)
        match node.operator:
            case "+":
                return self.sum(left, right)
            case "/" if isinstance(left, PathText | str) and isinstance(right, str | PathText):
                return self.library.join_paths(left, right)
            case "==" | "!=":
                equal = _equal(left, right)
                return (equal if node.operator == "==" else not equal) if equal is not None else Unknown("a comparison")
            case "in" | "not in" if isinstance(right, list | dict | str) and isinstance(left, str):
                return (left in right) is (node.operator == "in")
            case "%" if isinstance(left, str):
                return self.library.percent(left, right)
        return Unknown(f"the operator {node.operator} is not followed")

    def logical(self, node: s.Binary, left: object, scope: Scope) -> object:
        truth = decided(left)
        if node.operator == "and":
            return left if truth is False else self.evaluate(node.right, scope)
        missing = left is None if node.operator == "??" else truth is False
        if missing or isinstance(left, Unknown):
            # A value that the deployment may give has its default here.
            right = self.evaluate(node.right, scope)
            return left if isinstance(left, Unknown) and right is None else right
        return left

    def sum(self, left: object, right: object) -> object:
        if isinstance(left, list) and isinstance(right, list):
            return [*left, *right][:MOST_ITEMS]
        if isinstance(left, int | float) and isinstance(right, int | float):
            return left + right
        if isinstance(left, str | Joined | Token) or isinstance(right, str | Joined | Token):
            return joined((left, right))
        return Unknown("a sum of what is not known")

    def comprehension(self, node: s.Comprehension, scope: Scope) -> object:
        inner = Scope({}, scope, scope.module)
        made: list[object] = []
        pairs: dict[str, object] = {}
        for element in self.elements(self.evaluate(node.iterable, scope))[:MOST_ITEMS]:
            self.step()
            self.declare(node.target, element, inner)
            if any(decided(self.evaluate(condition, inner)) is False for condition in node.conditions):
                continue
            value = self.evaluate(node.element, inner)
            if node.key is None:
                made.append(value)
            else:
                pairs[self.text_of(self.evaluate(node.key, inner))] = value
        return made if node.key is None else pairs

    # Members

    def member(self, value: object, name: str) -> object:  # noqa: PLR0911, PLR0912 - one line a kind of value
        match value:
            case Instance():
                return self.instance_member(value, name)
            case Made():
                return self.made_member(value, name)
            case Token(of=of, attribute=attribute):
                if attribute == "node":
                    inner = {"defaultChild": of, "id": of.id, "default_child": of, "scope": of.scope}
                    return inner.get(name, Token(of, f"node.{name}"))
                return Token(of, f"{attribute}.{name}")
            case Module():
                return self.module_member(value, name)
            case ClassValue():
                return self.class_member(value, name)
            case External():
                return self.library.environment(value, name) or value.member(name)
            case dict():
                return value.get(name)
            case PathText():
                return self.library.path_member(value, name)
            case str():
                return len(value) if name == "length" else value if name == "value" else Method(value, name)
            case list():
                return len(value) if name == "length" else Method(value, name)
            case Super():
                return self.super_member(value, name)
            case Unknown():
                return value
        return Unknown(f"{name} of nothing")

    def instance_member(self, value: Instance, name: str) -> object:
        if name in value.names:
            return value.names[name]
        found = self.inherited(value.of.order(), name, value)
        if found is not None:
            return found
        return self.made_member(value.base, name) if value.base is not None else Unknown(f"{name} is never set")

    def made_member(self, value: Made, name: str) -> object:
        if name in value.assigned:
            return value.assigned[name]
        own = External("").member(name).name
        if own in _SAME_FUNCTION:
            return value
        if value.id is None and own in value.properties:
            return value.properties[own]
        return Token(value, own)

    def module_member(self, value: Module, name: str) -> object:
        if name in value.names:
            return value.names[name]
        path = self.sources.inside(value, name)
        found = self.run_module(path) if path is not None else None
        return found or Unknown(f"{value.path} defines no {name}")

    def class_member(self, value: ClassValue, name: str) -> object:
        if name in {"__name__", "name"} and name not in value.names:
            return value.node.name
        found = self.inherited(value.order(), name, None)
        if found is not None:
            return found
        outer = next((base for base in value.order() if isinstance(base, External)), None)
        return outer.member(name) if outer is not None else Unknown(f"{value.node.name} has no {name}")

    def index(self, value: object, key: object) -> object:
        if isinstance(value, dict):
            return value.get(self.text_of(key), Unknown(f"no entry {self.text_of(key)}"))
        if isinstance(value, list) and isinstance(key, int):
            return value[key] if -len(value) <= key < len(value) else None
        if isinstance(value, Instance | External | ClassValue) and isinstance(key, str):
            return self.member(value, key)
        return value if isinstance(value, Unknown) else Unknown("an element of what is not known")

    def text_of(self, value: object) -> str:
        """Text for a name or an id; what isn't known of it is left out."""
        if isinstance(value, Joined):
            return "".join(part for part in value.parts if isinstance(part, str))
        return value.text if isinstance(value, PathText) else str(value) if isinstance(value, _PLAIN) else ""


def _equal(left: object, right: object) -> bool | None:
    if isinstance(left, _PLAIN) and isinstance(right, _PLAIN):
        return left == right
    if left is None or right is None:
        other = right if left is None else left
        return None if isinstance(other, Unknown) else False
    if isinstance(left, External) and isinstance(right, External):
        return left == right
    return True if left is right else None
