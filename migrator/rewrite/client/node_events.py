"""socket.on("message", (data) => ...) -> socket.addEventListener("message", ({ data }) => ...).
https://github.com/websockets/ws/blob/master/doc/ws.md#event-message

The `ws` package calls its listeners with values, where the standard interface has events.
"""

from __future__ import annotations

from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.names import bare
from migrator.rewrite.client.site import Site, arguments
from migrator.rewrite.client.text import TextEdit

EMITTERS: Final = frozenset({"ws", "isomorphic-ws"})
_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "open": (),
    "message": ("data",),
    "close": ("code", "reason"),
    "error": (),
}
"""Names of the event's fields in the order in which `ws` passes their values. An error is passed as it is: the event
has a `message` too."""
_EVENT_TYPES: Final = {"message": "MessageEvent", "close": "CloseEvent"}
_ADDS: Final = {"on", "once", "addListener"}
_MISSING: Final = frozenset({"ping", "pong", "off", "removeListener", "removeAllListeners", "pause", "resume"})
_FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "function"})


def listener_edits(site: Site) -> list[TextEdit] | str:
    """The edits, or why the listeners have no counterpart."""
    name = site.kept_as
    edits: list[TextEdit] = []
    for call in site.script.root.find_all(kind="call_expression"):
        called = call.field("function")
        target = called.field("object") if called is not None else None
        method = called.field("property") if called is not None else None
        if called is None or target is None or method is None:
            continue
        if target.text() != name:
            if method.text() in _ADDS and _event(call) == "message":
                return f"{target.text()} gets listeners, and it is not known whether it is this socket"
            continue
        if method.text() in _MISSING or (method.text() == "send" and len(arguments(call)) > 1):
            return f"SseSocket has no counterpart of {called.text()}"
        if method.text() == "terminate":
            edits.append(TextEdit(*site.at(method), "close"))
        elif method.text() in _ADDS:
            found = _listener(site, call, method)
            if isinstance(found, str):
                return found
            edits += found
    return edits


def _event(call: SgNode) -> str:
    first = next(iter(arguments(call)), None)
    return first.text()[1:-1] if first is not None and first.kind() == "string" else ""


def _listener(site: Site, call: SgNode, method: SgNode) -> list[TextEdit] | str:
    event, given = _event(call), arguments(call)
    parent = call.parent()
    if event not in _VALUES or len(given) != 2:
        return f"SseSocket has no counterpart of {call.text().splitlines()[0]}"
    if parent is not None and parent.kind() == "member_expression":
        return "the calls of on() are chained"
    parameters = _parameters(site, event, bare(given[1]))
    if isinstance(parameters, str):
        return parameters
    edits = [TextEdit(*site.at(method), "addEventListener"), *parameters]
    if method.text() == "once":
        end = site.at(given[1])[1]
        edits.append(TextEdit(end, end, ", { once: true }"))
    return edits


def _parameters(site: Site, event: str, listener: SgNode) -> list[TextEdit] | str:
    fields = _VALUES[event]
    if not fields:
        return []
    if listener.kind() not in _FUNCTIONS:
        return _wrapped(site, event, listener)
    single = listener.field("parameter")
    listed = listener.field("parameters")
    named = [single] if single is not None else [c for c in listed.children() if c.is_named()] if listed else []
    if not named:
        return []
    names = [(node.field("pattern") or node) for node in named]
    if len(names) > len(fields) or any(name.kind() != "identifier" for name in names):
        return f"the listener of {event!r} takes something else than {', '.join(fields)}"
    taken = ", ".join(
        field if field == name.text() else f"{field}: {name.text()}" for field, name in zip(fields, names, strict=False)
    )
    typed = f": {_EVENT_TYPES[event]}" if any(node.field("type") for node in named) else ""
    whole = single if single is not None else listed
    return [TextEdit(*site.at(whole), f"({{ {taken} }}{typed})")] if whole is not None else []


def _wrapped(site: Site, event: str, listener: SgNode) -> list[TextEdit] | str:
    """A listener that is defined elsewhere keeps its parameters."""
    is_bound = listener.kind() == "call_expression" and ".bind(" in listener.text()
    if listener.kind() != "identifier" and not is_bound:
        return f"it is not known what the listener of {event!r} takes"
    fields = ", ".join(_VALUES[event])
    start, end = site.at(listener)
    return [TextEdit(start, start, f"({{ {fields} }}) => "), TextEdit(end, end, f"({fields})")]
