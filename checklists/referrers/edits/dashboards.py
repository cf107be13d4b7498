"""The body of a dashboard without the widgets and the metrics that are about what goes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

import json

from pydantic import JsonValue

from checklists.aws.estate import Thing
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers.index import Index
from checklists.referrers.metrics import Metrics
from checklists.referrers.model import Change
from checklists.referrers.widgets import SOURCE, Entry, Widgets, entries, title

_SHOWS = ("metrics", "alarms", "query")


def dashboard(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    body = mapping(thing.properties.get("Body"))
    reader = Widgets(index.part(Metrics), thing)
    left: list[JsonValue] = []
    cut: list[str] = []
    by_hand: list[str] = []
    for number, widget in enumerate(rows(body.get("widgets"))):
        shorter = without(reader, widget, gone)
        if shorter != widget:
            cut.append(title(widget, number))
        if shorter is not None:
            left.append(shorter)
            if gone & set(reader.subjects(shorter)):
                by_hand.append(title(widget, number))
    found = []
    if cut:
        found.append(
            Change(
                operation="cloudwatch.put_dashboard",
                parameters={"DashboardName": thing.name, "DashboardBody": json.dumps(body | {"widgets": left})},
                undo_parameters={"DashboardName": thing.name, "DashboardBody": json.dumps(body)},
                words=f"Dashboard {thing.name}: {', '.join(cut)} without what goes; widgets that stay: {len(left)}.",
            )
        )
    if by_hand:
        words = f"Dashboard {thing.name}: {', '.join(by_hand)} names what goes in a way that a person has to change."
        found.append(Change(operation="", words=words))
    return tuple(found)


def without(reader: Widgets, widget: dict[str, JsonValue], gone: frozenset[str]) -> dict[str, JsonValue] | None:
    """The widget without metrics, alarms and log groups of `gone`; None when it would show nothing any more."""
    if text(widget.get("type")) not in {"metric", "alarm", "log"}:
        return widget
    before = mapping(widget.get("properties"))
    after = _metrics(reader, before, gone)
    after = _alarms(reader, after, gone)
    after = _sources(reader, after, gone)
    if after == before:
        return widget
    shows = any(after.get(one) for one in _SHOWS) or mapping(after.get("annotations")).get("alarms")
    return widget | {"properties": after} if shows else None


def _metrics(reader: Widgets, properties: dict[str, JsonValue], gone: frozenset[str]) -> dict[str, JsonValue]:
    every = entries(properties.get("metrics"))
    ids = frozenset(one.id for one in every if one.id)
    going = {at for at, one in enumerate(every) if (found := set(reader.entry(one, properties))) and found <= gone}
    going |= _reckoned(every, ids, going)
    needed = {
        name
        for at, one in enumerate(every)
        if at not in going and one.expression and not one.searches
        for name in one.named(ids)
    }
    going -= {at for at in going if every[at].id in needed}
    if not going:
        return properties
    left: list[JsonValue] = [one.row() for at, one in enumerate(every) if at not in going]
    return properties | {"metrics": left}


def _reckoned(every: list[Entry], ids: frozenset[str], going: set[int]) -> set[int]:
    """Expressions all of whose operands go."""
    found: set[int] = set()
    while True:
        named = {every[at].id for at in going | found}
        more = {
            at
            for at, one in enumerate(every)
            if one.expression and not one.searches and (used := one.operands(ids)) and used <= named
        } - found
        if not more:
            return found
        found |= more


def _alarms(reader: Widgets, properties: dict[str, JsonValue], gone: frozenset[str]) -> dict[str, JsonValue]:
    annotations = mapping(properties.get("annotations"))
    for where, of in (("alarms", properties), ("alarms", annotations)):
        named = texts(of.get(where))
        left: list[JsonValue] = [one for one in named if not _gone(reader, one, gone)]
        if len(left) == len(named):
            continue
        if of is annotations:
            rest = {key: value for key, value in annotations.items() if key != where} | ({where: left} if left else {})
            properties = {key: value for key, value in properties.items() if key != "annotations"}
            properties |= {"annotations": rest} if rest else {}
        else:
            properties = properties | {where: left}
    return properties


def _gone(reader: Widgets, alarm: str, gone: frozenset[str]) -> bool:
    thing = reader.metrics.index.thing(alarm)
    return thing is not None and thing.arn in gone


def _sources(reader: Widgets, properties: dict[str, JsonValue], gone: frozenset[str]) -> dict[str, JsonValue]:
    query = text(properties.get("query"))
    found = list(SOURCE.finditer(query))
    going = [one for one in found if reader.source(one, properties) in gone]
    if not going:
        return properties
    if len(going) == len(found):
        return properties | {"query": ""}
    for one in reversed(going):
        rest = query[one.end() :].lstrip()
        query = query[: one.start()] + rest.removeprefix("|").lstrip()
    return properties | {"query": query}
