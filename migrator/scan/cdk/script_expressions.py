"""TypeScript and JavaScript expressions, functions and classes as syntax of a CDK program."""

from __future__ import annotations

from typing import Final

from ast_grep_py import SgNode

from migrator.scan.cdk import syntax as s

CLASSES: Final = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_WRAPPERS: Final = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression"}
)
_FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "function", "generator_function"})
_CONSTANTS: Final = {"true": True, "false": False, "null": None, "undefined": None}
_NAMES: Final = frozenset(
    {
        "identifier", "meta_property", "this", "super", "property_identifier", "shorthand_property_identifier",
        "shorthand_property_identifier_pattern", "type_identifier", "private_property_identifier",
    }
)  # fmt: skip
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_SAME: Final = {"===": "==", "!==": "!=", "||": "or", "&&": "and", "??": "??"}


def at(node: SgNode) -> tuple[int, int]:
    start = node.range().start
    return start.line + 1, start.column + 1


def named(node: SgNode) -> list[SgNode]:
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def string_value(node: SgNode) -> str:
    return "".join(_fragment(child) for child in named(node))


def _fragment(node: SgNode) -> str:
    text = node.text()
    return _ESCAPES.get(text[1:], text[1:]) if node.kind() == "escape_sequence" else text


def _has(node: SgNode, word: str) -> bool:
    return any(child.kind() == word for child in node.children())


