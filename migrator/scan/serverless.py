"""serverless.yml of the Serverless Framework, versions 1 to 4, and its other forms.
https://www.serverless.com/framework/docs/providers/aws/events/websocket
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final, Literal

from migrator.inventory.model import Trigger
from migrator.inventory.record import Location
from migrator.scan.cloudformation import read_resources, resolve_environment
from migrator.scan.declared import DeclaredApi, DeclaredAuthorizer, DeclaredRoute, Function, Service
from migrator.scan.files import Files
from migrator.scan.intrinsics import Resolver, Unresolved, references
from migrator.scan.paths import join_folder
from migrator.scan.physical import Names
from migrator.scan.policies import Policies
from migrator.scan.serverless_domains import custom_domains
from migrator.scan.serverless_implied import function_logical_id, implied_parts
from migrator.scan.serverless_program import PROGRAMS, read_program
from migrator.scan.serverless_variables import Variables
from migrator.scan.triggers import event_trigger
from migrator.scan.websocket_api import DEFAULT_EXPRESSION
from migrator.scan.yamlfile import Map, YamlProblem, as_list, as_map, as_text, load

DEFAULT_IDENTITY_SOURCE: Final = "route.request.header.Auth"
"""What the framework declares when an authorizer names no identity source; an empty list declares none."""


def is_serverless(path: str) -> bool:
    name = PurePosixPath(path).name
    return name in PROGRAMS or (name.startswith("serverless") and name.endswith((".yml", ".yaml", ".json")))


def read_serverless(files: Files, path: str) -> Service | None:
    """None when the file is no service of AWS, or can't be read (then the problem is noted in `files`)."""
    document = _document(files, path)
    if document is None:
        return None
    if ("service" not in document and "functions" not in document) or "Resources" in document:
        return None
    return _Reader(files, document, path).read()


def _document(files: Files, path: str) -> Map | None:
    if PurePosixPath(path).name in PROGRAMS:
        return read_program(files, path)
    text = files.text(path)
    if text is None:
        return None
    try:
        return as_map(load(text, path))
    except YamlProblem as problem:
        # Its name says what it is, and the functions and events may stand in files that it includes.
        files.failed(path, problem.message, line=problem.line, column=problem.column, serious=True)
        return None


