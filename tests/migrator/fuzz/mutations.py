"""What happens to files in real life, and worse: each takes a text and gives another."""

from __future__ import annotations

import io
import random
import re
import tokenize
from collections.abc import Callable

Mutation = Callable[[str, random.Random], str]


def renamed(text: str, chance: random.Random) -> str:
    """One name becomes another, everywhere."""
    names = sorted(set(re.findall(r"\b[a-z_]{4,}\b", text)))
    return (
        re.sub(rf"\b{chance.choice(names)}\b", chance.choice(["event", "client", "x", "größe"]), text)
        if names
        else text
    )


def indented_by_two(text: str, _chance: random.Random) -> str:
    return re.sub(r"^(?: {4})+", lambda match: "  " * (len(match[0]) // 4), text, flags=re.MULTILINE)


def indented_by_tabs(text: str, _chance: random.Random) -> str:
    return re.sub(r"^(?: {4})+", lambda match: "\t" * (len(match[0]) // 4), text, flags=re.MULTILINE)


def with_crlf(text: str, _chance: random.Random) -> str:
    return text.replace("\n", "\r\n")


def with_byte_order_mark(text: str, _chance: random.Random) -> str:
    return "\ufeff" + text


def with_form_feed(text: str, chance: random.Random) -> str:
    return _at_a_line(text, chance, "\f\n")


def with_stray_text(text: str, chance: random.Random) -> str:
    return _at_a_line(
        text, chance, chance.choice(["))\n", "\x00", "    \n\t\n", "# connectionId \u2028\n", "'''\n", "é = 1\n"])
    )


def truncated(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def without_a_token(text: str, chance: random.Random) -> str:
    try:
        tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.string.strip()]
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return text[1:]
    token = chance.choice(tokens)
    lines = text.splitlines(keepends=True)
    row, column = token.start
    lines[row - 1] = lines[row - 1][:column] + lines[row - 1][column + len(token.string.partition("\n")[0]) :]
    return "".join(lines)


def with_a_block_twice(text: str, chance: random.Random) -> str:
    blocks = text.split("\n\n\n")
    return "\n\n\n".join([*blocks, chance.choice(blocks)])


def without_a_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        del lines[chance.randrange(len(lines))]
    return "".join(lines)


def with_lines_swapped(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) > 1:
        at = chance.randrange(len(lines) - 1)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "".join(lines)


def on_one_line(text: str, chance: random.Random) -> str:
    """Two statements share a line."""
    return re.sub(r"\n( +)(\w+ = [^\n\\\"'#]*)\n\1(?=\w+ = )", r"\n\1\2; ", text, count=chance.randint(1, 3))


MUTATIONS: tuple[Mutation, ...] = (
    renamed, indented_by_two, indented_by_tabs, with_crlf, with_byte_order_mark, with_form_feed, with_stray_text,
    truncated, without_a_token, with_a_block_twice, without_a_line, with_lines_swapped, on_one_line,
)  # fmt: skip


def _at_a_line(text: str, chance: random.Random, more: str) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines) + 1), more)
    return "".join(lines)
