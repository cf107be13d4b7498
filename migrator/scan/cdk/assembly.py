"""What `cdk synth` wrote: the templates of a cloud assembly as one, with functions led back to their sources.
https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from migrator.scan.cloudformation import read_linked
from migrator.scan.declared import Function, Service
from migrator.scan.files import Files
from migrator.scan.intrinsics import Resolver
from migrator.scan.nested import Linked
from migrator.scan.paths import join_folder
from migrator.scan.physical import Names
from migrator.scan.yamlfile import Located, Map, as_list, as_map, as_text

MOST_BYTES: Final = 20_000_000
MOST_TEMPLATES: Final = 100
_DEEPEST: Final = 60
_SECTIONS: Final = ("Parameters", "Conditions", "Mappings", "Resources", "Outputs")
_ENTRY: Final = re.compile(r'^  "([A-Za-z0-9]+)": \{')
_PYTHON: Final = (".py", "/__init__.py")
_NODE: Final = (".js", ".mjs", ".cjs", ".ts")


def read_assembly(files: Files, folder: str, name: str) -> Service | None:
    """`folder`: cdk.out, relative to the application. None when it holds no template with functions or an API."""
    reader = _Reader(files, folder)
    templates = list(reader.templates(folder, 0))
    if not templates:
        return None
    service = Service(kind="cdk", name=name, path=join_folder(folder, "manifest.json"))
    whole = reader.joined(templates)
    resolver = Resolver(whole, Names(name, service.region))
    read_linked(Linked(whole, {"": Map("")}), resolver, service)
    for key, function in service.functions.items():
        reader.lead_back(function, as_map(as_map(whole.get("Resources")).get(key)))
    return service if service.apis or service.functions else None


class _Reader:
    def __init__(self, files: Files, folder: str) -> None:
        self.files, self.folder = files, folder
        self.exports: dict[str, object] = {}
        self.given: dict[str, object] = {}
        """Parameters of nested templates, by name: what the template around them passes."""
        self.outputs: dict[tuple[str, str], object] = {}
        """Outputs of nested templates, by the id of the nested stack and their name."""

    def templates(self, folder: str, depth: int) -> Iterator[Map]:
        """Those of an assembly and the assemblies in it, parents first."""
        artifacts = as_map(self.load(join_folder(folder, "manifest.json")).get("artifacts"))
        for artifact in artifacts.values():
            properties = as_map(as_map(artifact).get("properties"))
            kind = as_map(artifact).get("type")
            inner = as_text(properties.get("directoryName"))
            if kind == "cdk:cloud-assembly" and inner and depth < 3:
                yield from self.templates(join_folder(folder, inner), depth + 1)
            path = as_text(properties.get("templateFile"))
            if kind == "aws:cloudformation:stack" and path:
                yield from self.with_nested(folder, join_folder(folder, path), 0)

    def with_nested(self, folder: str, path: str, depth: int) -> Iterator[Map]:
        template = self.load(path)
        yield template
        for stack_id, value in as_map(template.get("Resources")).items():
            resource = as_map(value)
            inner = as_text(as_map(resource.get("Metadata")).get("aws:asset:path"))
            if resource.get("Type") != "AWS::CloudFormation::Stack" or not inner or depth > 5:
                continue
            self.given.update(as_map(as_map(resource.get("Properties")).get("Parameters")))
            for nested in self.with_nested(folder, join_folder(folder, inner), depth + 1):
                for output_id, output in as_map(nested.get("Outputs")).items():
                    self.outputs[stack_id, output_id] = as_map(output).get("Value")
                yield nested

    def load(self, path: str) -> Map:
        """A JSON file of the assembly with the lines of its resources; empty when it can't be read."""
        try:
            text = (self.read(path) or b"").decode("utf-8")
            value = json.loads(text)
        except (ValueError, RecursionError):
            return Map(path)
        lines: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            match = _ENTRY.match(line)
            if match:
                lines.setdefault(match.group(1), number)
        return as_map(_mapped(value, path, 1, lines, 0))

    def joined(self, templates: list[Map]) -> Map:
        """One template of all. A resource that several have, as stages of one application do, counts once."""
        whole = Map(join_folder(self.folder, "manifest.json"))
        sections = {name: Located(whole.path) for name in _SECTIONS}
        for template in templates[:MOST_TEMPLATES]:
            for name, section in sections.items():
                for key, value in as_map(template.get(name)).items():
                    section.setdefault(key, value)
            for output in as_map(template.get("Outputs")).values():
                exported = as_text(as_map(as_map(output).get("Export")).get("Name"))
                if exported:
                    self.exports.setdefault(exported, as_map(output).get("Value"))
        for name in self.given:
            sections["Parameters"].pop(name, None)
        for name in ("Resources", "Outputs"):
            for key, value in list(sections[name].items()):
                sections[name][key] = self.linked(value, 0)
        whole.update(sections)
        return whole

    def linked(self, value: object, depth: int) -> object:  # noqa: PLR0911 - one line a kind of reference
        """With what other stacks export, and what nested stacks are given and return, in place of its name."""
        if depth > _DEEPEST:
            return value
        if isinstance(value, list):
            return [self.linked(item, depth + 1) for item in value]
        if not isinstance(value, Map):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Fn::ImportValue" and as_text(argument) in self.exports:
                return self.linked(self.exports[as_text(argument) or ""], depth + 1)
            if name == "Ref" and as_text(argument) in self.given:
                return self.linked(self.given[as_text(argument) or ""], depth + 1)
            parts = [as_text(part) or "" for part in as_list(argument)] if name == "Fn::GetAtt" else []
            output = (parts[0], parts[1].removeprefix("Outputs.")) if len(parts) == 2 else ("", "")
            if output in self.outputs:
                return self.linked(self.outputs[output], depth + 1)
        return value.like((key, self.linked(item, depth + 1)) for key, item in value.items())

    # Code

    def lead_back(self, function: Function, resource: Map) -> None:
        """From the copy of the code in the assembly to the files that it was made of."""
        asset = as_text(as_map(resource.get("Metadata")).get("aws:asset:path"))
        if not asset or asset.startswith("/") or not function.handler:
            return
        target = function.handler.rpartition(".")[0]
        node = function.runtime.startswith("node")
        for ending in _NODE if node else _PYTHON:
            name = f"{target if node else target.replace('.', '/')}{ending}"
            data = self.read(join_folder(self.folder, f"{asset}/{name}"))
            found = [path for path in self.files.paths if f"/{path}".endswith(f"/{name}")]
            same = [path for path in found if data is not None and self.read(path) == data]
            if same:
                # Copies of the same text do the same; the one nearest to the application's folder stands for all.
                function.root = min(same, key=len).removesuffix(name).rstrip("/") or "."
                return
        function.root = join_folder(self.folder, asset)

    def read(self, path: str) -> bytes | None:
        """None for what isn't there, is too large, or lies outside of the application."""
        place = self.files.root / path
        try:
            inside = place.resolve(strict=True).is_relative_to(self.files.root)
            return place.read_bytes() if inside and place.stat().st_size <= MOST_BYTES else None
        except (OSError, RuntimeError):
            return None


def _mapped(value: object, path: str, line: int, lines: dict[str, int], depth: int) -> object:
    if isinstance(value, list) and depth < _DEEPEST:
        return [_mapped(item, path, line, lines, depth + 1) for item in value]
    if not isinstance(value, dict) or depth >= _DEEPEST:
        return value
    made = Map(path, line)
    for key, item in value.items():
        own = lines.get(key, line) if depth == 1 else line
        made.places[str(key)] = (own, 1)
        made[str(key)] = _mapped(item, path, own, lines, depth + 1)
    return made
