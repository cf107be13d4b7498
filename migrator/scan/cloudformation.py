"""SAM and CloudFormation templates.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Trigger
from migrator.scan.declared import Function, Service
from migrator.scan.files import Files
from migrator.scan.intrinsics import Resolver, Unresolved
from migrator.scan.local_resources import local_resources
from migrator.scan.nested import SUFFIXES, Linked, link, prefix_of
from migrator.scan.parts import output_parts, resource_parts
from migrator.scan.paths import join_folder
from migrator.scan.physical import Names
from migrator.scan.policies import Policies
from migrator.scan.resource_kinds import FUNCTIONS, TABLES
from migrator.scan.resource_triggers import resource_triggers
from migrator.scan.sieve import sought
from migrator.scan.tables import declared_table
from migrator.scan.triggers import event_trigger
from migrator.scan.websocket_api import ApiReader
from migrator.scan.yamlfile import Map, YamlProblem, as_list, as_map, as_text, load

_SIGNS: Final = sought(
    b"AWSTemplateFormatVersion",
    b"AWS::Serverless",
    b"AWS::ApiGatewayV2",
    b"AWS::Lambda::",
    b"AWS::CloudFormation::Stack",
    suffixes=SUFFIXES,
)


_API_SIGNS: Final = ("ApiGatewayV2", "AWS::CloudFormation::Stack")
"""A template without these declares no WebSocket API, so that nothing of one is lost when it can't be read."""


def looks_like_template(files: Files, path: str) -> bool:
    return path.endswith(SUFFIXES) and files.mentions(path, *_SIGNS)


def read_template(files: Files, path: str, application: str) -> Service | None:
    """None when the file is not a template after all, or can't be read (then the problem is noted in `files`)."""
    text = files.text(path)
    if text is None:
        return None
    try:
        template = as_map(load(text, path))
    except YamlProblem as problem:
        concerned = any(sign in text for sign in _API_SIGNS)
        files.failed(path, problem.message, line=problem.line, column=problem.column, serious=concerned)
        return None
    if not as_map(template.get("Resources")):
        return None
    sam = "AWS::Serverless" in (as_text(template.get("Transform")) or str(template.get("Transform") or ""))
    service = Service(kind="sam" if sam else "cloudformation", name=application, path=path)
    linked = link(files, path, template)
    resolver = Resolver(linked.template, Names(application, service.region))
    read_linked(linked, resolver, service)
    return service


def read_linked(linked: Linked, resolver: Resolver, service: Service) -> None:
    """Everything that a template declares, with what it holds."""
    _Reader(linked, resolver, service).read()


def read_resources(resources: Map, resolver: Resolver, service: Service, keys: Mapping[str, str] | None = None) -> None:
    """Tables, parts, triggers and explicit APIs of a template whose functions are already in the service.

    `keys`: the service's keys of functions by the logical ids that the template uses; None when they are the same."""
    for logical_id, value in resources.items():
        if as_map(value).get("Type") in TABLES:
            table = declared_table(logical_id, as_map(value), resolver)
            if table is None:
                service.problem(resources.where(logical_id), f"table {logical_id} has no key schema that can be read")
            else:
                service.tables.append(table)
    service.parts.extend(resource_parts(resources, resolver))
    service.local.extend(local_resources(resources, resolver))
    policies = Policies(resources)
    for logical_id, value in resources.items():
        function = service.functions.get((keys or {}).get(logical_id, logical_id))
        if function is not None and as_map(value).get("Type") in FUNCTIONS:
            function.permissions = policies.of_function(logical_id)
    ApiReader(resources, resolver, service, keys or {}).read()
    for logical_id, trigger in resource_triggers(resources):
        key = (keys or {}).get(logical_id, logical_id)
        if key in service.functions:
            service.functions[key].triggers.append(trigger)


