"""Classes of the program: their attributes, constructors and bases."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.library import Library
from migrator.scan.cdk.sources import Sources
from migrator.scan.cdk.values import (
    ClassValue,
    Closure,
    External,
    Instance,
    Made,
    Method,
    Module,
    Scope,
    Super,
    Unknown,
)

_INITIALISERS: Final = frozenset({"__init__", "constructor"})
_NOT_BASES: Final = frozenset({"abc", "typing", "enum", "object", "typing_extensions"})


class Classes(ABC):
    """Expressions, statements and calls are the subclasses' part."""

    def __init__(self, sources: Sources, entry: str, library: Library) -> None:
        self.sources, self.entry, self.library = sources, entry, library
        self.modules: dict[str, Module | None] = {}
        self.made: list[Made] = []
        self.instantiated: set[s.Class] = set()
        self.steps = 0
        self.depth = 0
        self.active: Counter[s.FunctionNode] = Counter()
        """How often each function is running now."""

    @abstractmethod
    def evaluate(self, node: s.Node, scope: Scope) -> object: ...

    @abstractmethod
    def member(self, value: object, name: str) -> object: ...

    @abstractmethod
    def run(self, body: Sequence[s.Node], scope: Scope) -> object: ...

    @abstractmethod
    def run_module(self, path: str) -> Module | None: ...

    @abstractmethod
    def define(self, node: s.Class, scope: Scope) -> ClassValue: ...

    @abstractmethod
    def declare(self, target: s.Node, value: object, scope: Scope) -> None: ...

    @abstractmethod
    def elements(self, value: object, *, keys: bool = False) -> list[object]: ...

    @abstractmethod
    def text_of(self, value: object) -> str: ...

    @abstractmethod
    def step(self) -> None: ...

    @abstractmethod
    def run_closure(self, called: Closure, arguments: Sequence[object], keywords: dict[str, object]) -> object: ...

    @abstractmethod
    def make_base(
        self, made: Instance, name: str, arguments: list[object], keywords: dict[str, object], module: Module
    ) -> None: ...

    def inherited(self, order: Sequence[object], name: str, receiver: Instance | None) -> object:
        """A method or attribute of classes of the program; None when none of them has it."""
        for owner in order:
            if not isinstance(owner, ClassValue):
                continue
            for node in owner.node.methods:
                if node.name == name:
                    bound: object = receiver if node.kind not in {"static", "class"} else owner
                    closure = Closure(node, owner.scope, bound, owner)
                    if node.kind == "getter" and receiver is not None:
                        return self.run_closure(closure, [], {})
                    return closure
            if name in owner.names:
                return owner.names[name]
        return None

    def instantiate(
        self, of: ClassValue, arguments: list[object], keywords: dict[str, object], place: Location, module: Module
    ) -> Instance:
        made = Instance(of, place)
        self.instantiated.update(owner.node for owner in of.order() if isinstance(owner, ClassValue))
        self.initialise(made, of.order(), arguments, keywords, module)
        return made

    def initialise(
        self,
        made: Instance,
        order: Sequence[object],
        arguments: list[object],
        keywords: dict[str, object],
        module: Module,
    ) -> None:
        """Runs the constructor of the first class in `order`."""
        following = [owner for owner in order if not _is_marker(owner)]
        if not following:
            return
        owner, *rest = following
        if not isinstance(owner, ClassValue):
            if isinstance(owner, External):
                self.make_base(made, owner.name, arguments, keywords, module)
            return
        if not rest:
            self.set_fields(made, owner)
        written = next((node for node in owner.node.methods if node.name in _INITIALISERS), None)
        if written is not None:
            self.run_closure(Closure(written, owner.scope, made, owner), arguments, keywords)
        elif owner.node.is_record:
            self.fill_record(made, arguments, keywords)
        else:
            self.initialise(made, rest, arguments, keywords, module)
            if rest:
                self.set_fields(made, owner)

    def initialise_base(
        self, after: Super, arguments: list[object], keywords: dict[str, object], module: Module
    ) -> None:
        if not isinstance(after.instance, Instance):
            return
        order = after.instance.of.order()
        position = order.index(after.owner) if after.owner in order else -1
        self.initialise(after.instance, order[position + 1 :], arguments, keywords, module)
        self.set_fields(after.instance, after.owner)

    def set_fields(self, made: Instance, owner: ClassValue) -> None:
        scope = Scope({"this": made, "<class>": owner, "<receiver>": made}, owner.scope, owner.scope.module)
        for item in owner.node.fields:
            if isinstance(item.target, s.Name):
                made.names[item.target.name] = self.evaluate(item.value, scope)

    def fill_record(self, made: Instance, arguments: list[object], keywords: dict[str, object]) -> None:
        classes = [owner for owner in made.of.order() if isinstance(owner, ClassValue)]
        names = list(dict.fromkeys(name for owner in reversed(classes) for name in owner.node.annotated))
        made.names.update(zip(names, arguments, strict=False))
        made.names.update({name: value for name, value in keywords.items() if name in names})

    def super_of(self, scope: Scope) -> object:
        owner, receiver = scope.find("<class>"), scope.find("<receiver>")
        if owner is None or receiver is None:
            return Unknown("super outside of a class")
        of = owner.names["<class>"]
        return Super(receiver.names["<receiver>"], of) if isinstance(of, ClassValue) else Unknown("super")

    def super_member(self, value: Super, name: str) -> object:
        if name in _INITIALISERS:
            return Method(value, name)
        of = value.instance.of if isinstance(value.instance, Instance) else value.owner
        order = of.order()
        rest = order[order.index(value.owner) + 1 :] if value.owner in order else []
        receiver = value.instance if isinstance(value.instance, Instance) else None
        found = self.inherited(rest, name, receiver)
        if found is not None:
            return found
        base = receiver.base if receiver is not None else None
        return Method(base, name) if base is not None else Unknown(f"{name} of a base class")


def _is_marker(owner: object) -> bool:
    """A base that makes nothing, such as abc.ABC."""
    return isinstance(owner, External) and owner.name.partition(".")[0] in _NOT_BASES
