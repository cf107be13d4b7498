"""A block of Terraform as the properties that CloudFormation gives to the same kind of resource."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from migrator.scan.intrinsics import Unresolved, intrinsic
from migrator.scan.terraform.functions import mapped
from migrator.scan.terraform.kinds import POLICIES, RENAMED
from migrator.scan.terraform.values import JSON, call
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

if TYPE_CHECKING:
    from migrator.scan.terraform.naming import TerraformResolver


def properties_of(kind: str, arguments: Map, resolver: TerraformResolver) -> Map:
    renamed = RENAMED.get(kind, {})
    properties = Map(arguments.path, arguments.line, arguments.column)
    for name, value in arguments.items():
        key = renamed.get(name, pascal(name))
        properties[key] = structured(value, arguments, resolver) if name in POLICIES else _nested(value)
        properties.places[key] = arguments.places.get(name, (arguments.line, arguments.column))
    special = _SPECIAL.get(kind)
    if special is not None:
        special(arguments, properties)
    return properties


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _nested(value: object) -> object:
    """Nested blocks have lists of Maps with places; values are left as they are."""
    if isinstance(value, list) and value and all(isinstance(item, Map) and intrinsic(item) is None for item in value):
        return [_pascal_keys(as_map(item)) for item in value]
    return value


def _pascal_keys(block: Map) -> Map:
    made = Map(block.path, block.line, block.column)
    for name, value in block.items():
        made[pascal(name)] = _nested(value)
        made.places[pascal(name)] = block.places.get(name, (block.line, block.column))
    return made


def structured(value: object, near: Map, resolver: TerraformResolver) -> object:
    """JSON text as the value that it says; the references in it are kept. Other values stay as they are."""
    if isinstance(value, Map) and JSON in value:
        return as_list(value[JSON])[0]
    held: list[object] = []
    text = _with_tokens(value, held)
    if text is None:
        return value
    try:
        document = mapped(json.loads(text))
    except (ValueError, RecursionError):
        return value
    return _without_tokens(document, held, near)


def _with_tokens(value: object, held: list[object]) -> str | None:
    """The text of a template, with a token for each reference; None for what is no text."""
    if isinstance(value, str):
        return value
    named = intrinsic(value)
    if named is None or named[0] != "Fn::Join":
        return None
    pieces = []
    for piece in as_list(as_list(named[1])[1]):
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            held.append(piece)
            pieces.append(f"\ue000{len(held) - 1}\ue001")
    return "".join(pieces)


def _without_tokens(value: object, held: list[object], near: Map) -> object:
    if isinstance(value, list):
        return [_without_tokens(element, held, near) for element in value]
    if isinstance(value, Map):
        made = Map(near.path, near.line, near.column)
        made.update((key, _without_tokens(element, held, near)) for key, element in value.items())
        return made
    if not isinstance(value, str) or "\ue000" not in value:
        return value
    parts: list[object] = []
    for piece in value.replace("\ue001", "\ue000").split("\ue000"):
        parts.append(held[int(piece)] if len(parts) % 2 else piece)
    return call("Fn::Join", ["", [part for part in parts if part != ""]])


_STATEMENT: Final[Mapping[str, str]] = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


_OTHERS: Final = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


def policy_document(arguments: Map) -> Map:
    """`aws_iam_policy_document` as the document that it makes. What is not known of it stands there as Unresolved."""
    statements: list[object] = [
        Unresolved(f"has {name}, which are not read") for name in _OTHERS if arguments.get(name) not in (None, [])
    ]
    for block in as_list(arguments.get("statement")):
        if isinstance(block, Unresolved):
            statements.append(block)
            continue
        given = as_map(block)
        statement = Map(given.path, given.line, given.column)
        statement["Effect"] = given.get("effect", "Allow")
        for name, ours in _STATEMENT.items():
            if given.get(name) is not None:
                statement[ours] = given[name]
        conditions = Map(given.path, given.line, given.column)
        for item in map(as_map, as_list(given.get("condition"))):
            test = as_text(item.get("test")) or ""
            keys = as_map(conditions.get(test)) or Map(given.path, given.line, given.column)
            variable = as_text(item.get("variable")) or ""
            keys[variable] = [*as_list(keys.get(variable)), *as_list(item.get("values"))]
            conditions[test] = keys
        unknown = next((item for item in as_list(given.get("condition")) if isinstance(item, Unresolved)), None)
        if conditions or unknown:
            statement["Condition"] = unknown or conditions
        statements.append(statement)
    document = Map(arguments.path, arguments.line, arguments.column)
    document["Statement"] = statements
    return document


def _table(arguments: Map, properties: Map) -> None:
    properties["KeySchema"] = _keys(arguments)
    properties["AttributeDefinitions"] = [
        _of(as_map(item), AttributeName="name", AttributeType="type") for item in as_list(arguments.get("attribute"))
    ]
    for name, key in (
        ("global_secondary_index", "GlobalSecondaryIndexes"), ("local_secondary_index", "LocalSecondaryIndexes"),
    ):  # fmt: skip
        found = []
        for item in as_list(arguments.get(name)):
            index = _of(as_map(item), IndexName="name")
            index["KeySchema"] = _keys(as_map(item), arguments if name.startswith("local") else None)
            index["Projection"] = _of(
                as_map(item), ProjectionType="projection_type", NonKeyAttributes="non_key_attributes"
            )
            found.append(index)
        if found:
            properties[key] = found
    for block in as_list(arguments.get("ttl")):
        ttl = _of(as_map(block), AttributeName="attribute_name", Enabled="enabled")
        ttl.setdefault("Enabled", True)
        properties["TimeToLiveSpecification"] = ttl
    if as_text(arguments.get("stream_enabled")) == "true":
        properties["StreamSpecification"] = _of(arguments, StreamViewType="stream_view_type")


def _keys(arguments: Map, table: Map | None = None) -> list[object]:
    """`hash_key` and `range_key`, or `key_schema` blocks; a local index has the partition key of its table."""
    schema: list[object] = [
        _of(as_map(block), AttributeName="attribute_name", KeyType="key_type")
        for block in as_list(arguments.get("key_schema"))
    ]
    partition = arguments.get("hash_key", table.get("hash_key") if table else None)
    for value, kind in ((partition, "HASH"), (arguments.get("range_key"), "RANGE")):
        if value is not None and not schema_has(schema, kind):
            key = Map(arguments.path, arguments.line, arguments.column)
            key.update(AttributeName=value, KeyType=kind)
            schema.append(key)
    return schema


def schema_has(schema: list[object], kind: str) -> bool:
    return any(as_map(key).get("KeyType") == kind for key in schema)


def _of(block: Map, **names: str) -> Map:
    """The attributes that the block gives, under other names."""
    made = Map(block.path, block.line, block.column)
    made.update((ours, block[theirs]) for ours, theirs in names.items() if block.get(theirs) is not None)
    return made


def _stage(arguments: Map, properties: Map) -> None:
    default = as_list(properties.get("DefaultRouteSettings"))
    if default:
        properties["DefaultRouteSettings"] = default[0]
    settings = Map(properties.path, properties.line, properties.column)
    for item in as_list(properties.get("RouteSettings")):
        settings[as_text(as_map(item).get("RouteKey")) or ""] = item
    properties["RouteSettings"] = settings


def _function(arguments: Map, properties: Map) -> None:
    for block in as_list(arguments.get("environment")):
        environment = Map(arguments.path, arguments.line, arguments.column)
        environment["Variables"] = as_map(block).get("variables")
        properties["Environment"] = environment


_SPECIAL: Final[Mapping[str, Callable[[Map, Map], None]]] = {
    "aws_dynamodb_table": _table,
    "aws_apigatewayv2_stage": _stage,
    "aws_lambda_function": _function,
}
