"""A root module with all that it calls: where Terraform runs, and what it would create there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.intrinsics import Unresolved
from migrator.scan.paths import join_folder
from migrator.scan.terraform.expressions import MOST_STEPS, Evaluator
from migrator.scan.terraform.kinds import KINDS
from migrator.scan.terraform.modules import DEEPEST_CALL, Inputs, Module
from migrator.scan.terraform.naming import ARGUMENTS, TerraformNames, TerraformResolver
from migrator.scan.terraform.properties import properties_of
from migrator.scan.terraform.registry import known_module
from migrator.scan.terraform.syntax import Block, Body, Problems, Written, parse, parse_values
from migrator.scan.yamlfile import Located, Map, as_map, as_text

MOST_INSTANCES: Final = 5_000
"""Resources of one root module; more are not looked at, with a problem that says so."""

_ADDRESS: Final = re.compile(r'\["[^"]*"\]|\[\d+\]')


@dataclass
class Sources:
    """The parsed configuration of each folder; every file is parsed once."""

    files: Files
    bodies: dict[str, Body] = field(default_factory=dict)
    problems: list[tuple[Location, str]] = field(default_factory=list)
    _parsed: dict[str, Body] = field(default_factory=dict)

    def folders(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files.paths:
            if path.endswith((".tf", ".tf.json")):
                found.setdefault(PurePosixPath(path).parent.as_posix(), []).append(path)
        return found

    def body(self, folder: str) -> Body:
        if folder not in self.bodies:
            merged = self.bodies[folder] = Body()
            for path in self.folders().get(folder, ()):
                read = self.file(path)
                merged.attributes.update(read.attributes)
                merged.blocks.extend(read.blocks)
        return self.bodies[folder]

    def file(self, path: str) -> Body:
        if path not in self._parsed:
            text = self.files.text(path)
            self._parsed[path] = Body() if text is None else parse(text, path, self.problems)
        return self._parsed[path]

    def values(self, folder: str) -> dict[str, Written]:
        """Variables from the files that Terraform reads by itself, else from the only one of another name.
        https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files"""
        given = [path for path in self.files.paths if path.endswith((".tfvars", ".tfvars.json"))]
        here = [path for path in given if PurePosixPath(path).parent.as_posix() == folder]
        automatic = [
            path for path in here if PurePosixPath(path).name.startswith("terraform.tfvars") or ".auto." in path
        ]
        below = [path for path in given if path.startswith("" if folder == "." else f"{folder}/")]
        chosen = automatic or (below if len(below) == 1 else [])
        found: dict[str, Written] = {}
        for path in sorted(chosen, key=lambda path: ".auto." in path):
            found.update(parse_values(self.files.text(path) or "", path, self.problems))
        return found


class Workspace:
    """Raises nothing: what can't be read or resolved is noted in `problems`, or unresolved with a reason."""

    def __init__(self, sources: Sources, folder: str, name: str) -> None:
        self.sources, self.folder = sources, folder
        self.problems: Problems = []
        self.steps = 0
        self.declared: dict[str, tuple[Module, Block, Mapping[str, object]]] = {}
        self.modules: list[Module] = []
        self.resolver = TerraformResolver(TerraformNames(name, "us-east-1"), self.ensure)
        self.root = self.add_module(folder, {})
        self.root.inputs = Inputs(Evaluator(self.root), sources.values(folder))
        self.resolver.names.region = self._region()

    def add_module(
        self, folder: str, inputs: Mapping[str, object], prefix: str = "", depth: int = 0, body: Body | None = None
    ) -> Module:
        module = Module(self, folder, body or self.sources.body(folder), inputs, prefix, depth)
        self.modules.append(module)
        return module

    def _region(self) -> str:
        for block in self.sources.body(self.folder).of("provider"):
            written = block.body.attributes.get("region")
            if block.labels == ("aws",) and "alias" not in block.body.attributes and written is not None:
                region = as_text(self.resolver.resolve(Evaluator(self.root).written(written)))
                return region or "us-east-1"
        return "us-east-1"

    def call(self, caller: Module, block: Block, key: object, names: Mapping[str, object]) -> Module | None:
        """The module that a block calls; None when its source is not in the application."""
        evaluator = Evaluator(caller, names)
        source = block.body.attributes.get("source")
        where = as_text(evaluator.written(source)) if source else None
        prefix = caller.call_prefix(block.labels[0], key)
        inputs = Inputs(evaluator, block.body.attributes)
        if where is not None and where.startswith((".", "/")):
            folder = join_folder(caller.folder, where)
            if folder in self.sources.folders() and caller.depth < DEEPEST_CALL:
                return self.add_module(folder, inputs, prefix, caller.depth + 1)
        known = known_module(where, block.where) if where is not None else None
        if known is not None:
            return self.add_module(caller.folder, inputs, prefix, caller.depth + 1, known)
        self.note(block.where, f"module {block.labels[0]} comes from {where}, which is not in the application")
        return None

    # What there is

    def resources(self) -> Located:
        """All managed resources by address, in the order of the files."""
        for _ in range(DEEPEST_CALL):
            before = len(self.modules)
            for module in list(self.modules):
                for name in module.calls:
                    module.children(name)
            if len(self.modules) == before:
                break
        managed = Located(self.folder)
        for module in self.modules:
            for block in module.blocks.values():
                if block.kind != "resource":
                    continue
                for address, _ in self._addresses(module, block):
                    if len(managed) >= MOST_INSTANCES:
                        self.note(block.where, f"more than {MOST_INSTANCES} resources; the rest was not looked at")
                        return managed
                    self.ensure(address)
                    managed[address] = self.resolver.resources[address]
        return managed

    def outputs(self) -> Iterator[tuple[str, Block, object]]:
        for name, block in self.root.outputs.items():
            yield name, block, self.root.output(name)

    def _addresses(self, module: Module, block: Block) -> Iterator[tuple[str, Mapping[str, object]]]:
        for key, names in module.instances(block):
            address = module.address(block, key)
            self.declared[address] = (module, block, names)
            yield address, names

    def ensure(self, address: str) -> None:
        """Evaluates the instance of an address, once."""
        if address in self.resolver.resources or not self._find(address):
            return
        module, block, names = self.declared[address]
        kind = block.labels[0]
        resource = Map(block.where.path, block.where.line, block.where.column)
        resource["Type"] = KINDS.get(kind, kind if block.kind == "resource" else "data")
        self.resolver.resources[address] = resource
        arguments = module.arguments(block, names)
        if block.kind == "data":
            arguments["of"] = kind
        resource[ARGUMENTS] = arguments
        resource["Properties"] = properties_of(kind, arguments, self.resolver)
        resource["DependsOn"] = list(module.depends_on(block))

    def arguments_of(self, address: str) -> Map:
        """What the block of an instance says; empty for an address that isn't there."""
        self.ensure(address)
        return as_map(as_map(self.resolver.resources.get(address)).get(ARGUMENTS))

    def _find(self, address: str) -> bool:
        """Looks an address up among the instances of the blocks that could have it."""
        if address not in self.declared:
            plain = _ADDRESS.sub("", address)
            for module in list(self.modules):
                for block in module.blocks.values():
                    if _ADDRESS.sub("", module.address(block, None)) == plain:
                        list(self._addresses(module, block))
        return address in self.declared

    # Services of the scopes

    def step(self) -> bool:
        self.steps += 1
        return self.steps <= MOST_STEPS

    def room(self) -> int:
        return MOST_INSTANCES

    def read(self, path: str) -> str | Unresolved:
        text = self.sources.files.text(path) if (self.sources.files.root / path).is_file() else None
        return Unresolved(f"the file {path} is not in the application") if text is None else text

    def note(self, where: Location, message: str) -> None:
        if (where, message) not in self.problems:
            self.problems.append((where, message))
