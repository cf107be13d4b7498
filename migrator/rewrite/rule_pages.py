"""The page of each rule, as Markdown: in docs/rules, and what `ws2sse explain RULE` prints."""

from __future__ import annotations

import difflib
import re
from inspect import cleandoc

from migrator.inventory.outcome import Safety
from migrator.rewrite.rule import Example, RulePage

SAFETY: dict[Safety, str] = {
    "safe": "`safe`: clients see the same messages.",
    "review": "`review`: an order, an authentication step, the size of a payload or a reconnect behaves differently.",
    "manual": "`manual`: it can't be right automatically; a person decides.",
}

_INDEX = """\
# Rules

What `ws2sse migrate` does to code, a page each. `ws2sse explain RULE` prints the same in a terminal.
These pages are made from the rules; the tests run their examples.

| rule | safety | what it does |
|--|--|--|
"""


def rule_page(rule: RulePage) -> str:
    head, _blank, rest = cleandoc(rule.summary).partition("\n")
    parts = [f"# {rule.name}", f"{head.strip()}"]
    if rest.strip():
        parts.append(_linked(rest.strip()))
    parts += ["## Safety", SAFETY[rule.safety], "## Example", _example(rule.example)]
    parts += [
        "## What it leaves alone",
        "\n".join(f"- {phrase[0].upper()}{phrase[1:]}." for phrase in rule.leaves_alone),
    ]
    return "\n\n".join(parts) + "\n"


def index_page(rules: dict[str, RulePage]) -> str:
    rows = "".join(f"| [{name}]({name}.md) | {page.safety} | {page.title} |\n" for name, page in rules.items())
    return f"{_INDEX}{rows}"


def example_diff(example: Example) -> str:
    """Unified, with whole files as context: examples are short."""
    lines = difflib.unified_diff(
        example.before.splitlines(keepends=True), example.after.splitlines(keepends=True), n=1000
    )
    return "".join(list(lines)[3:])


def _example(example: Example) -> str:
    if example.is_generated:
        before, after = ("python", "python") if example.path.endswith(".py") else ("yaml", "diff")
        return f"```{before}\n{example.before}```\n\nadds to `{example.path}`:\n\n```{after}\n{example.after}```"
    return f"`{example.path}`:\n\n```diff\n{example_diff(example)}```"


def _linked(text: str) -> str:
    """Addresses that stand in the text become links."""
    return re.sub(r"https://\S*[\w/]", lambda address: f"<{address[0]}>", text)
