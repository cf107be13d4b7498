"""Fills a Module: which scope each expression belongs to, what names are bound to, who returns what."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

from migrator.scan.python.model import (
    Binding,
    Bound,
    Class,
    Function,
    FunctionNode,
    Imported,
    Module,
    Mutation,
    Param,
    Scope,
)

_PUTS: Final = {"append": False, "add": False, "appendleft": False, "extend": True, "update": True}
"""Methods that put their argument into a container; True when it is a container of what is put in."""

_MAKERS: Final = frozenset({"list", "dict", "set", "deque", "defaultdict", "OrderedDict"})
_DISPLAYS: Final = (ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def index(module: Module) -> None:
    module.root = Scope(kind="module", module=module, parent=None)
    indexer = _Indexer(module)
    indexer.body(module.tree.body, module.root)
    indexer.settle()


class _Indexer:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.puts: list[tuple[ast.expr, Mutation]] = []

    def body(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        for statement in statements:
            self.visit(statement, scope)

    def visit(self, node: ast.AST, scope: Scope) -> None:
        self.module.scopes[node] = scope
        for child in ast.iter_child_nodes(node):
            self.module.parents[child] = node
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self.body(list(ast.iter_child_nodes(node)), scope)
        else:
            method(node, scope)

    def settle(self) -> None:
        """Finds the container behind each thing that was put somewhere."""
        for target, mutation in self.puts:
            place = self._place(target, mutation.scope)
            if place:
                place[0].mutations[place[1]].append(mutation)

    # Definitions

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self.body(node.decorator_list, scope)
        function = self._function(node, node.name, scope)
        self._bind(node.name, function, scope)
        if scope.kind == "class" and scope.owner:
            scope.owner.methods[node.name] = function
        self.body(node.body, function.scope)

    _asyncfunctiondef = _functiondef

    def _lambda(self, node: ast.Lambda, scope: Scope) -> None:
        function = self._function(node, "<lambda>", scope)
        function.returns.append(node.body)
        self.visit(node.body, function.scope)

    def _function(self, node: FunctionNode, name: str, scope: Scope) -> Function:
        self.visit(node.args, scope)
        outer = scope.function
        prefix = f"{outer.qualname}.<locals>." if outer and scope.kind != "class" else ""
        if scope.kind == "class" and scope.owner:
            prefix = f"{scope.owner.qualname}."
        inner = Scope(kind="function", module=self.module, parent=scope)
        owner = scope.owner if scope.kind == "class" else None
        function = Function(name, prefix + name, node, inner, self.module, owner)
        inner.function = function
        # Methods of a method's local class still see `self` of their own class only.
        inner.owner = owner or (scope.owner if scope.kind == "function" else None)
        for parameter in function.parameters:
            inner.names[parameter].append(Param(function, parameter))
        self.module.functions.append(function)
        if outer:
            outer.inner.append(function)
        return function

    def _classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        self.body([*node.decorator_list, *node.bases, *node.keywords], scope)
        inner = Scope(kind="class", module=self.module, parent=scope, function=scope.function)
        made = Class(node.name, node.name, node, inner, self.module)
        inner.owner = made
        self.module.classes.append(made)
        self._bind(node.name, made, scope)
        self.body(node.body, inner)

    # Names

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            if alias.asname:
                self._bind(alias.asname, Imported(alias.name, None), scope)
            else:
                self._bind(alias.name.split(".")[0], Imported(alias.name.split(".")[0], None), scope)

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name, Imported(node.module or "", alias.name, node.level), scope)

    def _global(self, node: ast.Global, scope: Scope) -> None:
        scope.outer.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal, scope: Scope) -> None:
        scope.outer.update(node.names)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        self.visit(node.value, scope)
        for target in node.targets:
            self.visit(target, scope)
            self._target(target, Binding(node.value, scope))

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        self.visit(node.annotation, scope)
        self.visit(node.target, scope)
        if node.value:
            self.visit(node.value, scope)
            self._target(node.target, Binding(node.value, scope))

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        self.visit(node.value, scope)
        self.visit(node.target, scope)
        self.puts.append((node.target, Mutation(node.value, scope, spread=True)))

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> None:
        self.visit(node.value, scope)
        self._target(node.target, Binding(node.value, scope))

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self.visit(node.iter, scope)
        self.visit(node.target, scope)
        self._target(node.target, Binding(node.iter, scope, ("*",)))
        self.body([*node.body, *node.orelse], scope)

    _asyncfor = _for

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            self.visit(item, scope)
            if item.optional_vars:
                self._target(item.optional_vars, Binding(item.context_expr, scope))
        self.body(node.body, scope)

    _asyncwith = _with

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope) -> None:
        inner = Scope(
            kind="comprehension", module=self.module, parent=scope, function=scope.function, owner=scope.owner
        )
        for position, generator in enumerate(node.generators):
            self.module.scopes[generator] = inner
            for child in ast.iter_child_nodes(generator):
                self.module.parents[child] = generator
            source = scope if position == 0 else inner
            self.visit(generator.iter, source)
            self.visit(generator.target, inner)
            self._target(generator.target, Binding(generator.iter, source, ("*",)))
            self.body(generator.ifs, inner)
        self.body([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt], inner)

    _setcomp = _generatorexp = _dictcomp = _listcomp

    # What functions give back, and whom they call

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if node.value:
            self.visit(node.value, scope)
            if scope.function:
                scope.function.returns.append(node.value)

    def _yield(self, node: ast.Yield, scope: Scope) -> None:
        if node.value:
            self.visit(node.value, scope)
            if scope.function:
                scope.function.yields.append(node.value)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        self.body(list(ast.iter_child_nodes(node)), scope)
        (scope.function.calls if scope.function else self.module.calls).append(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _PUTS and len(node.args) == 1:
            put = Mutation(node.args[0], scope, spread=_PUTS[node.func.attr])
            self.puts.append((node.func.value, put))

    # Targets

    def _bind(self, name: str, bound: Bound, scope: Scope) -> None:
        home = scope
        if name in scope.outer:
            home = (scope.parent.holder(name) if scope.parent else None) or self.module.root
        home.names[name].append(bound)
        if home.kind == "class" and home.owner and isinstance(bound, Binding):
            home.owner.attributes[name].append(bound)

    def _target(self, target: ast.expr, binding: Binding) -> None:
        scope = self.module.scopes.get(target, binding.scope)
        if isinstance(target, ast.Name):
            home = scope
            if isinstance(self.module.parents.get(target), ast.NamedExpr):
                while home.kind == "comprehension" and home.parent:
                    home = home.parent
            self._bind(target.id, binding, home)
            self._contain(binding, target, home)
        elif isinstance(target, ast.Attribute) and self._own(target, scope):
            assert scope.owner
            scope.owner.attributes[target.attr].append(binding)
            self._contain(binding, target, scope)
        elif isinstance(target, ast.Subscript):
            if not binding.steps:
                self.puts.append((target.value, Mutation(binding.value, binding.scope, key=target.slice)))
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, binding)

    def _unpack(self, targets: list[ast.expr], binding: Binding) -> None:
        value = binding.value
        for position, element in enumerate(targets):
            self.module.scopes.setdefault(element, self.module.scopes.get(value, binding.scope))
            if isinstance(value, ast.Tuple | ast.List) and not binding.steps and len(value.elts) == len(targets):
                self._target(element, Binding(value.elts[position], binding.scope))
            else:
                self._target(element, Binding(value, binding.scope, (*binding.steps, str(position))))

    def _contain(self, binding: Binding, target: ast.expr, scope: Scope) -> None:
        made = (
            isinstance(binding.value, ast.Call)
            and isinstance(binding.value.func, ast.Name)
            and binding.value.func.id in _MAKERS
        )
        if (made or isinstance(binding.value, _DISPLAYS)) and not binding.steps:
            place = self._place(target, scope)
            if place:
                self.module.containers[binding.value] = place

    def _place(self, target: ast.expr, scope: Scope) -> tuple[Scope | Class, str] | None:
        if isinstance(target, ast.Name):
            holder = scope.holder(target.id)
            return (holder, target.id) if holder else None
        if isinstance(target, ast.Attribute) and self._own(target, scope):
            assert scope.owner
            return scope.owner, target.attr
        return None

    def _own(self, target: ast.Attribute, scope: Scope) -> bool:
        """Whether the target is an attribute of the object itself, as in `self.x` or `cls.x`."""
        return isinstance(target.value, ast.Name) and target.value.id in {"self", "cls"} and scope.owner is not None
