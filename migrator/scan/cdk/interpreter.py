"""Runs a CDK program over what is literal in it. Nothing of the application is executed: its syntax is walked.

A condition that can't be decided runs both ways, an iterable that isn't known runs its loop once, and a value that
isn't known stays Unknown with the reason. Steps, depth and sizes are bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.evaluation import Evaluator
from migrator.scan.cdk.values import ClassValue, Closure, Instance, Made, Module, PathText, Scope, Unknown, decided

MOST_STEPS: Final = 100_000
"""Statements and calls of one program; an application of 40 stacks needs a tenth of that."""
MOST_ROUNDS: Final = 500
"""Rounds of one loop that are followed."""


class Exhausted(Exception):
    """Raised when a program needs more steps than are followed."""


@dataclass(frozen=True)
class Signal:
    """Why a block ended early."""

    kind: Literal["return", "raise", "continue", "break"]
    value: object = None
    certain: bool = True
    """False when an undecided condition led here."""


class Interpreter(Evaluator):
    """One program. `made` holds every construct and call of a library, in the order in which they were made."""

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Exhausted

    def run_module(self, path: str) -> Module | None:
        """The module, run once; None when it can't be read."""
        if path not in self.modules:
            source = self.sources.load(path)
            self.modules[path] = module = Module(source) if source is not None else None
            if module is not None:
                self.run(module.source.body, Scope(module.names, None, module))
        return self.modules[path]

    def run(self, body: Sequence[s.Node], scope: Scope) -> Signal | None:
        for node in body:
            if isinstance(node, s.FunctionNode) and node.name:
                scope.names[node.name] = Closure(node, scope)
        kept: Signal | None = None
        for node in body:
            signal = self.statement(node, scope)
            if signal is not None and signal.certain:
                return _preferred(kept, signal)
            kept = kept or signal
        return kept

    def statement(self, node: s.Node, scope: Scope) -> Signal | None:
        self.step()
        match node:
            case s.If():
                return self.choose(node, scope)
            case s.For():
                return self.loop(node, scope)
            case s.Return(value=value):
                return Signal("return", self.evaluate(value, scope) if value is not None else None)
            case s.Raise():
                return Signal("raise")
            case s.Jump(leaves=leaves):
                return Signal("break" if leaves else "continue")
            case s.Class():
                scope.names[node.name] = self.define(node, scope)
            case s.FunctionNode():
                pass
            case s.Data(value=value):
                scope.names.update(value if isinstance(value, dict) else {}, default=value)
            case s.Import():
                self.bind(node, scope)
            case _:
                self.evaluate(node, scope)
        return None

    def choose(self, node: s.If, scope: Scope) -> Signal | None:
        truth = decided(self.evaluate(node.test, scope))
        if truth is not None:
            return self.run(node.then if truth else node.otherwise, scope)
        first, second = self.run(node.then, scope), self.run(node.otherwise, scope)
        ends = [signal for signal in (first, second) if signal is not None and signal.kind == "return"]
        if len(ends) == 2 and all(signal.certain for signal in ends):
            return _preferred(ends[0], ends[1])
        return Signal("return", ends[0].value, certain=False) if ends else None

    def loop(self, node: s.For, scope: Scope) -> Signal | None:
        for element in self.elements(self.evaluate(node.iterable, scope), keys=node.keys)[:MOST_ROUNDS]:
            self.assign(node.target, element, scope)
            signal = self.run(node.body, scope)
            if signal is None or not signal.certain or signal.kind == "continue":
                continue
            if signal.kind == "break":
                break
            return signal
        return None

    def define(self, node: s.Class, scope: Scope) -> ClassValue:
        made = ClassValue(node, scope, [self.evaluate(base, scope) for base in node.bases])
        self.run(node.shared, Scope(made.names, scope, scope.module))
        return made

    # Imports

    def bind(self, node: s.Import, scope: Scope) -> None:
        for name, local in node.names:
            found = self.imported(node, name, scope.module)
            if local != "*":
                scope.names[local] = found
            elif isinstance(found, Module):
                scope.names.update(found.names)
        if not node.names:
            path = self.sources.find(node, scope.module)
            if path is not None:
                self.run_module(path)

    def imported(self, node: s.Import, name: str, module: Module) -> object:  # noqa: PLR0911 - one line a place
        path = self.sources.find(node, module)
        if path is None:
            inner = self.sources.find_in(node, name, module) if name != "*" else None
            if inner is not None:
                return self.run_module(inner) or Unknown(f"{inner} can't be read")
            return self.sources.outside(node, name)
        found = self.run_module(path)
        if found is None:
            return Unknown(f"{path} can't be read")
        if name == "*":
            return found
        if name in found.names:
            return found.names[name]
        inner = self.sources.find_in(node, name, module)
        if inner is not None and inner != path:
            return self.run_module(inner) or Unknown(f"{inner} can't be read")
        return Unknown(f"{path} defines no {name}")

    # Assignments

    def assign(self, target: s.Node, value: object, scope: Scope) -> None:
        match target:
            case s.Name(name=name):
                home = scope.find(name) if scope.module.source.language == "script" else None
                (home or scope).names[name] = value
            case s.Member(value=owner, name=name):
                self.set_member(self.evaluate(owner, scope), name, value)
            case s.Index(value=owner, key=key):
                place, word = self.evaluate(owner, scope), self.evaluate(key, scope)
                if isinstance(place, dict) and isinstance(word, str | int):
                    place[word if isinstance(word, str) else str(word)] = value
            case s.ListOf(items=items):
                self.unpack(items, value, scope)
            case s.Pattern():
                self.take_apart(target, value, scope)
            case _:
                pass

    def set_member(self, owner: object, name: str, value: object) -> None:
        if isinstance(owner, Instance):
            owner.names[name] = value
            if owner.base is not None:
                owner.base.assigned[name] = value
        elif isinstance(owner, ClassValue | Module):
            owner.names[name] = value
        elif isinstance(owner, Made):
            owner.assigned[name] = value
        elif isinstance(owner, dict):
            owner[name] = value

    def unpack(self, targets: Sequence[s.Node], value: object, scope: Scope) -> None:
        given = list(value) if isinstance(value, list) else []
        for position, target in enumerate(targets):
            if isinstance(target, s.Spread):
                self.assign(target.value, given[position:], scope)
                return
            unknown = value if isinstance(value, Unknown) else Unknown("a list that isn't known is taken apart")
            self.assign(target, given[position] if position < len(given) else unknown, scope)

    def take_apart(self, pattern: s.Pattern, value: object, scope: Scope) -> None:
        for key, target, default in pattern.entries:
            found = self.member(value, key)
            if default is not None and (found is None or isinstance(found, Unknown)):
                found = self.evaluate(default, scope)
            self.declare(target, found, scope)
        if pattern.rest is not None:
            taken = {key for key, _, _ in pattern.entries}
            rest = {key: item for key, item in value.items() if key not in taken} if isinstance(value, dict) else value
            scope.names[pattern.rest] = rest

    def declare(self, target: s.Node, value: object, scope: Scope) -> None:
        """Like an assignment, but a name is the scope's own."""
        if isinstance(target, s.Name):
            scope.names[target.name] = value
        else:
            self.assign(target, value, scope)

    # Loops

    def elements(self, value: object, *, keys: bool = False) -> list[object]:
        """What a loop goes over; one Unknown for what isn't known, so that its body is seen."""
        if isinstance(value, list):
            return list(range(len(value))) if keys else list(value)
        if isinstance(value, dict):
            return list(value)
        if isinstance(value, ClassValue):
            return [item for item in value.names.values() if not isinstance(item, Closure)]
        if value is None or isinstance(value, PathText):
            return []
        return [value if isinstance(value, Unknown) else Unknown("what the loop goes over is not known")]


def _preferred(first: Signal | None, second: Signal) -> Signal:
    """Of two ways to return the one whose value is known."""
    if first is not None and first.kind == second.kind == "return" and _empty(second.value) and not _empty(first.value):
        return Signal("return", first.value)
    return second


def _empty(value: object) -> bool:
    return value is None or isinstance(value, Unknown)
