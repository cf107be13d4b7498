"""The constructs of one CDK program as the resources of one template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from migrator.scan.cdk.apis import ApiShapes
from migrator.scan.cdk.code import CodeFinder
from migrator.scan.cdk.functions import FunctionShapes
from migrator.scan.cdk.kinds import is_function, resource_type
from migrator.scan.cdk.shapes import Shapes
from migrator.scan.cdk.tables import TableShapes
from migrator.scan.cdk.triggers import TriggerShapes
from migrator.scan.cdk.values import Made, construct
from migrator.scan.declared import Service
from migrator.scan.yamlfile import Located, Map

_OVERRIDDEN: Final = frozenset({"WebSocketApi", "WebSocketStage", "WebSocketRoute", "HttpStage"})
"""Constructs whose resource is often changed after it is made."""
_WORDS: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class Template:
    """`made`: everything in the order in which it is made. Functions go to the service at once; the rest is for the
    readers of templates."""

    def __init__(self, made: Sequence[Made], finder: CodeFinder, service: Service) -> None:
        self.shapes = Shapes()
        self.constructs = [item for item in made if resource_type(item) is not None]
        self.tasks = [item for item in made if item.id is not None and resource_type(item) is None]
        self.calls = [item for item in made if item.calls]
        self.resources = Located(service.path)
        self.parameters = Map(service.path)
        self.builder = ApiShapes(self.shapes, self.resources)
        self.functions = FunctionShapes(self.builder, finder, service)
        self.tables = TableShapes(self.shapes)
        self.triggers = TriggerShapes(self.builder, service)

    def build(self) -> None:
        self.name()
        for made in self.constructs:
            self.construct(made, self.shapes.ids[made])
        for made in self.calls:
            self.triggers.of_calls(made)
            self.functions.grants(made)
        for made in (*self.constructs, *self.tasks):
            self.triggers.task(made)

    def name(self) -> None:
        """Constructs are called by their id, with that of what they stand in where two have the same."""
        taken: set[str] = set()
        for made in self.constructs:
            outer = construct(made.scope)
            own = _WORDS.sub("", made.id or "") or made.short
            wanted = own
            if wanted in taken and outer is not None and outer.id is not None:
                wanted = f"{_WORDS.sub('', outer.id)}{own}"
            number = 2
            while wanted in taken:
                wanted, number = f"{own}{number}", number + 1
            taken.add(wanted)
            self.shapes.ids[made] = wanted
            self.resources[wanted] = None

    def construct(self, made: Made, logical_id: str) -> None:
        kind, place, given = resource_type(made) or "", made.location, made.properties
        if is_function(made):
            return self.functions.function(made, logical_id)
        if made.short == "CfnParameter":
            self.parameters[logical_id] = self.shapes.shaped(given, place)
            del self.resources[logical_id]
            return None
        match made.short:
            case "WebSocketApi":
                self.builder.api(made, logical_id)
            case "WebSocketRoute":
                self.builder.own_route(made, logical_id)
            case "WebSocketStage" | "HttpStage":
                self.builder.stage(made, logical_id)
            case "ApiMapping":
                api = self.shapes.ref(given.get("api"))
                self.builder.mapping(logical_id, api, given.get("domainName"), given.get("apiMappingKey"), place)
            case "Table" | "TableV2" if kind == "AWS::DynamoDB::Table":
                self.builder.resource(logical_id, kind, place, self.tables.properties(made))
            case "Rule" if kind == "AWS::Events::Rule":
                self.triggers.rule(made, logical_id)
            case "Alias" | "Version" if kind.startswith("AWS::Lambda::"):
                named = self.shapes.ref(given.get("version") or given.get("lambda"))
                function = self.shapes.map(place, [("Ref", named)]) if named else None
                self.builder.resource(logical_id, kind, place, {"FunctionName": function})
            case _:
                self.builder.resource(logical_id, kind, place, self.plain(made))
        if made.short in {"LayerVersion", "PythonLayerVersion"}:
            self.functions.layer(made)
        if made.short.startswith("Cfn") or made.short in _OVERRIDDEN:
            self.builder.override(made, logical_id)
        return None

    def plain(self, made: Made) -> dict[str, object]:
        """Properties of a construct that needs no knowledge of its own; of a role also what it is allowed."""
        shaped = self.shapes.shaped(made.properties, made.location)
        properties: dict[str, object] = dict(shaped) if isinstance(shaped, Map) else {}
        if made.name.startswith("aws_iam."):
            properties["Policies"] = self.functions.statements(made) or None
            properties["ManagedPolicyArns"] = self.functions.managed(made) or None
        references = [self.shapes.ref(argument) for argument in made.arguments[2:] if not isinstance(argument, dict)]
        for number, name in enumerate(filter(None, references)):
            properties[f"Argument{number}"] = self.shapes.map(made.location, [("Ref", name)])
        return properties