class _Reader:
    def __init__(self, files: Files, document: Map, path: str) -> None:
        self.folder = PurePosixPath(path).parent.as_posix()
        self.variables = Variables(document, files, self.folder)
        resolved = as_map(self.variables.resolve(document))
        self.provider = as_map(resolved.get("provider"))
        service = resolved.get("service")
        name = as_text(service) or as_text(as_map(service).get("name")) or PurePosixPath(path).parent.name or "service"
        self.functions = _merged(resolved.get("functions"))
        stage = self.variables.stage
        self.service = Service(kind="serverless", name=name, path=path, region=self.variables.region)
        self.resources = _resources(resolved.get("resources"))
        template = Map(path).like([("Resources", self.resources)])
        names = {function_logical_id(key): self._function_name(key, value) for key, value in self.functions.items()}
        self.resolver = Resolver(template, Names(f"{name}-{stage}", self.service.region, names))
        self.document = resolved

    def read(self) -> Service:
        service = self.service
        resolve_environment(
            as_map(self.provider.get("environment")), self.resolver, service.environment, service.unresolved
        )
        api = DeclaredApi(
            id="WebsocketsApi",
            name=self._provider("websocketsApiName", f"{self.variables.stage}-{service.name}-websockets"),
            expression=self._provider("websocketsApiRouteSelectionExpression", DEFAULT_EXPRESSION),
            stage=self.variables.stage,
            location=self.functions.where(),
        )
        for key, value in self.functions.items():
            service.functions[key] = self._function(key, as_map(value))
        for key, value in self.functions.items():
            for event in as_list(as_map(value).get("events")):
                self._event(api, service.functions[key], event)
        if api.routes:
            api.domains = custom_domains(service, self.document, self.resources, self.resolver, api.id)
            service.apis.append(api)
        by_logical_id = {function_logical_id(key): key for key in service.functions}
        read_resources(self.resources, self.resolver, service, by_logical_id)
        self._permissions()
        self._state_machines(by_logical_id)
        service.parts.extend(implied_parts(service, self.document, api))
        return service

    def _permissions(self) -> None:
        """Of the role that all functions share, or of one of their own.
        https://www.serverless.com/framework/docs/providers/aws/guide/iam"""
        policies = Policies(self.resources)
        iam = self.provider.get("iam")
        role = as_map(iam).get("role") if isinstance(iam, Map) else iam
        shared = as_map(role)
        everybody = [*as_list(self.provider.get("iamRoleStatements")), *as_list(shared.get("statements"))]
        elsewhere = self.provider.get("role") or (role if not shared else None)
        for key, function in self.service.functions.items():
            given = as_map(self.functions.get(key))
            own = given.get("iamRoleStatements")
            inherits = own is None or as_text(given.get("iamRoleStatementsInherit")) == "true"
            function.permissions = policies.of_statements(
                [*(everybody if inherits else []), *as_list(own)],
                self.provider,
                managed=[*as_list(self.provider.get("iamManagedPolicies")), *as_list(shared.get("managedPolicies"))],
                role=given.get("role", elsewhere),
                boundary=shared.get("permissionsBoundary", self.provider.get("rolePermissionsBoundary")),
            )

    def _state_machines(self, by_logical_id: Mapping[str, str]) -> None:
        """Of the plugin serverless-step-functions, which also takes keys of functions for logical ids."""
        machines = as_map(as_map(self.document.get("stepFunctions")).get("stateMachines"))
        for name, machine in machines.items():
            for named in references(as_map(machine).get("definition")):
                key = by_logical_id.get(named, named)
                if key in self.service.functions:
                    trigger = Trigger(kind="call", source=f"state machine {name}")
                    self.service.functions[key].triggers.append(trigger)

    def _provider(self, key: str, default: str) -> str:
        return self.resolver.text_or(self.provider.get(key), default)

    def _function_name(self, key: str, value: object) -> str:
        given = as_text(as_map(value).get("name"))
        service = as_text(getattr(self, "service", None) and self.service.name) or ""
        return given or f"{service}-{self.variables.stage}-{key}"

    def _function(self, key: str, value: Map) -> Function:
        handler = as_text(value.get("handler")) or ""
        package = as_text(value.get("module")) or ""
        function = Function(
            key=key,
            handler=handler,
            root=join_folder(self.folder, package),
            runtime=as_text(value.get("runtime")) or self._provider("runtime", "python"),
            location=self.functions.where(key),
        )
        if value.get("url") is not None:
            function.triggers.append(Trigger(kind="call", source="http function URL"))
        if not handler:
            function.problem = "it names no handler (a container image, or decided at deployment)"
        resolve_environment(as_map(value.get("environment")), self.resolver, function.environment, function.unresolved)
        return function

    def _event(self, api: DeclaredApi, function: Function, event: object) -> None:
        if isinstance(event, str):
            function.triggers.append(event_trigger(event, None, function.key))
        for kind, value in as_map(event).items():
            if kind == "websocket":
                self._websocket(api, function, value, as_map(event).where("websocket"))
            else:
                function.triggers.append(event_trigger(kind, value, function.key))

    def _websocket(self, api: DeclaredApi, function: Function, value: object, where: Location) -> None:
        options = as_map(value)
        key = as_text(value) or as_text(options.get("route"))
        if key is None:
            reason = value.reason if isinstance(value, Unresolved) else "it has no route"
            self.service.problem(
                where, f"a websocket event of {function.key} is not understood: {reason}", serious=True
            )
            return
        answers = options.get("routeResponseSelectionExpression") is not None
        api.routes.append(DeclaredRoute(key, function.key, answers, where))
        function.triggers.append(Trigger(kind="route", source=key))
        if options.get("authorizer") is not None:
            api.authorizer = self._authorizer(options["authorizer"], options.where("authorizer"))

    def _authorizer(self, value: object, where: Location) -> DeclaredAuthorizer:
        options = as_map(value)
        arn = options.get("arn", value if references(value) else None)
        name = as_text(value) or as_text(options.get("name"))
        if name and name.lower() == "aws_iam":
            return DeclaredAuthorizer("AWS_IAM", "AWS_IAM", None, (), where)
        key = self._authorizer_function(name, arn)
        sources = options.get("identitySource", DEFAULT_IDENTITY_SOURCE)
        named = name if name and not name.startswith("arn:") else key or "authorizer"
        if key is None:
            self.service.problem(
                where, f"the function of authorizer {name or 'by ARN'} is not in this file", serious=True
            )
        elif not any(trigger.kind == "authorizer" for trigger in self.service.functions[key].triggers):
            self.service.functions[key].triggers.append(Trigger(kind="authorizer", source=named))
        kind: Literal["REQUEST"] = "REQUEST"
        return DeclaredAuthorizer(named, kind, key, tuple(as_text(source) or "" for source in as_list(sources)), where)

    def _authorizer_function(self, name: str | None, arn: object) -> str | None:
        if name in self.service.functions:
            return name
        by_id = {function_logical_id(key): key for key in self.service.functions}
        for referred in references(arn):
            if referred in by_id:
                return by_id[referred]
        text = as_text(arn) or name or ""
        physical = text.rpartition(":function:")[2]
        return next((key for key in self.functions if self._function_name(key, self.functions[key]) == physical), None)


def _merged(value: object) -> Map:
    """Functions stand in one mapping, or in a list of mappings (often of included files)."""
    if isinstance(value, Map):
        return value
    groups = [as_map(group) for group in as_list(value)]
    merged = Map(groups[0].path, groups[0].line, groups[0].column) if groups else Map("")
    for group in groups:
        for key, item in group.items():
            merged[key] = item
            merged.places[key] = group.places.get(key, (group.line, group.column))
    return merged


def _resources(value: object) -> Map:
    groups = [as_map(as_map(group).get("Resources")) for group in as_list(value)]
    return _merged([group for group in groups if group])