class ExpressionReader:
    """Statements are read by the subclass, which functions and classes need."""

    def block(self, children: list[SgNode]) -> tuple[s.Node, ...]:
        raise NotImplementedError

    def field(self, node: SgNode, name: str) -> s.Node:
        value = node.field(name)
        return self.expression(value) if value is not None else s.Opaque(*at(node), f"a {node.kind()} without {name}")

    def expression(self, node: SgNode) -> s.Node:  # noqa: PLR0911, PLR0912 - one line a kind of expression
        kind, place = node.kind(), at(node)
        if kind in _WRAPPERS:
            inner = named(node)
            return self.expression(inner[0]) if inner else s.Opaque(*place, kind)
        if kind in _NAMES:
            return self.name(node)
        if kind == "string":
            return s.Const(*place, string_value(node))
        if kind == "template_string":
            return s.Text(*place, tuple(self.piece(child) for child in named(node)))
        if kind == "number":
            return s.Const(*place, _number(node.text()))
        if kind in _CONSTANTS:
            return s.Const(*place, _CONSTANTS[kind])
        if kind == "member_expression":
            name = node.field("property")
            return s.Member(*place, self.field(node, "object"), name.text() if name is not None else "")
        if kind == "subscript_expression":
            return s.Index(*place, self.field(node, "object"), self.field(node, "index"))
        if kind in {"call_expression", "new_expression"}:
            new = kind == "new_expression"
            called = self.field(node, "constructor" if new else "function")
            return s.Call(*place, called, self.arguments(node), new=new)
        if kind == "array":
            return s.ListOf(*place, tuple(self.expression(child) for child in named(node)))
        if kind == "spread_element":
            return s.Spread(*place, self.expression(named(node)[0]))
        if kind == "object":
            return s.Record(*place, tuple(self.entry(child) for child in named(node)))
        if kind in _FUNCTIONS:
            return self.function(node, "function")
        if kind in CLASSES:
            return self.a_class(node)
        if kind == "ternary_expression":
            yes, no = self.field(node, "consequence"), self.field(node, "alternative")
            return s.Choice(*place, self.field(node, "condition"), yes, no)
        if kind == "binary_expression":
            operator = node.field("operator")
            word = operator.text() if operator is not None else "?"
            return s.Binary(*place, _SAME.get(word, word), self.field(node, "left"), self.field(node, "right"))
        if kind == "unary_expression" and node.text().startswith("!"):
            return s.Not(*place, self.field(node, "argument"))
        if kind == "assignment_expression":
            return self.assignment(node)
        if kind == "augmented_assignment_expression":
            left, operator = self.field(node, "left"), node.field("operator")
            word = operator.text().removesuffix("=") if operator is not None else "?"
            return s.Assign(*place, left, s.Binary(*place, _SAME.get(word, word), left, self.field(node, "right")))
        return s.Opaque(*place, f"a {kind.replace('_', ' ')}")

    def name(self, node: SgNode) -> s.Node:
        text = node.text()
        return s.Const(*at(node), None) if text == "undefined" else s.Name(*at(node), text)

    def piece(self, node: SgNode) -> s.Node:
        if node.kind() == "template_substitution":
            return self.expression(named(node)[0]) if named(node) else s.Const(*at(node), "")
        return s.Const(*at(node), _fragment(node))

    def arguments(self, node: SgNode) -> tuple[s.Node, ...]:
        given = node.field("arguments")
        return tuple(self.expression(child) for child in named(given)) if given is not None else ()

    def assignment(self, node: SgNode) -> s.Assign:
        left = node.field("left")
        if left is not None and left.text() == "module.exports":
            return s.Assign(*at(node), s.Name(*at(node), "default"), self.field(node, "right"))
        target = self.target(left) if left is not None else s.Opaque(*at(node), "nothing")
        return s.Assign(*at(node), target, self.field(node, "right"))

    def entry(self, node: SgNode) -> tuple[s.Node | None, s.Node]:
        kind = node.kind()
        if kind == "pair":
            key = node.field("key")
            return (self.key(key) if key is not None else s.Const(*at(node), "")), self.field(node, "value")
        if kind == "spread_element":
            return None, self.expression(named(node)[0])
        if kind == "method_definition":
            made = self.function(node, "function")
            return s.Const(*at(node), made.name), made
        return s.Const(*at(node), node.text()), self.expression(node)

    def key(self, node: SgNode) -> s.Node:
        if node.kind() == "computed_property_name":
            return self.expression(named(node)[0])
        return s.Const(*at(node), string_value(node) if node.kind() == "string" else node.text())

    def target(self, node: SgNode) -> s.Node:
        """What is assigned to: a name, a member, or a pattern."""
        if node.kind() == "object_pattern":
            return self.pattern(node)
        if node.kind() == "array_pattern":
            return s.ListOf(*at(node), tuple(self.target(child) for child in named(node)))
        return self.expression(node)

    def pattern(self, node: SgNode) -> s.Pattern:
        entries: list[tuple[str, s.Node, s.Node | None]] = []
        rest = None
        for child in named(node):
            default = None
            target: SgNode | None = child
            if child.kind() == "rest_pattern":
                rest = named(child)[0].text()
                continue
            key = child.text()
            if child.kind() == "pair_pattern":
                name, target = child.field("key"), child.field("value")
                key = name.text().strip("\"'") if name is not None else ""
            if target is not None and target.kind() in {"object_assignment_pattern", "assignment_pattern"}:
                value, target = target.field("right"), target.field("left")
                default = self.expression(value) if value is not None else None
                key = key.partition("=")[0].strip()
            if target is not None:
                entries.append((key, self.target(target), default))
        return s.Pattern(*at(node), tuple(entries), rest)

    def function(self, node: SgNode, kind: s.Kind) -> s.FunctionNode:
        name, body, single = node.field("name"), node.field("body"), node.field("parameter")
        given = node.field("parameters")
        parameters = tuple(self.parameter(child) for child in named(given)) if given is not None else ()
        if single is not None:
            parameters = (s.Parameter(self.target(single)),)
        inside: tuple[s.Node, ...] = ()
        if body is not None and body.kind() == "statement_block":
            inside = self.block(named(body))
        elif body is not None:
            inside = (s.Return(*at(body), self.expression(body)),)
        return s.FunctionNode(*at(node), name.text() if name is not None else "", parameters, inside, kind)

    def parameter(self, node: SgNode) -> s.Parameter:
        target, default = node.field("pattern"), node.field("value")
        if node.kind() == "assignment_pattern":
            target, default = node.field("left"), node.field("right")
        if target is None:
            target = node
        is_field = any(child.kind() in {"accessibility_modifier", "readonly"} for child in node.children())
        if target.kind() == "rest_pattern":
            return s.Parameter(self.target(named(target)[0]), kind="rest")
        made = self.expression(default) if default is not None else None
        return s.Parameter(self.target(target), made, is_field=is_field)

    def a_class(self, node: SgNode) -> s.Class:
        body, name = node.field("body"), node.field("name")
        methods: list[s.FunctionNode] = []
        fields: list[s.Assign] = []
        shared: list[s.Node] = []
        for member in named(body) if body is not None else []:
            if member.kind() == "method_definition":
                kind: s.Kind = "static" if _has(member, "static") else "getter" if _has(member, "get") else "method"
                if not _has(member, "set"):
                    methods.append(self.function(member, kind))
            elif member.kind() in {"public_field_definition", "field_definition"}:
                title, value = member.field("name") or member.field("property"), member.field("value")
                if title is not None and value is not None:
                    made = s.Assign(*at(member), s.Name(*at(title), title.text()), self.expression(value))
                    (shared if _has(member, "static") else fields).append(made)
        return s.Class(
            *at(node),
            name.text() if name is not None else "",
            self.bases(node),
            tuple(methods),
            tuple(fields),
            tuple(shared),
        )

    def bases(self, node: SgNode) -> tuple[s.Node, ...]:
        for child in named(node):
            if child.kind() == "class_heritage":
                inner = named(child)
                clause = next((part for part in inner if part.kind() == "extends_clause"), None)
                if clause is not None:
                    return (self.expression(named(clause)[0]),)
                return tuple(self.expression(part) for part in inner[:1] if part.kind() != "implements_clause")
        return ()


def _number(text: str) -> int | float | None:
    try:
        return int(text.replace("_", ""), 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None
