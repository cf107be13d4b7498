"""From entries of the catalogue to the items of one application: one for each route, stage and live thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from checklists.aws.estate import Manager
from checklists.catalogue.entry import EachEntry, ItemEntry
from checklists.catalogue.load import Catalogue, shipped
from checklists.live import PARTS, Seen
from checklists.model import How, Item
from checklists.probes import PROBES
from migrator.inventory.model import Inventory

_HOW: dict[Manager, How] = {
    "cloudformation": "cfn",
    "terraform": "terraform",
    "cdk": "cdk",
    "sam": "sam",
    "serverless": "serverless",
}


def items(
    inventory: Inventory,
    catalogue: Catalogue | None = None,
    *,
    things: Iterable[Seen] = (),
    stages: Iterable[tuple[str, str, str]] = (),
    savings: Mapping[str, float] | None = None,
) -> tuple[Item, ...]:
    """All items, in the order in which they are shown. `catalogue`: None for the product's own.

    `things`: live ones with their lot. `stages`: of live APIs, each as ARN of the API, name of the API, stage.
    `savings`: dollars a month by ARN of what is deleted.
    """
    known = catalogue or shipped()
    fixed = (_item(entry) for entry in known.items)
    several = (*_routes(known, inventory), *_stages(known, stages), *_things(known, things, savings or {}))
    return tuple({item.id: item for item in (*fixed, *several)}.values())


def words(text: str) -> str:
    """The text without spaces or anything that could end an HTML comment. Different texts stay different."""
    return quote(text, safe="$", errors="surrogatepass").replace("--", "%2D%2D")


def thing_path(arn: str) -> str:
    """Of an ARN all but the partition, as a path of an id."""
    parts = arn.split(":", 5)
    kept = parts[2:] if len(parts) == 6 and parts[0] == "arn" else [arn]
    return "/".join(words(part) for part in "/".join(kept).replace(":", "/").split("/") if part)


def _routes(catalogue: Catalogue, inventory: Inventory) -> Iterator[Item]:
    for entry in (entry for entry in catalogue.each if entry.each == "route"):
        for api in inventory.apis:
            of = f" of {api.name}" if len(inventory.apis) > 1 else ""
            for route in api.routes:
                path = f"{words(api.id)}/{words(route.key)}"
                yield _one(entry, path, route.key, {"name": route.key, "api": of})


def _stages(catalogue: Catalogue, stages: Iterable[tuple[str, str, str]]) -> Iterator[Item]:
    found = tuple(stages)
    for entry in (entry for entry in catalogue.each if entry.each == "stage"):
        for arn, name, stage in found:
            said = {"name": f"{name}/{stage}", "region": _region(arn)}
            yield _one(entry, f"{thing_path(arn)}/{words(stage)}", f"{arn}/stages/{stage}", said)


def _things(catalogue: Catalogue, things: Iterable[Seen], savings: Mapping[str, float]) -> Iterator[Item]:
    fitting = {lot: [entry for entry in catalogue.each if entry.each == lot] for lot in ("delete", "edit", "unknown")}
    for thing in things:
        if thing.type in PARTS:
            continue
        entries = fitting[thing.lot]
        entry = next((one for one in entries if thing.type in one.types), None)
        entry = entry or next((one for one in entries if not one.types), None)
        if entry is None:
            continue
        said = {"name": thing.name, "kind": thing.kind, "region": thing.region}
        item = _one(entry, thing_path(thing.arn), thing.arn, said)
        if entry.each == "delete":
            how = _HOW[thing.manager] if thing.manager else "api"
            saves = round(savings[thing.arn], 2) if thing.arn in savings else None
            item = item.model_copy(update={"how": how, "saves_usd_month": saves})
        yield item


def _one(entry: EachEntry, path: str, subject: str, said: dict[str, str]) -> Item:
    title = entry.title
    for word in ("kind", "region", "api", "name"):  # the name last: it may hold braces
        title = title.replace(f"{{{word}}}", said.get(word, ""), 1)
    return _item(entry).model_copy(update={"id": f"{entry.id}/{path}", "title": title, "subject": subject})


def _item(entry: ItemEntry) -> Item:
    probe = PROBES[entry.probe] if entry.probe else None
    return Item(
        id=entry.id,
        title=entry.title,
        audience=entry.audience,
        phase=entry.phase,
        kind=entry.kind,
        action=entry.action,
        undo=entry.undo,
        depends_on=entry.depends_on,
        gates=entry.gates,
        how=entry.how,
        risk=entry.risk,
        probe=entry.probe,
        permissions=probe.permissions if probe else (),
        valid_days=entry.valid_days,
    )


def _region(arn: str) -> str:
    return arn.split(":")[3] if arn.count(":") >= 4 else ""
