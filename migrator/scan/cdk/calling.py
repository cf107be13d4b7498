"""Calls: functions and classes of the program, and everything that belongs to a library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.classes import Classes
from migrator.scan.cdk.members import MISSING
from migrator.scan.cdk.values import (
    ClassValue,
    Closure,
    External,
    Instance,
    Joined,
    Made,
    Method,
    Module,
    Scope,
    Super,
    Token,
    Unknown,
    camel,
    construct,
    options,
)

MOST_RECURSION: Final = 4
"""Calls of a function inside of its own calls that are followed."""
DEEPEST: Final = 36
"""Calls inside of calls that are followed; each needs about twenty frames of ours."""


class Caller(Classes):
    """Who is called, with what."""

    def call(self, node: s.Call, scope: Scope) -> object:
        self.step()
        called = self.callee(node.callee, scope)
        arguments: list[object] = []
        for argument in node.arguments:
            if isinstance(argument, s.Spread):
                arguments.extend(self.elements(self.evaluate(argument.value, scope)))
            else:
                arguments.append(self.evaluate(argument, scope))
        keywords: dict[str, object] = {}
        for name, value in node.keywords:
            given = self.evaluate(value, scope)
            if name is not None:
                keywords[name] = given
            elif isinstance(given, dict):
                keywords.update(given)
        place = Location(path=scope.module.path, line=node.line, column=node.column)
        return self.invoke(called, arguments, keywords, place, scope.module)

    def callee(self, node: s.Node, scope: Scope) -> object:
        if isinstance(node, s.Name) and node.name == "super":
            return self.super_of(scope)
        if not isinstance(node, s.Member):
            return self.evaluate(node, scope)
        owner = self.super_of(scope) if isinstance(node.value, s.Name) and node.value.name == "super" else None
        owner = owner if owner is not None else self.evaluate(node.value, scope)
        return self.method(owner, node.name)

    def method(self, owner: object, name: str) -> object:  # noqa: PLR0911 - one line a kind of value
        if isinstance(owner, Instance):
            if name in owner.names:
                return owner.names[name]
            found = self.inherited(owner.of.order(), name, owner)
            if found is not None:
                return found
            return Method(owner.base, name) if owner.base is not None else Unknown(f"{name} is not defined")
        if isinstance(owner, Made | Token | Joined | list | str | int | float):
            return Method(owner, name)
        if isinstance(owner, dict):
            return owner[name] if isinstance(owner.get(name), Closure | ClassValue) else Method(owner, name)
        if isinstance(owner, Unknown):
            return Method(owner, name)
        return self.member(owner, name)

    def invoke(
        self, called: object, arguments: list[object], keywords: dict[str, object], place: Location, module: Module
    ) -> object:
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                return Unknown("calls are nested too deeply to follow")
            return self._invoke(called, arguments, keywords, place, module)
        finally:
            self.depth -= 1

    def _invoke(  # noqa: PLR0911 - one line a kind of value
        self, called: object, arguments: list[object], keywords: dict[str, object], place: Location, module: Module
    ) -> object:
        match called:
            case Closure():
                return self.run_closure(called, arguments, keywords)
            case ClassValue():
                return self.instantiate(called, arguments, keywords, place, module)
            case External(name=name):
                if name.endswith(".__init__") and arguments and isinstance(arguments[0], Instance):
                    self.make_base(arguments[0], name.removesuffix(".__init__"), arguments[1:], keywords, module)
                    return None
                known = self.library.call(self, called, arguments, keywords)
                return known if known is not MISSING else self.make(name, arguments, keywords, place, module)
            case Method(value=value, name=name):
                return self.run_method(value, name, arguments, keywords, place, module)
            case Super() if module.source.language == "script":
                self.initialise_base(called, arguments, keywords, module)
                return None
            case Super():
                return called
            case Module(names=names) if "default" in names:
                return self.invoke(names["default"], arguments, keywords, place, module)
        self.call_back(arguments)
        return called if isinstance(called, Unknown) else Unknown("a call of what is not known")

    def call_back(self, arguments: Sequence[object]) -> None:
        """Functions that are given to what isn't known may be called by it."""
        for argument in arguments:
            if isinstance(argument, Closure):
                given: list[object] = [Unknown("what a callback is given is not known")] * len(argument.node.parameters)
                self.run_closure(argument, given, {})

    # Functions

    def run_closure(self, called: Closure, arguments: Sequence[object], keywords: dict[str, object]) -> object:
        self.step()
        if self.active[called.node] >= MOST_RECURSION:
            return Unknown(f"{called.node.name or 'a function'} calls itself too often to follow")
        self.active[called.node] += 1
        try:
            return self._run_closure(called, arguments, keywords)
        finally:
            self.active[called.node] -= 1

    def _run_closure(self, called: Closure, arguments: Sequence[object], keywords: dict[str, object]) -> object:
        scope = Scope({}, called.scope, called.scope.module)
        given = list(arguments)
        python = called.scope.module.source.language == "python"
        if called.owner is not None:
            scope.names["<class>"] = called.owner
        if called.receiver is not None:
            scope.names["<receiver>"] = called.receiver
            if not python:
                scope.names["this"] = called.receiver
            elif called.node.kind in {"method", "class", "getter"}:
                given.insert(0, called.receiver)
        self.bind_parameters(called.node.parameters, given, keywords, scope)
        signal = self.run(called.node.body, scope)
        return getattr(signal, "value", None)

    def bind_parameters(
        self, parameters: Sequence[s.Parameter], given: list[object], keywords: dict[str, object], scope: Scope
    ) -> None:
        rest = dict(keywords)
        for parameter in parameters:
            name = parameter.target.name if isinstance(parameter.target, s.Name) else ""
            if parameter.kind == "rest":
                scope.names[name], given = list(given), []
                continue
            if parameter.kind == "keywords":
                scope.names[name] = rest
                continue
            if parameter.kind == "one" and given:
                value = given.pop(0)
            elif name in rest:
                value = rest.pop(name)
            elif parameter.default is None:
                script = scope.module.source.language == "script"
                value = None if script else Unknown(f"the argument {name} is not given")
            else:
                value = None
            if value is None and parameter.default is not None:
                value = self.evaluate(parameter.default, scope)
            self.declare(parameter.target, value, scope)
            this = scope.names.get("this")
            if parameter.is_field and isinstance(this, Instance):
                this.names[name] = value

    # What belongs to a library

    def run_method(
        self,
        value: object,
        name: str,
        arguments: list[object],
        keywords: dict[str, object],
        place: Location,
        module: Module,
    ) -> object:
        if isinstance(value, Super):
            self.initialise_base(value, arguments, keywords, module)
            return None
        known = self.library.method(self, value, name, arguments, keywords)
        if known is not MISSING:
            return known
        if isinstance(value, Made | Token):
            of, trail = (value, "") if isinstance(value, Made) else (value.of, f"{value.attribute}.")
            made = self.make(f"{of.name}.{trail}{camel(name)}", arguments, keywords, place, module)
            made.receiver = of
            of.calls.append(made)
            self.call_back(arguments)
            return made
        self.call_back(arguments)
        return value if isinstance(value, Unknown) else Unknown(f"what {name} returns is not known")

    def make_base(
        self, made: Instance, name: str, arguments: list[object], keywords: dict[str, object], module: Module
    ) -> None:
        if made.base is None:
            made.base = self.make(name, arguments, keywords, made.location, module)

    def make(
        self, name: str, arguments: list[object], keywords: dict[str, object], place: Location, module: Module
    ) -> Made:
        properties = {camel(key): value for key, value in keywords.items() if key not in {"scope", "id"}}
        if arguments and isinstance(arguments[-1], dict):
            properties = {**arguments[-1], **properties}
        elif "." in name and len(arguments) > 2 and isinstance(arguments[2], Made):
            properties = {**options(arguments[2]), **properties}
        made = Made(name, arguments, properties, place, folder=module.folder)
        scope = keywords.get("scope", arguments[0] if arguments else None)
        given = keywords.get(
            "id", arguments[1] if len(arguments) > 1 else arguments[0] if "scope" in keywords and arguments else None
        )
        inside = construct(scope)
        known = inside is not None and (inside.id is not None or inside.name.endswith("App"))
        stands = known or isinstance(scope, Unknown | Instance)
        called = isinstance(given, str | Joined) or (known and isinstance(given, Unknown))
        if made.short[:1].isupper() and stands and called:
            made.scope = scope if isinstance(scope, Made | Instance) else None
            made.id = self.text_of(given) or made.short
        self.made.append(made)
        return made
