"""Names of parameters that hide nothing of the module."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

import libcst as cst
import libcst.matchers as m

CALLERS: Final = ("caller", "peer", "client_connection", "caller_")
TEXTS: Final = ("text", "message_text", "raw_message", "text_")
MESSAGES: Final = ("message", "received", "incoming", "request_message")


def names_in(function: cst.FunctionDef) -> set[str]:
    """Every name that the function uses or has."""
    return {node.value for node in m.findall(function, m.Name()) if isinstance(node, cst.Name)}


def free_name(candidates: tuple[str, ...], taken: AbstractSet[str]) -> str:
    return next((name for name in candidates if name not in taken), f"{candidates[0]}__")
