"""A Chalice application as a service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.chalice.configuration import Configuration, hidden, read_configuration
from migrator.scan.chalice.sources import Registered, Sources, read_sources
from migrator.scan.cloudformation import read_resources, resolve_environment
from migrator.scan.declared import DeclaredApi, DeclaredRoute, Function, Part, Service
from migrator.scan.files import Files
from migrator.scan.intrinsics import Resolver
from migrator.scan.parts import statement_parts
from migrator.scan.physical import Names
from migrator.scan.python.imports import is_test
from migrator.scan.websocket_api import DEFAULT_EXPRESSION
from migrator.scan.yamlfile import Map, YamlProblem, as_map, load

_KEYS: Final = {"$connect": "WebsocketConnect", "$default": "WebsocketMessage", "$disconnect": "WebsocketDisconnect"}
"""Logical ids that `chalice package` gives to the functions of the routes."""

_API: Final = "WebsocketAPI"
_PACKAGED: Final = (b"WebsocketConnect", b"WebsocketMessage", b"WebsocketDisconnect")


def read_chalice(files: Files) -> tuple[list[Service], frozenset[str]]:
    """The services, and the templates that are made of them or merged into them: they declare no API of their own."""
    sources = read_sources(files)
    services, taken = [], set()
    for path, variable in sources.applications.items():
        root = PurePosixPath(path).parent.as_posix()
        own = [item for item in sources.registered if _belongs(item, root, sources) and not is_test(item.module.path)]
        if any(item.trigger.kind == "route" for item in own):
            reader = _Reader(files, path, variable, root)
            services.append(reader.read(own))
            taken.update(reader.templates)
    return services, frozenset(taken)


def _belongs(item: Registered, root: str, sources: Sources) -> bool:
    """Whether the nearest application above a file is the one in `root`."""
    homes = {PurePosixPath(path).parent.as_posix() for path in sources.applications}
    above = [parent.as_posix() for parent in PurePosixPath(item.module.path).parents]
    return next((folder for folder in above if folder in homes), None) == root


class _Reader:
    def __init__(self, files: Files, path: str, variable: str, root: str) -> None:
        self.files, self.path, self.root = files, path, root
        self.object = f"{PurePosixPath(path).stem}:{variable}"
        self.configuration = read_configuration(files, root)
        name = self.configuration.text("app_name", PurePosixPath(root).name or "app")
        self.service = Service(kind="chalice", name=name, path=path)
        self.templates = self._templates()

    def read(self, registered: list[Registered]) -> Service:
        service, configuration = self.service, self.configuration
        routes = [item for item in registered if item.trigger.kind == "route"]
        api = DeclaredApi(
            id=_API,
            name=f"{service.name}-{configuration.stage}-websocket-api",
            expression=DEFAULT_EXPRESSION,
            stage=configuration.text("api_gateway_stage", "api"),
            location=Location(path=self.path),
            domains=configuration.domains,
        )
        for item in registered:
            key = _KEYS.get(item.trigger.source, item.name) if item in routes else item.name
            function = service.functions.setdefault(key, self._function(key, item))
            function.triggers.append(item.trigger)
            if item in routes:
                api.routes.append(DeclaredRoute(item.trigger.source, key, route_response=False, location=item.where))
        service.apis.append(api)
        service.parts.extend(_implied(service, api, configuration))
        service.parts.extend(self._policies())
        self._merge()
        return service

    def _function(self, key: str, item: Registered) -> Function:
        relative = PurePosixPath(item.module.path).relative_to("." if self.root == "." else self.root)
        module = ".".join(relative.with_suffix("").parts)
        return Function(
            key=key,
            handler=f"{module}.{item.node.name}",
            root=self.root,
            runtime="python",
            location=item.where,
            environment=self.configuration.environment(item.name),
            name=f"{self.service.name}-{self.configuration.stage}-{item.name}",
            framework="chalice",
            framework_object=self.object,
        )

    def _policies(self) -> Iterator[Part]:
        """Chalice makes a policy from the code, unless one is written by hand."""
        name = self.configuration.policy_file
        if name is None:
            yield Part("DefaultRole", "AWS::IAM::Role", Location(path=self.path), tuple(self.service.functions))
            return
        path = str(PurePosixPath(self.configuration.path).parent / name)
        document = as_map(hidden(self.files, path))
        yield Part("DefaultRole", "AWS::IAM::Role", Location(path=path), tuple(self.service.functions))
        yield from statement_parts("DefaultRole", document.get("Statement"), document)

    # Templates

    def _templates(self) -> list[str]:
        """Templates that hold Chalice's own functions: merged into its output, or the output itself."""
        under = "" if self.root == "." else f"{self.root}/"
        return [
            path
            for path in self.files.with_suffix(".json", ".yml", ".yaml", ".template")
            if path.startswith(under) and self.files.mentions(path, *_PACKAGED)
        ]

    def _merge(self) -> None:
        """Tables and variables that a template adds. `chalice package --merge-template` has the sources' word."""
        made = [path for path in self.templates if self.files.mentions(path, b"AWS::ApiGatewayV2::")]
        merged = [path for path in self.templates if path not in made]
        for path in made:
            where = Location(path=path)
            self.service.problem(where, f"is what `chalice package` makes of {self.path}; the sources count")
        for path in merged or made[:1]:
            try:
                template = as_map(load(self.files.text(path) or "", path))
            except YamlProblem as problem:
                self.files.failed(path, problem.message, line=problem.line, column=problem.column, serious=True)
                continue
            self._merge_template(template)

    def _merge_template(self, template: Map) -> None:
        resources = as_map(template.get("Resources"))
        resolver = Resolver(template, Names(f"{self.service.name}-{self.configuration.stage}", self.service.region))
        for key, function in self.service.functions.items():
            properties = as_map(as_map(resources.get(key)).get("Properties"))
            variables = as_map(as_map(properties.get("Environment")).get("Variables"))
            resolve_environment(variables, resolver, function.environment, function.unresolved)
        more = resources.like(
            (name, value)
            for name, value in resources.items()
            if name not in self.service.functions
            and not str(as_map(value).get("Type")).startswith(("AWS::ApiGatewayV2::", "AWS::Lambda::Permission"))
        )
        self.service.parts = [part for part in self.service.parts if part.id not in more]
        read_resources(more, resolver, self.service)


