"""The least rights that a user of Redis needs, as the page for operators says them."""

from __future__ import annotations

import re

from tests.running import ROOT

PAGE = ROOT / "docs" / "how-to" / "which-redis.md"


def rule() -> list[str]:
    """The words behind the user's name."""
    found = re.search(r"<!-- acl -->\n```\nACL SETUSER shim (.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1].split()


def rule_for(prefix: str, password: str, *, cluster: bool = False) -> list[str]:
    """The same for other keys than those of the page."""
    keys = f"{{{prefix}:*" if cluster else f"{{{prefix}}}:*"
    more = ["+cluster|slots"] if cluster else []
    return [word.replace("PASSWORD", password).replace("{ws2sse}:*", keys) for word in rule()] + more


def commands() -> set[str]:
    """Lower case; subcommands as `script|load`."""
    return {word[1:] for word in rule() if word.startswith("+")}
