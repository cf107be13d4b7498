"""Functions that something other than a route runs, as a dual run needs them, and what runs them by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Handler, Inventory, Resource, Trigger
from migrator.inventory.outside import INSIDE, runs_outside
from migrator.scan.resource_kinds import FUNCTIONS, TABLES
from shim.dualrun.record.trigger import TriggerKind
from shim.dualrun.replay.functions import OutsideFunction, Source, SourceKind

UNKNOWN: Final = Trigger(kind="call", source="something that was not read")

_SOURCES: Final[dict[str, SourceKind]] = {
    **dict.fromkeys(TABLES, "stream"),
    "AWS::SQS::Queue": "queue",
    "AWS::SNS::Topic": "topic",
}


def outside_functions(inventory: Inventory) -> tuple[OutsideFunction, ...]:
    """All that can run here, and that push or are run by what the application itself does: they may lead to others
    that push."""
    pushing = {handler for push in inventory.pushes for handler in push.handlers}
    return tuple(
        OutsideFunction(
            id=handler.id,
            root=handler.root,
            module=handler.module,
            function=handler.function,
            name=_name(inventory, handler),
            import_path=handler.import_path,
            environment=handler.environment,
            sources=tuple(dict.fromkeys(_sources(inventory, handler))),
        )
        for handler in inventory.handlers
        if can_run(handler) and runs_outside(handler) and (handler.id in pushing or _is_led_to(handler))
    )


def _is_led_to(handler: Handler) -> bool:
    return any(
        trigger.kind in {"stream", "queue"} or (trigger.kind == "call" and trigger.source.startswith("invoked by "))
        for trigger in handler.triggers
    )


def can_run(handler: Handler) -> bool:
    return handler.language == "python" and handler.problem is None


def pushers_outside(inventory: Inventory) -> Iterator[tuple[Handler, Trigger]]:
    """Handlers that push, with each trigger that is none of the API's. What nothing is known to run, is called."""
    pushing = {handler for push in inventory.pushes for handler in push.handlers}
    for handler in inventory.handlers:
        if handler.id in pushing and not handler.triggers:
            yield handler, UNKNOWN
        elif handler.id in pushing:
            yield from ((handler, trigger) for trigger in handler.triggers if trigger.kind not in INSIDE)


def source_kind(inventory: Inventory, handler: Handler, trigger: Trigger) -> TriggerKind | None:
    """What runs it, by the resource that the trigger names, else by what the code reads; None for a stream or a queue
    of a service whose events can't be made up, such as Kinesis."""
    if trigger.kind == "schedule":
        return "schedule"
    if trigger.kind == "call":
        return "http" if trigger.source.startswith("http ") else "call"
    resource = resource_named(inventory, trigger.source)
    if resource is not None:
        return _SOURCES.get(resource.type)
    inner = {name.split(".")[1] for key in handler.reads if (name := key.name).startswith("Records[].")}
    if trigger.kind == "stream":
        return None if "kinesis" in inner else "stream"
    return "topic" if "Sns" in inner else "queue"


def resource_named(inventory: Inventory, name: str) -> Resource | None:
    """Of what a trigger names: a logical id, or what is called so."""
    known = [resource for resource in inventory.resources if resource.type in {*_SOURCES, "AWS::Kinesis::Stream"}]
    by_id = (resource for resource in known if resource.id == name)
    return next(by_id, None) or next((resource for resource in known if resource.name == name), None)


def _sources(inventory: Inventory, handler: Handler) -> Iterator[Source]:
    for trigger in handler.triggers:
        if trigger.kind not in {"stream", "queue"}:
            continue
        resource = resource_named(inventory, trigger.source)
        name = (resource.name if resource is not None else None) or trigger.source
        match source_kind(inventory, handler, trigger):
            case "stream" | "queue" | "topic" as kind:
                yield Source(kind, name)


def _name(inventory: Inventory, handler: Handler) -> str:
    """By which code invokes it."""
    for resource in inventory.resources:
        if resource.type in FUNCTIONS and resource.location == handler.declared_in:
            return resource.properties.get("FunctionName") or resource.name or ""
    return ""
