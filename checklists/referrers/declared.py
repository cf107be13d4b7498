"""What an inventory says should be live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from checklists.aws import types
from checklists.referrers.model import Declared
from migrator.inventory.model import Inventory

TYPES = {
    "AWS::Serverless::Function": types.FUNCTION,
    "AWS::Serverless::SimpleTable": types.TABLE,
    "AWS::Serverless::HttpApi": types.API,
}
MATCHED: Final = frozenset(
    {
        types.API,
        types.FUNCTION,
        types.TABLE,
        types.LOG_GROUP,
        types.ALARM,
        types.COMPOSITE_ALARM,
        types.DASHBOARD,
        types.ROLE,
        types.POLICY,
        types.RULE,
        types.QUEUE,
        types.TOPIC,
        types.STATE_MACHINE,
        types.DOMAIN,
        types.PARAMETER,
        types.CERTIFICATE,
    }
)
"""Types whose declarations are looked for among what is live."""
_NAMED_BY = {
    types.FUNCTION: "FunctionName",
    types.TABLE: "TableName",
    types.LOG_GROUP: "LogGroupName",
    types.ALARM: "AlarmName",
    types.DASHBOARD: "DashboardName",
    types.ROLE: "RoleName",
    types.QUEUE: "QueueName",
    types.TOPIC: "TopicName",
    types.DOMAIN: "DomainName",
    types.STATE_MACHINE: "StateMachineName",
}


def declared(inventory: Inventory) -> Iterator[Declared]:
    """APIs and stores as the scan understood them, then every other resource of a type that is matched."""
    seen: set[tuple[str, str]] = set()
    for api in inventory.apis:
        seen.add((types.API, api.id))
        yield Declared(kind="api", id=api.id, type=types.API, name=_fixed(api.name), location=api.location)
    for store in inventory.stores:
        seen.add((types.TABLE, store.resource or store.id))
        logical = store.resource or store.id
        name = _fixed(store.table or "")
        yield Declared(kind="table", id=logical, type=types.TABLE, name=name, location=store.location)
    for resource in inventory.resources:
        type_ = TYPES.get(resource.type, resource.type)
        if type_ in MATCHED and (type_, resource.id) not in seen:
            seen.add((type_, resource.id))
            name = _fixed(resource.name or resource.properties.get(_NAMED_BY.get(type_, ""), ""))
            kind = "function" if type_ == types.FUNCTION else "resource"
            yield Declared(kind=kind, id=resource.id, type=type_, name=name, location=resource.location)


def _fixed(name: str) -> str:
    """A name that still has a variable in it is none."""
    return "" if "${" in name or "{{" in name else name
