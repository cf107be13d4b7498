"""Handlers of a few lines and the endpoints that come of them, without the imports spelled out in each case."""

import re
from typing import Any

from migrator.inventory.model import Inventory
from tests.migrator.rewrite.applications import assert_rewrites, inventory, run

ROUTE = {"chat": "app.py:handle"}
CONNECT = {"$connect": "app.py:handle"}
OK = 'return {"statusCode": 200}'
DONE = "return Response(status_code=200)"

SOURCES = (
    ("fastapi", ("Response",)),
    ("sse_service.answers", ("connect_response", "send_answer", "to_response")),
    ("sse_service.caller", ("Caller", "CurrentCaller", "MessageText")),
    ("sse_service.models", ("ChatMessage",)),
)


def handler_of(body: str, head: str = "") -> str:
    """`body`: statements without indent; several lines are separate statements or blocks."""
    return f"{head}def handle(event, context):\n{_indented(body)}"


def endpoint_of(parameters: str, body: str, head: str = "", *, more: str = "", returns: str = "Response") -> str:
    """`head`: what stands above, its own imports first; `more`: text in which names may be used, too."""
    used = f"{parameters} {body} {head} {more}"
    lines = ""
    for source, names in SOURCES:
        wanted = [name for name in names if _uses(used, name) or name == "Response"]
        lines += f"from {source} import {', '.join(wanted)}\n" if wanted else ""
    imports, _gap, rest = head.partition("\n\n") if head.startswith(("import", "from")) else ("", "", head)
    top = f"{imports}\n\n{lines}" if imports else lines
    rest = f"\n{rest}" if rest and not rest.startswith("\n") else rest
    between = rest if rest.strip() else "\n\n"
    return f"{top}{between}def handle({parameters}) -> {returns}:\n{_indented(body)}"


def assert_native(
    before: str,
    parameters: str,
    after: str,
    *,
    head: str = "",
    head_after: str | None = None,
    routes: dict[str, str] | None = None,
    known: Inventory | None = None,
    returns: str = "Response",
) -> None:
    """The body `before` of a handler becomes the body `after` of an endpoint with these parameters."""
    assert_rewrites(
        handler_of(before, head),
        endpoint_of(parameters, after, head if head_after is None else head_after, returns=returns),
        known or inventory(routes or ROUTE),
    )


def why(source: str, routes: dict[str, str] | None = None, *, more: dict[str, str] | None = None, **known: Any) -> str:
    """The predicate that failed; nothing has changed then."""
    result = run({"app.py": source, **(more or {})}, inventory(routes or ROUTE, **known))
    assert result.texts == {}
    assert {level.level for level in result.levels} == {"transport"}
    return result.levels[0].reason


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in body.split("\n"))


def _uses(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None
