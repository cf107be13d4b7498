"""The events with which sessions run a function: as its kind of trigger has them, filled with what its code reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from migrator.inventory.messages import TEXT
from migrator.inventory.model import Handler, Inventory, MessageKey, Trigger
from migrator.inventory.record import Location
from migrator.sessions.filling import Values, attributes, below, merged, read_part
from migrator.sessions.lambda_events import (
    bus_event,
    path_parameters,
    queue_record,
    request_v1,
    request_v2,
    schedule_event,
    stream_record,
    topic_record,
)
from migrator.sessions.outside import resource_named
from shim.dualrun.record.trigger import TriggerKind

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_BUS: Final = frozenset({"event", "EventBridgeRule", "CloudWatchEvent", "eventBridge", "cloudwatchEvent"})
_V2: Final = ("version", "routeKey", "rawPath", "rawQueryString", "cookies", "requestContext.http")
_V2_IDENTITIES: Final = frozenset({"jwt", "lambda", "iam"})


@dataclass(frozen=True)
class Events:
    """Of one handler and one of its triggers."""

    inventory: Inventory
    handler: Handler
    trigger: Trigger
    kind: TriggerKind

    def about(self, values: Values) -> Iterator[dict[str, Any]]:
        """What a client brings about: one event, or each thing that may become of an item. None when the code doesn't
        tell what it reads from such an event."""
        match self.kind:
            case "stream":
                yield from self._of_stream(values)
            case "queue":
                yield from self._of_texts("Records[].body", values)
            case "topic":
                yield from self._of_texts("Records[].Sns.Message", values)
            case "schedule":
                envelope = schedule_event(self.inventory.region, "schedule", values.number)
                yield self._filled(envelope, values)
            case "http":
                yield self._of_request(values)
            case "call":
                yield from self._of_call(values)

    def _filled(self, envelope: dict[str, Any], values: Values) -> dict[str, Any]:
        return merged(envelope, read_part(self.handler.reads, values))

    def _of_texts(self, place: str, values: Values) -> Iterator[dict[str, Any]]:
        """What lies in a queue or is told by a topic is a text, of which only the code says what is in it."""
        resource = resource_named(self.inventory, self.trigger.source)
        name = (resource.name if resource is not None else None) or self.trigger.source
        inside = below(self.handler.reads, f"{place}{TEXT}.")
        if inside:
            text = json.dumps(read_part(inside, values), ensure_ascii=False)
        elif any(key.name == place for key in self.handler.reads):
            text = values.text or f"hello {values.number} about {values.client}"
        else:
            return
        make = queue_record if self.kind == "queue" else topic_record
        record = make(self.inventory.region, name, text, values.number)
        yield self._filled({"Records": [record]}, values)

    def _of_stream(self, values: Values) -> Iterator[dict[str, Any]]:
        resource = resource_named(self.inventory, self.trigger.source)
        table = (resource.name if resource is not None else None) or self.trigger.source
        definition = next((one for one in self.inventory.table_definitions if one["TableName"] == table), {})
        new = self._image(definition, table, values)
        if not new:
            return
        schema = definition.get("KeySchema")
        keys = [str(one["AttributeName"]) for one in schema] if isinstance(schema, list) else []
        old = self._image(definition, table, replace(values, number=values.number + 1))
        old |= {name: new[name] for name in keys if name in new}
        stream = definition.get("StreamSpecification")
        view = str(stream.get("StreamViewType")) if isinstance(stream, dict) else "NEW_AND_OLD_IMAGES"
        for number, (name, there) in enumerate(_BECAME.items(), values.number):
            images = {"Keys": {key: new[key] for key in keys if key in new}}
            if "NewImage" in there and view in {"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}:
                images["NewImage"] = new
            if "OldImage" in there and view in {"OLD_IMAGE", "NEW_AND_OLD_IMAGES"}:
                images["OldImage"] = old if name == "MODIFY" else new
            yield {"Records": [stream_record(name, self.inventory.region, table, view, images, number)]}

    def _image(self, definition: dict[str, object], table: str, values: Values) -> dict[str, Any]:
        """What the code reads of an item, and what other code writes into it."""
        place = "Records[].dynamodb."
        read = [
            key for part in ("NewImage", "OldImage", "Keys") for key in below(self.handler.reads, f"{place}{part}.")
        ]
        written = [name for store in self.inventory.stores if store.table == table for name in store.attributes]
        schema = definition.get("AttributeDefinitions")
        typed = [f"{one['AttributeName']}.{one['AttributeType']}" for one in schema] if isinstance(schema, list) else []
        others = [self._key(name) for name in (*typed, *written)]
        return attributes([*read, *others], values.of)

    def _key(self, name: str) -> MessageKey:
        """One that the code doesn't read itself."""
        return MessageKey(name=name, required=False, location=self.handler.location or Location(path=self.handler.path))

    def _of_request(self, values: Values) -> dict[str, Any]:
        method, _, resource = self.trigger.source.removeprefix("http ").partition(" ")
        if method.upper() not in {*_METHODS, "ANY", "*"}:
            method, resource = "ANY", method
        resource = "/" + resource.strip("/") if resource and resource != "*" else "/"
        inside = below(self.handler.reads, f"body{TEXT}.")
        reads_body = bool(inside) or any(key.name.partition(".")[0] == "body" for key in self.handler.reads)
        if method.upper() not in _METHODS:
            method = "POST" if reads_body else "GET"
        parameters = {name: str(values.of(self._key(name))) for name in path_parameters(resource)}
        body = json.dumps(read_part(inside, values), ensure_ascii=False) if inside else "{}" if reads_body else None
        make = request_v2 if self._is_v2() else request_v1
        return self._filled(make(method.upper(), resource, parameters, body, values.number), values)

    def _is_v2(self) -> bool:
        names = [key.name for key in self.handler.reads]
        identities = {name.split(".")[2] for name in names if name.startswith("requestContext.authorizer.")}
        return bool(identities & _V2_IDENTITIES) or any(name.startswith(_V2) for name in names)

    def _of_call(self, values: Values) -> Iterator[dict[str, Any]]:
        """Whoever calls says what it likes; a rule of EventBridge puts it into an envelope."""
        if not self.handler.reads:
            return
        word = self.trigger.source.partition(" ")[0]
        envelope = bus_event(self.inventory.region, values.number) if word in _BUS else {}
        yield self._filled(envelope, values)


_BECAME: Final = {"INSERT": ("NewImage",), "MODIFY": ("NewImage", "OldImage"), "REMOVE": ("OldImage",)}
