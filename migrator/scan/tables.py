"""DynamoDB tables: their keys, indexes and time to live, and the arguments that create them elsewhere.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from migrator.scan.declared import DeclaredTable
from migrator.scan.intrinsics import Resolver
from migrator.scan.yamlfile import Map, as_list, as_map, as_text


def declared_table(logical_id: str, resource: Map, resolver: Resolver) -> DeclaredTable | None:
    """None when the table has no key schema that can be understood."""
    properties = as_map(resolver.resolve(resource.get("Properties") or Map("")))
    name = resolver.names.name(logical_id, resource, resolver)
    where = as_map(resource).where()
    if resource.get("Type") == "AWS::Serverless::SimpleTable":
        return _simple(logical_id, name, properties, resource)
    schema = _schema(properties)
    if not schema:
        return None
    definition: dict[str, object] = {
        "TableName": name,
        "KeySchema": schema,
        "AttributeDefinitions": _attributes(properties),
        "BillingMode": "PAY_PER_REQUEST",
    }
    indexes: list[tuple[str, tuple[str, ...]]] = []
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        made = [_index(as_map(index)) for index in as_list(properties.get(kind))]
        if made:
            definition[kind] = made
        indexes.extend((str(index["IndexName"]), _keys(index["KeySchema"])) for index in made)
    stream = as_map(properties.get("StreamSpecification"))
    if "StreamViewType" in stream:
        definition["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": as_text(stream["StreamViewType"])}
    ttl = as_map(properties.get("TimeToLiveSpecification"))
    ttl_attribute = as_text(ttl.get("AttributeName")) if as_text(ttl.get("Enabled")) == "true" else None
    return DeclaredTable(
        id=logical_id,
        name=name,
        keys=_keys(schema),
        indexes=tuple(indexes),
        ttl_attribute=ttl_attribute,
        definition=definition,
        location=where,
    )


def _simple(logical_id: str, name: str, properties: Map, resource: Map) -> DeclaredTable:
    """SAM's table with one key, 'id' of type String unless it says otherwise."""
    key = as_map(properties.get("PrimaryKey"))
    attribute = as_text(key.get("Name")) or "id"
    kind = {"Number": "N", "Binary": "B"}.get(as_text(key.get("Type")) or "", "S")
    definition: dict[str, object] = {
        "TableName": name,
        "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": kind}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    return DeclaredTable(logical_id, name, (attribute,), (), None, definition, resource.where())


def _schema(properties: Map) -> list[dict[str, str]]:
    elements = [as_map(element) for element in as_list(properties.get("KeySchema"))]
    return [
        {"AttributeName": as_text(element["AttributeName"]) or "", "KeyType": as_text(element.get("KeyType")) or "HASH"}
        for element in elements
        if as_text(element.get("AttributeName"))
    ]


def _attributes(properties: Map) -> list[dict[str, str]]:
    elements = [as_map(element) for element in as_list(properties.get("AttributeDefinitions"))]
    return [
        {
            "AttributeName": as_text(element["AttributeName"]) or "",
            "AttributeType": as_text(element.get("AttributeType")) or "S",
        }
        for element in elements
        if as_text(element.get("AttributeName"))
    ]


def _index(index: Map) -> dict[str, object]:
    projection = as_map(index.get("Projection"))
    kept: dict[str, object] = {"ProjectionType": as_text(projection.get("ProjectionType")) or "ALL"}
    if projection.get("NonKeyAttributes"):
        kept["NonKeyAttributes"] = [as_text(name) or "" for name in as_list(projection["NonKeyAttributes"])]
    return {"IndexName": as_text(index.get("IndexName")) or "", "KeySchema": _schema(index), "Projection": kept}


def _keys(schema: object) -> tuple[str, ...]:
    return tuple(str(element["AttributeName"]) for element in as_list(schema) if isinstance(element, dict))
