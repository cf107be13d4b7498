"""References and expressions: what stands after a dollar sign, and between the parentheses of a directive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NoReturn

from shim.gateway.vtl.calls import check_call
from shim.gateway.vtl.errors import Refusal, TemplateInvalid, position
from shim.gateway.vtl.limits import NESTING
from shim.gateway.vtl.nodes import (
    Binary,
    Constant,
    Expression,
    Index,
    Interpolated,
    ListOf,
    MapOf,
    Node,
    Not,
    Property,
    Range,
    Reference,
    Step,
)

_REFERENCE: Final = re.compile(r"\$(!)?(\{)?([A-Za-z_][A-Za-z0-9_-]*)")
_PROPERTY: Final = re.compile(r"\.([A-Za-z][A-Za-z0-9_-]*)")
_INDEX: Final = re.compile(r"\[(?=[ \t\r\n]*(?:[\"'$0-9-]|true\b|false\b))")
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_NUMBER: Final = re.compile(r"-?(?:[0-9]{1,19}(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_STRING: Final = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|'([^']*)'", re.DOTALL)
_TRUTH: Final = re.compile(r"(true|false)\b")
_NOT: Final = re.compile(r"!|not\b")
_OPERATORS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\|\||or\b",
        r"&&|and\b",
        r"==|!=|(?:eq|ne)\b",
        r"<=|>=|<|>|(?:le|ge|lt|gt)\b",
        r"[+-]",
        r"[*/%]",
    )
)
"""From what binds least to what binds most."""
_WORDS: Final = {"or": "||", "and": "&&", "eq": "==", "ne": "!=", "le": "<=", "ge": ">=", "lt": "<", "gt": ">"}


class ExpressionParser:
    """Reads `text` from the offset `here` up to the offset `end`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.here = 0
        self.end = len(text)
        self._depth = 0

    def nodes(self) -> Sequence[Node]:
        """The template between `here` and `end`."""
        raise NotImplementedError

    def reference(self, backslashes: int = 0) -> Reference | None:
        """The reference that begins here; None when the dollar sign begins none."""
        at = self.here
        found = self.take(_REFERENCE)
        if found is None:
            return None
        steps: list[Step] = []
        while (step := self._step(found[3], first=not steps)) is not None:
            steps.append(step)
        if found[2] and not self.accept("}"):
            self.invalid(f"the reference {self.text[at : self.here]} has no closing brace", at)
        return Reference(at, self.text[at : self.here], found[3], tuple(steps), bool(found[1]), backslashes)

    def expression(self, level: int = 0) -> Expression:
        """Operators of this level and of those that bind more."""
        if level == len(_OPERATORS):
            return self._unary()
        left = self.expression(level + 1)
        while True:
            self.blank()
            at = self.here
            found = self.take(_OPERATORS[level])
            if found is None:
                return left
            left = Binary(at, _WORDS.get(found[0], found[0]), left, self.expression(level + 1))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > NESTING:
            self.invalid(f"more than {NESTING} levels are nested")
        yield
        self._depth -= 1

    def invalid(self, problem: str, at: int | None = None) -> NoReturn:
        raise TemplateInvalid(problem, *position(self.text, self.here if at is None else at))

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.here, self.end)
        if found:
            self.here = found.end()
        return found

    def blank(self) -> None:
        self.take(_BLANK)

    def accept(self, mark: str) -> bool:
        if self.text.startswith(mark, self.here, self.end):
            self.here += len(mark)
            return True
        return False

    def expect(self, mark: str) -> None:
        self.blank()
        if not self.accept(mark):
            self.invalid(f"expected {mark!r}, found {self._found()}")

    def _found(self) -> str:
        return repr(self.text[self.here]) if self.here < self.end else "the end"

    def _step(self, name: str, *, first: bool) -> Step | None:
        at = self.here
        if self.take(_INDEX):
            key = self._primary()
            self.expect("]")
            return Index(at, key)
        found = self.take(_PROPERTY)
        if found is None:
            return None
        if not self.accept("("):
            return Property(at, found[1])
        arguments = tuple(self._items(")"))
        try:
            return check_call(at, name if first else None, found[1], arguments)
        except Refusal as error:
            self.invalid(str(error), at)

    def _items(self, close: str) -> Iterator[Expression]:
        """Expressions between commas, up to the closing mark."""
        self.blank()
        if self.accept(close):
            return
        while True:
            with self.deeper():
                yield self.expression()
            self.blank()
            if self.accept(close):
                return
            self.expect(",")

    def _unary(self) -> Expression:
        self.blank()
        if self.take(_NOT):
            with self.deeper():
                return Not(self._unary())
        return self._primary()

    def _primary(self) -> Expression:
        self.blank()
        at = self.here
        if found := self.take(_STRING):
            return Constant(found[2]) if found[1] is None else self._interpolated(found)
        if self.text.startswith("$", at, self.end):
            reference = self.reference()
            if reference is None:
                self.invalid("a reference is expected after the dollar sign")
            return reference
        if found := self.take(_TRUTH):
            return Constant(found[1] == "true")
        if found := self.take(_NUMBER):
            return Constant(int(found[0]) if found[0].lstrip("-").isdigit() else float(found[0]))
        with self.deeper():
            return self._enclosed(at)

    def _enclosed(self, at: int) -> Expression:
        if self.accept("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.accept("{"):
            return self._map()
        if not self.accept("["):
            self.invalid(f"a value is expected, found {self._found()}")
        return self._list(at)

    def _interpolated(self, found: re.Match[str]) -> Expression:
        """A string in double quotes. Its backslashes stay, save before what they escape in a template."""
        if not re.search(r"[$#]", found[1]):
            return Constant(found[1])
        after, end = self.here, self.end
        self.here, self.end = found.span(1)
        with self.deeper():
            body = self.nodes()
        self.here, self.end = after, end
        return Interpolated(body)

    def _map(self) -> Expression:
        pairs: list[tuple[Expression, Expression]] = []
        self.blank()
        if self.accept("}"):
            return MapOf(())
        while True:
            key = self.expression()
            self.expect(":")
            pairs.append((key, self.expression()))
            self.blank()
            if self.accept("}"):
                return MapOf(tuple(pairs))
            self.expect(",")

    def _list(self, at: int) -> Expression:
        self.blank()
        if self.accept("]"):
            return ListOf(())
        items = [self.expression()]
        self.blank()
        if self.accept(".."):
            last = self.expression()
            self.expect("]")
            return Range(at, items[0], last)
        while not self.accept("]"):
            self.expect(",")
            items.append(self.expression())
            self.blank()
        return ListOf(tuple(items))
