"""DynamoDB tables of the CDK's own level as CloudFormation declares them.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb-readme.html
"""

from __future__ import annotations

from typing import Final

from migrator.inventory.record import Location
from migrator.scan.cdk.shapes import Shapes
from migrator.scan.cdk.values import External, Made, options
from migrator.scan.yamlfile import Map

_TYPES: Final = {"STRING": "S", "NUMBER": "N", "BINARY": "B"}


class TableShapes:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def properties(self, made: Made) -> dict[str, object]:
        """Of a Table or TableV2."""
        given, place = made.properties, made.location
        attributes: dict[str, str] = {}
        schema = self.schema(given, place, attributes)
        globals_, locals_ = self.indexes(made)
        ttl = self.shapes.value(given.get("timeToLiveAttribute"), place)
        stream = given.get("stream") or given.get("dynamoStream")
        view = stream.name.rpartition(".")[2] if isinstance(stream, External) else None
        return {
            "TableName": self.shapes.value(given.get("tableName"), place),
            "KeySchema": schema,
            "GlobalSecondaryIndexes": [self.index(item, schema, place, attributes) for item in globals_] or None,
            "LocalSecondaryIndexes": [self.index(item, schema, place, attributes) for item in locals_] or None,
            "AttributeDefinitions": [
                self.shapes.map(place, [("AttributeName", name), ("AttributeType", kind)])
                for name, kind in attributes.items()
            ],
            "TimeToLiveSpecification": self.shapes.map(place, [("AttributeName", ttl), ("Enabled", True)])
            if ttl
            else None,
            "StreamSpecification": self.shapes.map(place, [("StreamViewType", view)]) if view else None,
        }

    def indexes(self, made: Made) -> tuple[list[object], list[object]]:
        """Global and local ones: given, or added later."""
        found: dict[str, list[object]] = {"globalSecondaryIndexes": [], "localSecondaryIndexes": []}
        for name, items in found.items():
            value = made.properties.get(name)
            items.extend(value if isinstance(value, list) else [])
        for call in made.calls:
            name = f"{call.short[3:4].lower()}{call.short[4:]}es"
            if name in found:
                found[name].append(call.arguments[0] if call.arguments else call.properties)
        return found["globalSecondaryIndexes"], found["localSecondaryIndexes"]

    def index(self, value: object, table: list[object], place: Location, attributes: dict[str, str]) -> Map:
        given = options(value)
        own = self.schema(given, place, attributes)
        if "partitionKey" not in given:
            # A local index has the table's partition key.
            own = [*table[:1], *own]
        kind = given.get("projectionType")
        projection = self.shapes.map(
            place,
            [
                ("ProjectionType", kind.name.rpartition(".")[2] if isinstance(kind, External) else "ALL"),
                ("NonKeyAttributes", self.shapes.value(given.get("nonKeyAttributes"), place)),
            ],
        )
        name = self.shapes.value(given.get("indexName"), place)
        return self.shapes.map(place, [("IndexName", name), ("KeySchema", own), ("Projection", projection)])

    def schema(self, given: dict[str, object], place: Location, attributes: dict[str, str]) -> list[object]:
        keys: list[object] = []
        for name, kind in (("partitionKey", "HASH"), ("sortKey", "RANGE")):
            attribute = options(given.get(name))
            title = self.shapes.value(attribute.get("name"), place)
            if not isinstance(title, str):
                continue
            word = attribute.get("type")
            attributes[title] = _TYPES.get(word.name.rpartition(".")[2] if isinstance(word, External) else "", "S")
            keys.append(self.shapes.map(place, [("AttributeName", title), ("KeyType", kind)]))
        return keys
