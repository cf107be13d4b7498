"""Terraform: every root module that concerns a WebSocket API becomes a service.

Its resources are given CloudFormation's shape, under their addresses, so that one reader knows APIs, routes, tables and
what belongs to what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.cloudformation import read_resources, resolve_environment
from migrator.scan.declared import Function, Part, Service
from migrator.scan.files import Files
from migrator.scan.intrinsics import Unresolved, references
from migrator.scan.paths import join_folder
from migrator.scan.sieve import sought
from migrator.scan.terraform.code import code_root
from migrator.scan.terraform.naming import ARGUMENTS
from migrator.scan.terraform.terragrunt import FILE, Units, groups
from migrator.scan.terraform.workspace import Sources, Workspace
from migrator.scan.yamlfile import Map, as_list, as_map

_SIGNS: Final = sought(
    b"WEBSOCKET", b"apigatewayv2", b"apigateway-v2", b"execute-api", b"@connections", b"ManageConnections",
    b"websocket", b"WebSocket", b"connectionId", b"connection_id", suffixes=(".tf", ".json"),
)  # fmt: skip
_CALLED: Final = re.compile(rb"(?m)^\s*source\s*=\s*\"(\.{1,2}/[^\"]*)\"")


def read_terraform(files: Files, name: str) -> list[Service]:
    """`name`: of the application, for a root module in its folder. What isn't valid becomes a problem of `files`."""
    sources = Sources(files)
    folders = sources.folders()
    called = {folder: _called(files, folder, paths) for folder, paths in folders.items()}
    concerned = {folder for folder, paths in folders.items() if any(files.mentions(path, *_SIGNS) for path in paths)}
    within = set().union(*called.values()) if called else set()
    services = []
    for folder, members in sorted(groups(sources).items()) if concerned else ():
        units = Units(sources, folder, members, PurePosixPath(folder).name or name)
        if any(concerned & _reach(item, called) for item in units.sources_of_units):
            within |= units.sources_of_units
            services.append(_Reader(units.workspace, files, join_folder(folder, FILE)).read())
    for folder in sorted(folders, key=lambda item: (item.count("/"), item)):
        if folder not in within and concerned & _reach(folder, called):
            workspace = Workspace(sources, folder, PurePosixPath(folder).name or name)
            services.append(_Reader(workspace, files, _main(folders[folder])).read())
    for where, message in dict.fromkeys(sources.problems):
        files.failed(where.path, message, line=where.line, column=where.column, serious=True)
    return services


def _called(files: Files, folder: str, paths: list[str]) -> set[str]:
    """Folders of the local modules that a folder's files call, before anything is parsed."""
    return {
        join_folder(folder, match.decode(errors="replace"))
        for path in paths
        for match in _CALLED.findall((files.text(path) or "").encode())
    }


def _reach(folder: str, called: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [folder]
    while waiting:
        item = waiting.pop()
        if item not in reached:
            reached.add(item)
            waiting.extend(called.get(item, ()))
    return reached


def _main(paths: list[str]) -> str:
    return next((path for path in paths if PurePosixPath(path).name in {"main.tf", "main.tf.json"}), paths[0])


class _Reader:
    def __init__(self, workspace: Workspace, files: Files, path: str) -> None:
        self.workspace, self.files = workspace, files
        self.service = Service(kind="terraform", name=workspace.resolver.names.stack, path=path)
        self.service.region = workspace.resolver.names.region

    def read(self) -> Service:
        resources = self.workspace.resources()
        functions = [
            address for address, value in resources.items() if as_map(value)["Type"] == "AWS::Lambda::Function"
        ]
        for address in functions:
            self.service.functions[address] = self._function(address, as_map(resources[address]))
        _join_targets(resources)
        read_resources(resources, self.workspace.resolver, self.service)
        self.service.parts.extend(self._outputs())
        for where, message in self.workspace.problems:
            self.service.problem(where, message)
        return self.service

    def _function(self, address: str, resource: Map) -> Function:
        resolver, arguments = self.workspace.resolver, as_map(resource[ARGUMENTS])
        image = resolver.text_or(arguments.get("package_type"), "Zip") == "Image" or "image_uri" in arguments
        root = code_root(self.workspace, arguments)
        function = Function(
            key=address,
            handler=resolver.text_or(arguments.get("handler"), ""),
            root=self.workspace.folder if root is None else root,
            runtime=resolver.text_or(arguments.get("runtime"), "python"),
            location=resource.where(),
            name=resolver.text_or(arguments.get("function_name"), ""),
            image=image,
        )
        command = next((as_map(block).get("command") for block in as_list(arguments.get("image_config"))), None)
        if image and not function.handler and command is not None:
            function.handler = resolver.text_or(next(iter(as_list(command)), None), "")
        if not function.handler:
            function.problem = (
                "its code is a container image" if image else "the handler is not known: the files don't name it"
            )
        variables = as_map(as_map(as_map(resource["Properties"]).get("Environment")).get("Variables"))
        resolve_environment(variables, resolver, function.environment, function.unresolved)
        return function

    def _outputs(self) -> Iterator[Part]:
        for name, block, value in self.workspace.outputs():
            named = tuple(dict.fromkeys(references(value)))
            text = self.workspace.resolver.text(value)
            shown = () if isinstance(text, Unresolved) or len(text) > 200 else (("Value", text),)
            yield Part(f"output.{name}", "Output", block.where, named, shown)


def _join_targets(resources: Map) -> None:
    """Targets of rules stand beside the rules; CloudFormation has them within."""
    for value in resources.values():
        arguments = as_map(as_map(value).get(ARGUMENTS))
        if as_map(value)["Type"] != "aws_cloudwatch_event_target":
            continue
        for name in references(arguments.get("rule")):
            properties = as_map(as_map(resources.get(name)).get("Properties"))
            properties["Targets"] = [*as_list(properties.get("Targets")), arguments.get("arn")]
