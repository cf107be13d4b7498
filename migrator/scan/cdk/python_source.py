"""A Python file as syntax of a CDK program."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.scan.cdk import syntax as s

_OPERATORS = {
    ast.Add: "+", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "==", ast.IsNot: "!=",
    ast.Div: "/", ast.Mod: "%", ast.Sub: "-", ast.Mult: "*", ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=",
}  # fmt: skip


def read_python(text: str, path: str) -> s.Source:
    """Raises SyntaxError, ValueError or RecursionError for what isn't Python."""
    tree = ast.parse(text)
    reader = _Reader()
    return s.Source(path, "python", reader.block(tree.body), tuple(reader.imports))


class _Reader:
    def __init__(self) -> None:
        self.imports: list[s.Import] = []

    def block(self, body: list[ast.stmt]) -> tuple[s.Node, ...]:
        return tuple(node for statement in body for node in self.statement(statement))

    def statement(self, node: ast.stmt) -> Iterator[s.Node]:  # noqa: PLR0912 - one line a kind of statement
        at = (node.lineno, node.col_offset + 1)
        match node:
            case ast.Expr(value):
                yield self.expression(value)
            case ast.Assign(targets, value):
                yield from (s.Assign(*at, self.expression(target), self.expression(value)) for target in targets)
            case ast.AnnAssign(target, _, ast.expr() as value):
                yield s.Assign(*at, self.expression(target), self.expression(value))
            case ast.AugAssign(target, operator, value):
                known, given = self.expression(target), self.expression(value)
                yield s.Assign(*at, known, s.Binary(*at, _OPERATORS.get(type(operator), "?"), known, given))
            case ast.If(test, body, otherwise):
                yield s.If(*at, self.expression(test), self.block(body), self.block(otherwise))
            case ast.For(target, iterable, body, otherwise):
                yield s.For(*at, self.expression(target), self.expression(iterable), self.block(body))
                yield from self.block(otherwise)
            case ast.While(test, body):
                yield s.If(*at, s.Opaque(*at, "a loop"), self.block(body), ())
            case ast.Match(subject, cases):
                yield self.expression(subject)
                yield from (s.If(*at, s.Opaque(*at, "a pattern"), self.block(case.body), ()) for case in cases)
            case ast.Return(value):
                yield s.Return(*at, self.expression(value) if value else None)
            case ast.Raise():
                yield s.Raise(*at)
            case ast.Continue() | ast.Break():
                yield s.Jump(*at, isinstance(node, ast.Break))
            case ast.With(items, body):
                for item in items:
                    if item.optional_vars is not None:
                        yield s.Assign(*at, self.expression(item.optional_vars), self.expression(item.context_expr))
                yield from self.block(body)
            case ast.Try(body, _, otherwise, final):
                yield from (*self.block(body), *self.block(otherwise), *self.block(final))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield self.function(node)
            case ast.ClassDef():
                yield self.a_class(node)
            case ast.Import() | ast.ImportFrom():
                yield from self.imported(node, at)

    def imported(self, node: ast.Import | ast.ImportFrom, at: tuple[int, int]) -> Iterator[s.Import]:
        found = []
        if isinstance(node, ast.ImportFrom):
            names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
            found.append(s.Import(*at, node.module or "", node.level, names))
        else:
            for alias in node.names:
                # `import a.b` binds `a`; `import a.b as c` binds the module itself.
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                found.append(s.Import(*at, module, 0, (("*", alias.asname or module),)))
        self.imports.extend(found)
        yield from found

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, *, method: bool = False) -> s.FunctionNode:
        marks = {mark.id if isinstance(mark, ast.Name) else getattr(mark, "attr", "") for mark in node.decorator_list}
        kind: s.Kind = "method" if method else "function"
        if "staticmethod" in marks:
            kind = "static"
        elif "classmethod" in marks:
            kind = "class"
        elif marks & {"property", "cached_property"}:
            kind = "getter"
        at = (node.lineno, node.col_offset + 1)
        return s.FunctionNode(*at, node.name, self.parameters(node.args), self.block(node.body), kind)

    def parameters(self, given: ast.arguments) -> tuple[s.Parameter, ...]:
        def name(argument: ast.arg) -> s.Name:
            return s.Name(argument.lineno, argument.col_offset + 1, argument.arg)

        plain = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(given.defaults)), *given.defaults]
        made = [
            s.Parameter(name(argument), self.expression(default) if default else None)
            for argument, default in zip(plain, defaults, strict=True)
        ]
        if given.vararg:
            made.append(s.Parameter(name(given.vararg), kind="rest"))
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            made.append(s.Parameter(name(argument), self.expression(default) if default else None, "keyword"))
        if given.kwarg:
            made.append(s.Parameter(name(given.kwarg), kind="keywords"))
        return tuple(made)

    def a_class(self, node: ast.ClassDef) -> s.Class:
        marks = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
        functions = [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
        others = [item for item in node.body if item not in functions]
        return s.Class(
            node.lineno,
            node.col_offset + 1,
            node.name,
            tuple(self.expression(base) for base in node.bases),
            tuple(self.function(item, method=True) for item in functions),
            (),
            self.block(others),
            is_record=any(getattr(mark, "id", getattr(mark, "attr", "")) == "dataclass" for mark in marks)
            or any(
                getattr(base, "id", getattr(base, "attr", "")) in {"BaseModel", "NamedTuple"} for base in node.bases
            ),
            annotated=tuple(
                item.target.id
                for item in others
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            ),
        )

    def expression(self, node: ast.expr) -> s.Node:  # noqa: PLR0911, PLR0912 - one line a kind of expression
        at = (node.lineno, node.col_offset + 1)
        match node:
            case ast.Constant(value):
                return s.Const(*at, value if isinstance(value, str | int | float | bool | None) else None)
            case ast.JoinedStr(values):
                return s.Text(*at, tuple(self.expression(value) for value in values))
            case ast.FormattedValue(value):
                return self.expression(value)
            case ast.Name(name):
                return s.Name(*at, name)
            case ast.Attribute(value, name):
                return s.Member(*at, self.expression(value), name)
            case ast.Subscript(value, key):
                return s.Index(*at, self.expression(value), self.expression(key))
            case ast.Starred(value):
                return s.Spread(*at, self.expression(value))
            case ast.Call(callee, arguments, keywords):
                return s.Call(
                    *at,
                    self.expression(callee),
                    tuple(self.expression(argument) for argument in arguments),
                    tuple((keyword.arg, self.expression(keyword.value)) for keyword in keywords),
                )
            case ast.List(items) | ast.Tuple(items) | ast.Set(items):
                return s.ListOf(*at, tuple(self.expression(item) for item in items))
            case ast.Dict(keys, values):
                pairs = zip(keys, values, strict=True)
                return s.Record(*at, tuple((self.expression(k) if k else None, self.expression(v)) for k, v in pairs))
            case ast.IfExp(test, yes, no):
                return s.Choice(*at, self.expression(test), self.expression(yes), self.expression(no))
            case ast.BoolOp(operator, values):
                word = "or" if isinstance(operator, ast.Or) else "and"
                made = self.expression(values[0])
                for value in values[1:]:
                    made = s.Binary(*at, word, made, self.expression(value))
                return made
            case ast.BinOp(left, operator, right):
                return s.Binary(*at, _OPERATORS.get(type(operator), "?"), self.expression(left), self.expression(right))
            case ast.Compare(left, [operator], [right]):
                return s.Binary(*at, _OPERATORS.get(type(operator), "?"), self.expression(left), self.expression(right))
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as number)):
                return s.Const(*at, -number)
            case ast.UnaryOp(ast.Not(), value):
                return s.Not(*at, self.expression(value))
            case ast.Lambda(given, body):
                return s.FunctionNode(*at, "", self.parameters(given), (s.Return(*at, self.expression(body)),))
            case ast.ListComp(element, [only]) | ast.GeneratorExp(element, [only]) | ast.SetComp(element, [only]):
                return self.comprehension(at, None, element, only)
            case ast.DictComp(key, value, [only]):
                return self.comprehension(at, key, value, only)
            case ast.NamedExpr(_, value) | ast.Await(value):
                return self.expression(value)
        return s.Opaque(*at, f"a {type(node).__name__}")

    def comprehension(
        self, at: tuple[int, int], key: ast.expr | None, element: ast.expr, only: ast.comprehension
    ) -> s.Comprehension:
        return s.Comprehension(
            *at,
            self.expression(key) if key is not None else None,
            self.expression(element),
            self.expression(only.target),
            self.expression(only.iter),
            tuple(self.expression(condition) for condition in only.ifs),
        )
