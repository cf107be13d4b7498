"""What happens when a push finds its connection gone."""

from __future__ import annotations

import re
from typing import Final

from migrator.inventory.model import GoneHandling
from migrator.scan.node.calls import Calls
from migrator.scan.node.tree import FUNCTIONS, Node

_EXCEPTION: Final = re.compile(
    r"instanceof\s+(?:\w+\.)*GoneException|name\s*===?\s*[\"'`]GoneException|isGone\w*\(|\w*GoneException\("
)
_CODE: Final = re.compile(r"(?i)(?:status_?code|code)\b[\s\S]{0,20}?(?:410\b|[\"'`]GoneException)")
_TEXT: Final = re.compile(r"(?:includes|indexOf|match|test|toString)\([\s\S]{0,40}?(?:410|Gone)")


def gone_handling(push: Node, calls: Calls) -> GoneHandling:
    """Of the nearest handler of errors around the push, else around the calls of its function."""
    found = _around(push)
    if found is not None:
        return found
    function = next((above for above in push.ancestors() if above.kind in FUNCTIONS), None)
    while function is not None:
        for call in calls.callers.get(id(function), ()):
            found = _around(call)
            if found is not None:
                return found
        function = next((above for above in function.ancestors() if above.kind in FUNCTIONS), None)
    return "none"


def _around(node: Node) -> GoneHandling | None:
    child = node
    for above in node.ancestors():
        if above.kind == "try_statement" and child is above.field("body"):
            handler = above.field("handler")
            return _kind(handler.text) if handler is not None else None
        if above.kind == "call_expression":
            called = above.field("function")
            if called is not None and called is child and called.text.endswith(".catch"):
                return _kind(" ".join(given.text for given in above.arguments()))
            if called is not None and called is not child and called.text.endswith(".allSettled"):
                return "broad"
        if above.kind in FUNCTIONS and not (above.parent is not None and above.parent.kind == "arguments"):
            return None
        child = above
    return None


def _kind(text: str) -> GoneHandling:
    if _EXCEPTION.search(text):
        return "exception"
    if _CODE.search(text):
        return "code"
    return "string" if _TEXT.search(text) else "broad"