class _Reader:
    def __init__(self, linked: Linked, resolver: Resolver, service: Service) -> None:
        self.linked, self.resolver, self.service = linked, resolver, service
        self.resources = as_map(linked.template.get("Resources"))

    def read(self) -> None:
        for stack in self.linked.missing:
            message = f"the template of the nested stack {stack} is not in the application"
            self.service.problem(self.resources.where(stack), message)
        shared = _variables(self.linked.globals[""])
        resolve_environment(shared, self.resolver, self.service.environment, self.service.unresolved)
        for logical_id, value in self.resources.items():
            if as_map(value).get("Type") in FUNCTIONS:
                self.service.functions[logical_id] = self._function(logical_id, as_map(value))
        read_resources(self.resources, self.resolver, self.service)
        self.service.parts.extend(output_parts(self.linked.template, self.resolver))

    def _function(self, logical_id: str, resource: Map) -> Function:
        sam = resource.get("Type") == "AWS::Serverless::Function"
        own = as_map(resource.get("Properties"))
        usual = self.linked.globals[prefix_of(logical_id)] if sam else Map("")

        def setting(key: str) -> object:
            return own.get(key, usual.get(key))

        if usual.get("PermissionsBoundary") is not None:
            own.setdefault("PermissionsBoundary", usual["PermissionsBoundary"])
        here = PurePosixPath(resource.path).parent.as_posix()
        root, problem = self._code(setting("CodeUri") if sam else own.get("Code"), own, here)
        function = Function(
            key=logical_id,
            handler=self.resolver.text_or(setting("Handler"), ""),
            root=root,
            runtime=self.resolver.text_or(setting("Runtime"), "python"),
            location=self.resources.where(logical_id),
            problem=problem,
            name=self.resolver.text_or(own.get("FunctionName"), ""),
            inline=_inline(own),
            image=own.get("ImageUri") is not None or self.resolver.text_or(setting("PackageType"), "") == "Image",
        )
        if not function.handler and not problem:
            function.problem = "the template names no handler (a container image, or set at deployment)"
        for settings in (usual, own) if prefix_of(logical_id) else (own,):
            resolve_environment(_variables(settings), self.resolver, function.environment, function.unresolved)
        for name, value in as_map(own.get("Events")).items():
            event = as_map(value)
            properties = event.get("Properties")
            function.triggers.append(event_trigger(as_text(event.get("Type")) or name, properties or Map(""), name))
        if own.get("FunctionUrlConfig") is not None:
            function.triggers.append(Trigger(kind="call", source="http function URL"))
        return function

    def _code(self, code: object, properties: Map, here: str) -> tuple[str, str | None]:
        """The code's folder, and why it can't be read. `here`: the template's folder."""
        if "InlineCode" in properties or "ZipFile" in as_map(code):
            return here, "its code stands inside the template, not in a file"
        if (
            properties.get("ImageUri") is not None
            or self.resolver.text_or(properties.get("PackageType"), "") == "Image"
        ):
            return here, None
        if isinstance(code, Map) and ({"Bucket", "S3Bucket"} & set(code)):
            return here, None
        text = self.resolver.text(code) if code is not None else "."
        if isinstance(text, Unresolved):
            return here, f"where its code lies is not known: {text.reason}"
        return (here if text.startswith("s3://") or text.endswith((".zip", ".jar")) else join_folder(here, text)), None


def _variables(settings: Map) -> Map:
    return as_map(as_map(settings.get("Environment")).get("Variables"))


def _inline(properties: Map) -> str | None:
    code = properties.get("InlineCode", as_map(properties.get("Code")).get("ZipFile"))
    for name, argument in as_map(code).items():
        code = as_list(argument)[0] if name == "Fn::Sub" else "".join(
            as_text(part) or "" for part in as_list(as_list(argument)[-1])
        )  # fmt: skip
    return as_text(code)


def resolve_environment(
    variables: Map, resolver: Resolver, resolved: dict[str, str], unresolved: dict[str, str]
) -> None:
    """Puts each variable where it belongs: its value, or why there is none."""
    for name, value in variables.items():
        text = resolver.text(value)
        if isinstance(text, Unresolved):
            unresolved[name] = text.reason
        else:
            resolved[name] = text
