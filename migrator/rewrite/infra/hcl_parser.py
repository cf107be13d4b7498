"""Where the parts of a Terraform file stand.
https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

import re
from typing import Final

from migrator.rewrite.infra.hcl_node import Node
from migrator.rewrite.infra.text_edits import line_end
from migrator.rewrite.infra.yaml_document import CannotEdit

DEEPEST: Final = 60
_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")
_HEREDOC: Final = re.compile(r"<<-?([A-Za-z_]\w*)[ \t]*\r?\n")
_LABELS: Final = re.compile(r'[ \t]*((?:"[^"\n]*"[ \t]*|[A-Za-z_][\w-]*[ \t]*)*)\{')
_EQUALS: Final = re.compile(r"[ \t]*(=(?!=)|:)[ \t]*")


class HclParser:
    """`root`: the whole file. Raises CannotEdit when brackets or quotes don't match."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.literal: list[tuple[int, int]] = []
        """Comments and the plain parts of strings: what looks like a reference in there is none."""
        self.root = Node("file", "", 0, 0, len(text))
        self.place = 0
        self._body(self.root, closing="", depth=0)

    def _fail(self, what: str) -> CannotEdit:
        line = self.text.count("\n", 0, self.place) + 1
        return CannotEdit(f"it isn't valid HCL: {what} in line {line}")

    def _blank(self, *, lines: bool) -> None:
        """Past white space and comments; `lines`: past line ends too."""
        while self.place < len(self.text):
            character = self.text[self.place]
            if character in " \t\ufeff" or (lines and character in "\r\n,"):
                self.place += 1
            elif self.text.startswith(("#", "//"), self.place):
                end = line_end(self.text, self.place)
                end -= 1 if self.text[end - 1 : end] == "\n" else 0
                self.literal.append((self.place, end))
                self.place = end
            elif self.text.startswith("/*", self.place):
                end = self.text.find("*/", self.place)
                if end < 0:
                    raise self._fail("a comment has no end")
                self.literal.append((self.place, end + 2))
                self.place = end + 2
            else:
                return

    def _body(self, owner: Node, closing: str, depth: int) -> None:
        """Attributes and blocks, or the entries of an object, up to the closing bracket."""
        if depth > DEEPEST:
            raise self._fail("too many brackets")
        while True:
            self._blank(lines=True)
            if self.place >= len(self.text):
                if closing:
                    raise self._fail(f"{closing} is missing")
                return
            if closing and self.text.startswith(closing, self.place):
                self.place += 1
                return
            before = self.place
            self._statement(owner, closing, depth)
            if self.place == before:
                raise self._fail("something unexpected")

    def _statement(self, owner: Node, closing: str, depth: int) -> None:
        start = self.place
        name = self._key(depth)
        labels = _LABELS.match(self.text, self.place)
        equals = _EQUALS.match(self.text, self.place)
        if equals is not None:
            node = Node("attribute", name, start, equals.end(), parent=owner)
            owner.children.append(node)
            self.place = equals.end()
            self._expression(node, stop="\n," + closing, depth=depth)
        elif labels is not None:
            found = tuple(re.findall(r"[\w.-]+", labels.group(1)))
            node = Node("block", name, start, labels.end(), labels=found, parent=owner)
            owner.children.append(node)
            self.place = labels.end()
            self._body(node, "}", depth + 1)
            node.end = self.place
        else:
            raise self._fail("neither a block nor an attribute")

    def _key(self, depth: int) -> str:
        start = self.place
        if self.text[start] == '"':
            self._string(depth)
            return self.text[start + 1 : self.place - 1]
        if self.text[start] == "(":
            self._group(Node("item", "", start, start), ")", depth)
            return self.text[start : self.place]
        match = _NAME.match(self.text, start)
        if match is None:
            digits = re.compile(r"[\w.-]+").match(self.text, start)
            if digits is None:
                raise self._fail("something unexpected")
            match = digits
        self.place = match.end()
        return match.group()

    def _expression(self, node: Node, stop: str, depth: int) -> None:
        """Up to a character of `stop` outside of brackets; the node ends behind the last that is no white space."""
        if depth > DEEPEST:
            raise self._fail("too many brackets")
        first = True
        node.end = self.place
        while self.place < len(self.text):
            self._blank(lines=False)
            character = self.text[self.place : self.place + 1]
            if not character or character in stop or (character == "\r" and "\n" in stop):
                return
            heredoc = _HEREDOC.match(self.text, self.place)
            if heredoc is not None:
                self._heredoc(heredoc)
            elif character == '"':
                self._string(depth)
            elif character in "[{":
                node.listed = first
                self._collection(node, depth)
            elif character == "(":
                self._group(node, ")", depth)
            elif character in ")]}":
                raise self._fail(f"an unexpected {character}")
            else:
                self.place += 1
            first = False
            node.end = self.place

    def _collection(self, node: Node, depth: int) -> None:
        opening = self.text[self.place]
        closing = "]" if opening == "[" else "}"
        is_for = re.compile(r"[\[{]\s*for\s").match(self.text, self.place) is not None
        self.place += 1
        if is_for:
            self._rest(closing, depth)
        elif opening == "{":
            self._body(node, closing, depth + 1)
        else:
            self._items(node, closing, depth)

    def _items(self, node: Node, closing: str, depth: int) -> None:
        while not self._closed(closing):
            item = Node("item", str(len(node.children)), self.place, self.place, parent=node)
            node.children.append(item)
            self._expression(item, stop=f"\n,{closing}", depth=depth + 1)
            if item.end == item.start:
                raise self._fail("an empty element")

    def _closed(self, closing: str) -> bool:
        """Goes past blanks, and past the bracket if it is next."""
        self._blank(lines=True)
        if self.place >= len(self.text):
            raise self._fail(f"{closing} is missing")
        if self.text[self.place] != closing:
            return False
        self.place += 1
        return True

    def _group(self, node: Node, closing: str, depth: int) -> None:
        self.place += 1
        while not self._closed(closing):
            before, end = self.place, node.end
            self._expression(node, stop=f"\n,{closing}", depth=depth + 1)
            node.end = end
            if self.place == before:
                raise self._fail("something unexpected")

    def _rest(self, closing: str, depth: int) -> None:
        """Whatever stands in brackets, without looking for elements."""
        scratch = Node("item", "", self.place, self.place)
        while not self._closed(closing):
            before = self.place
            if self.text.startswith("=>", self.place) or self.text[self.place] in ":=":
                self.place += 1
            self._expression(scratch, stop=f"\n,:{closing}", depth=depth + 1)
            if self.place == before:
                raise self._fail("something unexpected")

    def _string(self, depth: int) -> None:
        if depth > DEEPEST:
            raise self._fail("too many brackets")
        plain = self.place
        self.place += 1
        while self.place < len(self.text):
            character = self.text[self.place]
            if character == "\\":
                self.place += 2
            elif character == "\n":
                raise self._fail("a string has no end")
            elif character in "$%" and self.text.startswith(f"{character}{character}{{", self.place):
                self.place += 3
            elif character in "$%" and self.text.startswith("{", self.place + 1):
                self.literal.append((plain, self.place))
                self.place += 2
                self._rest("}", depth + 1)
                plain = self.place
            elif character == '"':
                self.place += 1
                self.literal.append((plain, self.place))
                return
            else:
                self.place += 1
        raise self._fail("a string has no end")

    def _heredoc(self, opening: re.Match[str]) -> None:
        closing = re.compile(rf"^[ \t]*{re.escape(opening.group(1))}[ \t]*(?=\r?$)", re.MULTILINE)
        end = closing.search(self.text, opening.end())
        if end is None:
            raise self._fail("a heredoc has no end")
        plain = opening.end()
        for part in re.compile(r"\$\{[^}\n]*\}").finditer(self.text, opening.end(), end.start()):
            self.literal.append((plain, part.start()))
            plain = part.end()
        self.literal.append((plain, end.start()))
        self.place = end.end()
