"""CDK applications in TypeScript, JavaScript and Python, from their sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.assembly import read_assembly
from migrator.scan.cdk.code import CodeFinder
from migrator.scan.cdk.finding import assemblies, candidates, context, entries, home
from migrator.scan.cdk.interpreter import Exhausted, Interpreter
from migrator.scan.cdk.kinds import is_socket_api
from migrator.scan.cdk.library import Library
from migrator.scan.cdk.repeats import Repeats
from migrator.scan.cdk.sources import SCRIPTS, SOCKETS, Sources
from migrator.scan.cdk.template import Template
from migrator.scan.cdk.values import ClassValue, Made, Module, Unknown, options
from migrator.scan.cloudformation import read_resources, resolve_environment
from migrator.scan.declared import Service
from migrator.scan.files import Files
from migrator.scan.intrinsics import Resolver
from migrator.scan.paths import join_folder
from migrator.scan.physical import Names
from migrator.scan.sieve import sought
from migrator.scan.yamlfile import Map

_CDK: Final = sought(b"aws-cdk", b"aws_cdk", suffixes=(".py", *SCRIPTS))
_APIS: Final = sought(b"WebSocketApi", b"WEBSOCKET", suffixes=(".py", *SCRIPTS))
_TEMPLATES: Final = (".yml", ".yaml", ".json", ".template")
_WRITTEN: Final = sought(b"aws:cdk:path", b"AWS::CDK::Metadata", suffixes=_TEMPLATES)
_GATEWAY: Final = sought(b"AWS::ApiGatewayV2::", suffixes=_TEMPLATES)
_CALLER: Final = 5


def read_cdk(files: Files, name: str) -> list[Service]:
    """A service for each program that makes an App, and for each class with a WebSocket API that none of them makes.

    Where the sources leave something open, or are in another language, what `cdk synth` wrote is read instead."""
    services = _programs(files, name)
    for here, output in assemblies(files):
        own = [service for service in services if f"/{service.path}".startswith(f"{here.rstrip('/')}/")]
        decided = any(service.apis for service in own) and not any(
            problem.serious and not problem.served for service in own for problem in service.problems
        )
        assembly = None if decided else read_assembly(files, output, name)
        if assembly is not None and assembly.apis:
            why = "the sources of the CDK program leave routes open" if own else "no source of a CDK program is read"
            message = f"{why}: what cdk synth wrote is read, which may be older"
            assembly.problem(Location(path=assembly.path), message)
            services = [*(service for service in services if service not in own), assembly]
    return services


def written_by_cdk(files: Files, programs: Sequence[Service]) -> frozenset[str]:
    """Templates that `cdk synth` wrote and somebody kept, of APIs that a program declares which is read."""
    program = next((service for service in programs if service.apis), None)
    if program is None:
        return frozenset()
    found = [path for path in files.mentioning(_WRITTEN, *_TEMPLATES) if files.mentions(path, *_GATEWAY)]
    for path in found:
        program.problem(
            Location(path=path), f"cdk synth wrote this template; the program {program.path} is read instead"
        )
    return frozenset(found)


def _programs(files: Files, name: str) -> list[Service]:
    paths = list(candidates(files, _CDK))
    if not any(files.mentions(path, *SOCKETS) for path in paths):
        return []
    reader = _Reader(files, name)
    for path, here in entries(files, paths):
        reader.program(path, here)
    for path in paths:
        if files.mentions(path, *_APIS):
            reader.classes(path)
    return reader.services


class _Reader:
    def __init__(self, files: Files, name: str) -> None:
        self.files, self.name = files, name
        self.sources = Sources(files)
        self.repeats = Repeats()
        self.services: list[Service] = []
        self.made_classes: set[s.Class] = set()

    def program(self, path: str, here: str) -> None:
        if not self._concerned(path):
            return
        run = self._interpreter(path, here)
        service = self._service(path)
        self._run(run, service, lambda: run.run_module(path))
        self.made_classes |= run.instantiated
        self._finish(run, service, here)

    def classes(self, path: str) -> None:
        """Classes of a file that no program makes: run with arguments that aren't known."""
        here = home(self.files, path)
        run = self._interpreter(path, here)
        found: list[Module | None] = []
        service = self._service(path)
        self._run(run, service, lambda: found.append(run.run_module(path)))
        module = found[0] if found else None
        for value in list(module.names.values()) if module is not None else []:
            if not isinstance(value, ClassValue) or value.scope.module is not module:
                continue
            if value.node in self.made_classes or value.node in run.instantiated:
                continue
            self._alone(run, value, module, here)

    def _alone(self, run: Interpreter, value: ClassValue, module: Module, here: str) -> None:
        place = Location(path=module.path, line=value.node.line, column=value.node.column)
        service = self._service(module.path)
        before = len(run.made)
        app = Made("core.App", [], {}, place)
        missing = Unknown(f"no program makes {value.node.name}, so its arguments are not known")
        given: list[object] = [app, value.node.name, *[missing] * _CALLER]
        self._run(run, service, lambda: run.invoke(value, given, {}, place, module))
        if self._finish(run, service, here, run.made[before:], api_wanted=True):
            self.made_classes |= run.instantiated
            service.path = f"{module.path}:{value.node.name}"
            service.problem(place, f"no program that is read makes {value.node.name}; its arguments are not known")

    def _run(self, run: Interpreter, service: Service, what: object) -> None:
        place = Location(path=service.path)
        try:
            if callable(what):
                what()
        except Exhausted:
            service.problem(place, f"the CDK program is too long to follow ({run.steps} steps)", serious=True)
        except RecursionError:
            service.problem(place, "the CDK program is nested too deeply to follow", serious=True)

    def _finish(
        self,
        run: Interpreter,
        service: Service,
        here: str,
        made: Sequence[Made] | None = None,
        *,
        api_wanted: bool = False,
    ) -> bool:
        """Reads what was made into the service; whether anything of interest is in it."""
        kept = self.repeats.without(list(run.made if made is None else made), service)
        if (api_wanted and not any(is_socket_api(item) for item in kept)) or self.repeats.known(kept):
            return False
        template = Template(kept, CodeFinder(self.files, join_folder(".", here)), service)
        template.build()
        if not service.functions and not template.resources:
            return False
        service.region = _region(kept) or service.region
        whole = Map(service.path)
        whole.update({"Parameters": template.parameters, "Resources": template.resources})
        resolver = Resolver(whole, Names(self.name, service.region))
        for key, variables in template.functions.environments.items():
            function = service.functions[key]
            resolve_environment(variables, resolver, function.environment, function.unresolved)
        read_resources(template.resources, resolver, service)
        self.services.append(service)
        return True

    def _service(self, path: str) -> Service:
        return Service(kind="cdk", name=self.name, path=path)

    def _interpreter(self, path: str, here: str) -> Interpreter:
        return Interpreter(self.sources, path, Library(here, context(self.files, here)))

    def _concerned(self, entry: str) -> bool:
        """Whether the program or anything that it imports speaks of WebSocket APIs."""
        waiting, seen = [entry], set()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            if self.files.mentions(path, *SOCKETS):
                return True
            source = self.sources.load(path)
            module = Module(source) if source is not None else None
            for node in source.imports if source is not None and module is not None else ():
                found = [self.sources.find(node, module)] if module is not None else []
                if module is not None:
                    found.extend(self.sources.find_in(node, name, module) for name, _ in node.names if name != "*")
                waiting.extend(item for item in found if item is not None)
        return False


def _region(made: Sequence[Made]) -> str | None:
    """The region of the first stack that says one."""
    for item in made:
        region = options(item.properties.get("env")).get("region")
        if isinstance(region, str):
            return region
    return None
