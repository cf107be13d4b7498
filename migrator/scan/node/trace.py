"""Where the value of an expression comes from, through variables, calls, callbacks and modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from migrator.scan.node.bindings import Binding
from migrator.scan.node.members import Members
from migrator.scan.node.modules import Module, Modules
from migrator.scan.node.operations import made_name, method_name, receiver, request, table_operation
from migrator.scan.node.tree import FUNCTIONS, Node
from migrator.scan.node.values import ELEMENT, JSON, NOTHING, Origin, Value, Values, one

_SAME: Final = frozenset({"await_expression", "parenthesized_expression", "as_expression", "non_null_expression",
                          "satisfies_expression", "spread_element", "type_assertion"})  # fmt: skip
_LIST_METHODS: Final = frozenset({"filter", "slice", "sort", "concat", "flat", "reverse", "values", "toArray"})
_TEXT_METHODS: Final = frozenset(
    {
        "toString", "trim", "toLowerCase", "toUpperCase", "valueOf", "promise", "pop", "shift", "unwrap", "json",
        "catch", "finally",
    }
)  # fmt: skip
_HANDED_THROUGH: Final = frozenset(
    {
        "unmarshall", "marshall", "String", "decodeURIComponent", "structuredClone", "all", "allSettled", "from",
        "assign", "parseInt", "Set", "entries", "fromEntries", "race", "uniq", "of", "resolve", "freeze",
    }
)  # fmt: skip
"""Functions of the language and of libraries whose result holds what they are given."""
_PER_ELEMENT: Final = frozenset({"map", "forEach", "filter", "flatMap", "some", "every", "find", "mapSeries", "each"})
_MOST_DEPTH: Final = 60
_MOST_VALUES: Final = 40
_MOST_WORK: Final = 20_000
"""Expressions looked at for one question; what is not known then is not known."""

Callers = Callable[[Node], Iterable[Node]]
"""Calls of a function of the application that count."""


class Tracer:
    """`event_of` are functions whose first parameter is Lambda's event; `callers` tells who calls the others."""

    def __init__(self, modules: Modules, event_of: Iterable[Node] = (), callers: Callers = lambda _: ()) -> None:
        self.modules, self.callers = modules, callers
        self._members = Members(self)
        self.event_of = {id(node) for node in event_of}
        self._known: dict[int, Values] = {}
        self._active: set[int] = set()
        self._budget = _MOST_WORK
        self._cut = False

    def trace(self, node: Node | None) -> Values:
        if node is None:
            return NOTHING
        key = id(node)
        if key in self._known:
            return self._known[key]
        if not self._active:
            self._budget = _MOST_WORK
        self._budget -= 1
        if key in self._active or len(self._active) > _MOST_DEPTH or self._budget < 0:
            self._cut = True
            return NOTHING
        before, self._cut = self._cut, False
        self._active.add(key)
        try:
            found = self._trace(node)
        finally:
            self._active.discard(key)
        if len(found) > _MOST_VALUES:
            found = frozenset(sorted(found, key=lambda v: (v.origin.kind, v.origin.name, v.path))[:_MOST_VALUES])
        if not self._cut or not self._active:  # what was found inside of a circle may be incomplete
            self._known[key] = found
        self._cut = self._cut or before
        return found

    def step(self, values: Values, name: str) -> Values:
        return frozenset(found for value in values for found in self._members.of(value, name))

    def module_of(self, node: Node) -> Module | None:
        return self.modules.known.get(node.script.path)

    def exported(self, module: Module, name: str, depth: int = 0) -> Values:
        """What a module exports under a name, through modules that pass it on."""
        if name in module.exports:
            node = module.exports[name]
            return self._declared(node) if node.kind.endswith("declaration") else self.trace(node)
        if depth > 10:
            return NOTHING
        if name in module.passed_on:
            specifier, there = module.passed_on[name]
            return self._imported(module, specifier, there, depth + 1)
        for specifier in module.stars:
            found = self._imported(module, specifier, name, depth + 1)
            if found:
                return found
        whole = module.exports.get("default")
        return self.step(self.trace(whole), name) if whole is not None and name != "default" else NOTHING

    # Expressions

    def _trace(self, node: Node) -> Values:
        if node.kind in _SAME:
            return self.trace(next(iter(node.children), None))
        if node.kind in FUNCTIONS:
            return frozenset({Value(Origin("function", node=node))})
        of_kind = {
            "identifier": self._name,
            "shorthand_property_identifier": self._name,
            "member_expression": lambda node: self.step(self.trace(node.field("object")), _property(node)),
            "subscript_expression": self._subscript,
            "string": self._text,
            "template_string": self._text,
            "binary_expression": self._binary,
            "ternary_expression": lambda node: (
                self.trace(node.field("consequence")) | self.trace(node.field("alternative"))
            ),
            "assignment_expression": lambda node: self.trace(node.field("right")),
            "object": lambda node: frozenset({Value(Origin("object", node=node))}),
            "array": lambda node: frozenset({Value(Origin("array", node=node))}),
            "this": self._this,
            "new_expression": self._new,
            "call_expression": self._call,
        }.get(node.kind)
        return of_kind(node) if of_kind is not None else NOTHING

    def _subscript(self, node: Node) -> Values:
        index = node.field("index")
        literal = index.literal() if index is not None else None
        return self.step(self.trace(node.field("object")), literal or ELEMENT)

    def _text(self, node: Node) -> Values:
        text = node.literal()
        return one("text", text) if text is not None else self._built(node)

    def _built(self, node: Node) -> Values:
        parts = [
            child.children[0] for child in node.children if child.kind == "template_substitution" and child.children
        ]
        if len(parts) == 1 and node.text == f"`{parts[0].parent.text if parts[0].parent else ''}`":
            return self.trace(parts[0])
        return frozenset({Value(Origin("built", node=node))})

    def _binary(self, node: Node) -> Values:
        operator = node.own.field("operator")
        if operator is not None and operator.text() == "+":
            return frozenset({Value(Origin("built", node=node))})
        if operator is not None and operator.text() in {"||", "??", "&&"}:
            return self.trace(node.field("left")) | self.trace(node.field("right"))
        return NOTHING

    def _name(self, node: Node) -> Values:
        module = self.module_of(node)
        if module is None:
            return NOTHING
        bindings = module.bindings.of(node)
        if not bindings and node.text == "process":
            return one("environment", "process")
        if not bindings and node.text in {"exports", "module"}:
            return one("module", module.path)
        found: Values = NOTHING
        for binding in bindings:
            values = self._bound(module, binding)
            if binding.default is not None:
                values |= self.trace(binding.default)
            found |= values
        for pushed in module.bindings.pushed(node.text):
            found |= self.trace(pushed)
        return found

    def _bound(self, module: Module, binding: Binding) -> Values:
        if binding.kind == "declaration":
            return self._declared(binding.node)
        if binding.kind == "import":
            values = self._imported(module, binding.specifier, binding.imported)
        elif binding.kind == "parameter":
            values = self._parameter(binding.node, binding.position)
        elif binding.kind == "value":
            values = self.trace(binding.node)
        else:
            return NOTHING
        for name in binding.steps:
            values = self.step(values, name)
        return values

    def _declared(self, node: Node) -> Values:
        kind = "class" if node.kind.endswith("class_declaration") else "function"
        return frozenset({Value(Origin("class" if kind == "class" else "function", node=node))})

    def _imported(self, module: Module, specifier: str, name: str, depth: int = 0) -> Values:
        path = self.modules.resolve(module.path, specifier)
        if path is None:
            value = Value(Origin("package", specifier))
            return frozenset({value if name in {"*", "default"} else value.then(name)})
        other = self.modules.load(path)
        if other is None:
            return NOTHING
        if name == "*" or (name == "default" and "default" not in other.exports):
            return one("module", other.path)
        return self.exported(other, name, depth)

    def _parameter(self, function: Node, position: int) -> Values:
        if id(function) in self.event_of:
            return one("event") if position == 0 else NOTHING
        found: Values = NOTHING
        called_back = self._callback(function, position)
        if called_back is not None:
            return called_back
        for call in self.callers(function):
            given = call.arguments()
            if any(argument is function for argument in given):
                continue
            if position < len(given) and given[position].kind not in FUNCTIONS:
                handed = self._handed_over(call, function, position)
                found |= handed if handed is not None else self.trace(given[position])
        return found

    def _callback(self, function: Node, position: int) -> Values | None:
        """What a function gets that is handed over as it is: `rows.map((row) => …)`, `.then((all) => …)`."""
        above = function.parent
        call = above.parent if above is not None and above.kind == "arguments" else None
        return self._handed_over(call, function, position) if call is not None else None

    def _handed_over(self, call: Node, function: Node, position: int) -> Values | None:
        method, on = method_name(call), receiver(call)
        handed = any(argument is function or self._means(argument, function) for argument in call.arguments())
        if not handed or call.kind != "call_expression":
            return None
        if method in _PER_ELEMENT and on is not None:
            return self.step(self.trace(on), ELEMENT) if position == 0 else NOTHING
        if method in {"reduce", "reduceRight"} and on is not None:
            return self.step(self.trace(on), ELEMENT) if position == 1 else NOTHING
        if method == "then" and on is not None:
            return self.trace(on) if position == 0 else NOTHING
        operation = table_operation(call)
        if operation is not None:
            return frozenset({Value(Origin("operation", operation, call))}) if position == 1 else NOTHING
        return None

    def _means(self, argument: Node, function: Node) -> bool:
        if argument.kind not in {"identifier", "member_expression"}:
            return False
        return any(value.origin.node is function for value in self.trace(argument))

    def _this(self, node: Node) -> Values:
        around = next((above for above in node.ancestors() if above.kind in {"class_declaration", "class"}), None)
        return frozenset({Value(Origin("instance", node=around))}) if around is not None else NOTHING

    def _new(self, node: Node) -> Values:
        operation = table_operation(node)
        if operation is not None:
            return frozenset({Value(Origin("operation", operation, node))})
        made = self.trace(node.field("constructor"))
        classes = [value.origin.node for value in made if value.origin.kind == "class" and not value.path]
        if classes:
            return frozenset(Value(Origin("instance", node=found)) for found in classes)
        if made_name(node) in {"Set", "Promise", "Array"}:
            return self.trace(next(iter(node.arguments()), None))
        return frozenset({Value(Origin("made", made_name(node), node))})

    def _call(self, node: Node) -> Values:
        first = next(iter(node.arguments()), None)
        called = node.field("function")
        if called is not None and called.text in {"require", "import"} and first is not None:
            module = self.module_of(node)
            return self._imported(module, first.literal() or "", "*") if module is not None else NOTHING
        if called is not None and called.text == "JSON.parse":
            return frozenset(value.then(JSON) for value in self.trace(first))
        functions = self._functions(called)
        if functions:
            return self._returned_by(functions)
        if method_name(node) == "send" and any(value.origin.kind == "operation" for value in self.trace(first)):
            return self.trace(first)
        operation = table_operation(node)
        if operation is not None and self.names_a_table(request(node)):
            return frozenset({Value(Origin("operation", operation, node))})
        return self._library_call(node, method_name(node), receiver(node), first)

    def _library_call(self, node: Node, method: str, on: Node | None, first: Node | None) -> Values:
        """Of the language and of libraries: whatever gives back what it is called on, or what it is given."""
        if on is not None and first is not None and method in {"map", "flatMap", "then"}:
            mapped = self._returned_by(self._functions(first))
            return mapped if mapped or method == "then" else self.trace(on)
        if on is not None and method == "find":
            return self.step(self.trace(on), ELEMENT)
        if on is not None and method in _LIST_METHODS | _TEXT_METHODS:
            return self.trace(on)
        if method in _HANDED_THROUGH:
            return frozenset(value for argument in node.arguments() for value in self.trace(argument))
        return NOTHING

    def _functions(self, node: Node | None) -> list[Node]:
        found = (value.origin.node for value in self.trace(node) if value.origin.kind == "function")
        return [function for function in found if function is not None]

    def _returned_by(self, functions: Iterable[Node]) -> Values:
        return frozenset(value for function in functions for value in self.returned(function))

    def names_a_table(self, given: Node | None) -> bool:
        objects = (value for value in self.trace(given) if value.origin.kind == "object")
        return any(self.step(frozenset({value}), "TableName") for value in objects)

    def returned(self, function: Node) -> Values:
        body = function.field("body")
        if body is None:
            return NOTHING
        if body.kind != "statement_block":
            return self.trace(body)
        statements = (found for found in body.within("return_statement") if found.function() is function)
        return frozenset(
            value for statement in statements for value in self.trace(next(iter(statement.children), None))
        )


def _property(node: Node) -> str:
    named = node.field("property")
    return named.text if named is not None else ELEMENT