def _implied(service: Service, api: DeclaredApi, configuration: Configuration) -> Iterator[Part]:
    """What a deployment makes, under the names of `chalice package`."""
    where = api.location
    shown = (("Name", api.name), ("RouteSelectionExpression", api.expression))
    yield Part(api.id, "AWS::ApiGatewayV2::Api", where, properties=shown)
    yield Part(f"{api.id}Stage", "AWS::ApiGatewayV2::Stage", where, (api.id,), (("StageName", api.stage),))
    yield Part(f"{api.id}Deployment", "AWS::ApiGatewayV2::Deployment", where, (api.id,))
    for key, function in service.functions.items():
        yield Part(key, "AWS::Lambda::Function", function.location, properties=(("Handler", function.handler),))
    for route in api.routes:
        integration = f"{route.function}APIIntegration"
        yield Part(integration, "AWS::ApiGatewayV2::Integration", route.location, (api.id, route.function))
        named = (("RouteKey", route.key),)
        yield Part(f"{route.function}Route", "AWS::ApiGatewayV2::Route", route.location, (api.id, integration), named)
        yield Part(
            f"{route.function}InvokePermission", "AWS::Lambda::Permission", route.location, (route.function, api.id)
        )
    if api.domains:
        domain = Location(path=configuration.path)
        yield Part("WebsocketApiCustomDomain", "AWS::ApiGatewayV2::DomainName", domain, (api.id,))
        yield Part("WebsocketApiMapping", "AWS::ApiGatewayV2::ApiMapping", domain, (api.id, "WebsocketApiCustomDomain"))
