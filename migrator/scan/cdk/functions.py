"""Lambda functions of a CDK program: what they run, their environment, layers and rights."""

from __future__ import annotations

from typing import Final

from migrator.scan.cdk.apis import ApiShapes
from migrator.scan.cdk.code import CodeFinder, Found
from migrator.scan.cdk.grants import also_granted, granted_actions
from migrator.scan.cdk.values import Made, as_string, construct, options
from migrator.scan.declared import Function, Service
from migrator.scan.intrinsics import Unresolved
from migrator.scan.yamlfile import Map, as_map

_RIGHTS: Final = frozenset({"addToRolePolicy", "addToPolicy", "addToPrincipalPolicy", "addStatements"})
_PUSHERS: Final = frozenset({"grantManageConnections", "grantManagementApiAccess"})
MANAGE: Final = "execute-api:ManageConnections"


class FunctionShapes:
    def __init__(self, builder: ApiShapes, finder: CodeFinder, service: Service) -> None:
        self.builder, self.shapes, self.finder, self.service = builder, builder.shapes, finder, service
        self.environments: dict[str, Map] = {}

    def function(self, made: Made, logical_id: str) -> None:
        found = self.finder.find(made)
        place = made.location
        environment = self.environment(made)
        self.environments[logical_id] = environment
        role, group = self.shapes.ref(made.properties.get("role")), self.shapes.ref(made.properties.get("logGroup"))
        self.builder.resource(
            logical_id,
            "AWS::Lambda::Function",
            place,
            {
                "FunctionName": self.shapes.value(made.properties.get("functionName"), place),
                "Handler": found.handler or None,
                "Runtime": found.runtime,
                "Environment": self.shapes.map(place, [("Variables", environment)]),
                "Role": self.shapes.map(place, [("Ref", role)]) if role else None,
                "LoggingConfig": self.shapes.map(place, [("LogGroup", self.shapes.map(place, [("Ref", group)]))])
                if group
                else None,
                "Policies": self.statements(made) or None,
            },
        )
        self.service.functions[logical_id] = self.declared(made, logical_id, found)

    def declared(self, made: Made, logical_id: str, found: Found) -> Function:
        name = self.shapes.value(made.properties.get("functionName"), made.location)
        return Function(
            key=logical_id,
            handler=found.handler,
            root=found.root,
            runtime=found.runtime,
            location=made.location,
            problem=found.problem or ("its code is a container image" if found.image and not found.handler else None),
            name=name if isinstance(name, str) else "",
            image=found.image,
            inline=found.inline,
        )

    def environment(self, made: Made) -> Map:
        given = made.properties.get("environment")
        variables = self.shapes.map(made.location)
        for name, value in options(given).items():
            variables[name] = self.shapes.value(value, made.location)
        for call in made.calls:
            later = as_string(call.given(0, "key")) if call.short == "addEnvironment" else None
            if later is not None:
                variables[later] = self.shapes.value(call.given(1, "value"), call.location)
        for name, value in variables.items():
            if value is None:
                variables[name] = Unresolved("is given no value by the program")
        return variables

    def layer(self, made: Made) -> None:
        """Lambda puts a layer's python folder on the import path."""
        path = made.properties.get("entry")
        code = construct(made.properties.get("code"))
        if path is None and code is not None and code.arguments:
            path = code.arguments[0]
        text = as_string(path)
        if text is not None:
            folder = self.finder.folder(text, made.folder)
            inner = f"{folder}/python" if folder != "." else "python"
            self.service.import_roots.extend(root for root in (inner, folder) if root in self.finder.folders)

    def statements(self, made: Made) -> list[object]:
        """What a function or role is allowed: its own statements, and the right to push that others grant it."""
        given: list[object] = []
        for name in ("initialPolicy", "statements"):
            value = made.properties.get(name)
            given.extend(value if isinstance(value, list) else [])
        for policy in options(made.properties.get("inlinePolicies")).values():
            given.extend(self.of_document(policy))
        given.extend(self.of_document(made.properties.get("document")))
        for call in made.calls:
            if call.short in _RIGHTS:
                given.extend(call.arguments or list(call.properties.values()))
            elif call.short == "attachInlinePolicy" and call.arguments:
                policy = construct(call.arguments[0])
                value = policy.properties.get("statements") if policy is not None else None
                given.extend(value if isinstance(value, list) else [])
        shaped = [self.statement(item) for item in given]
        return [item for item in shaped if item is not None]

    def managed(self, made: Made) -> list[object]:
        """Names or ARNs of the managed policies of a role."""
        value = made.properties.get("managedPolicies")
        given = list(value) if isinstance(value, list) else list_of(value)
        given += [item for call in made.calls if call.short == "addManagedPolicy" for item in call.arguments]
        return [self._managed_policy(item, made) for item in given]

    def _managed_policy(self, value: object, role: Made) -> object:
        made = construct(value)
        if made is not None and made.short == "fromAwsManagedPolicyName" and made.arguments:
            return self.shapes.value(made.arguments[0], made.location)
        logical_id = self.shapes.ref(value)
        if logical_id is not None:
            return self.shapes.map(role.location, [("Ref", logical_id)])
        return self.shapes.value(value, role.location)

    def of_document(self, value: object) -> list[object]:
        made = construct(value)
        statements = options(value).get("statements")
        added = [item for call in made.calls if call.short in _RIGHTS for item in call.arguments] if made else []
        return [*(statements if isinstance(statements, list) else []), *added]

    def statement(self, value: object) -> Map | None:
        made = construct(value)
        if made is None:
            return None
        actions, resources = list_of(made.properties.get("actions")), list_of(made.properties.get("resources"))
        for call in made.calls:
            if call.short == "addActions":
                actions.extend(call.arguments)
            elif call.short == "addResources":
                resources.extend(call.arguments)
        place = made.location
        given = made.properties
        effect = self.shapes.value(given.get("effect", "Allow"), place)
        but, everything_but = list_of(given.get("notActions")), list_of(given.get("notResources"))
        return self.shapes.map(
            place,
            [
                ("Effect", effect.capitalize() if isinstance(effect, str) else effect),
                ("Action", self.shapes.value(actions, place) if actions or not but else None),
                ("NotAction", self.shapes.value(but, place) if but else None),
                ("Resource", self.shapes.value(resources, place) if resources or not everything_but else None),
                ("NotResource", self.shapes.value(everything_but, place) if everything_but else None),
                ("Condition", self.shapes.value(given.get("conditions"), place)),
            ],
        )

    def grants(self, made: Made) -> None:
        """What a construct grants to functions and roles; to be called when all functions are there."""
        for call in made.calls:
            grantee = self.shapes.ref(call.arguments[0] if call.arguments else _grantee(call))
            resource = as_map(self.builder.resources.get(grantee or ""))
            if not call.short.startswith("grant") or not resource:
                continue
            properties = as_map(resource.get("Properties"))
            policies = properties.setdefault("Policies", [])
            if isinstance(policies, list):
                policies.append(self._right(made, call))

    def _right(self, made: Made, call: Made) -> Map:
        place, logical_id = call.location, self.shapes.ref(made)
        pushes = call.short in _PUSHERS
        actions = (MANAGE,) if pushes else granted_actions(made, call.short)
        target = self.shapes.map(
            place, [("Ref", logical_id)] if pushes else [("Fn::GetAtt", [logical_id, "Arn"])] if logical_id else []
        )
        further = (
            []
            if pushes
            else [self.shapes.map(place, [("Fn::Join", ["", [target, end]])]) for end in also_granted(made)]
        )
        known: object = (
            list(actions) if actions and logical_id else Unresolved(f"{call.short} of {made.name} is not known")
        )
        return self.shapes.map(place, [("Effect", "Allow"), ("Action", known), ("Resource", [target, *further])])


def _grantee(call: Made) -> object:
    return call.properties.get("grantee", call.properties.get("identity"))


def list_of(value: object) -> list[object]:
    if isinstance(value, list):
        return list(value)
    return [] if value is None else [value]
