"""Terragrunt: units that say which module is deployed with which inputs, and whose outputs go where.
https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.assumed import ACCOUNT
from migrator.scan.intrinsics import Unresolved
from migrator.scan.paths import join_folder
from migrator.scan.terraform.expressions import Evaluator
from migrator.scan.terraform.modules import Module
from migrator.scan.terraform.symbols import Namespace
from migrator.scan.terraform.syntax import Block
from migrator.scan.terraform.workspace import Sources, Workspace
from migrator.scan.yamlfile import Map, as_map, as_text

FILE: Final = "terragrunt.hcl"
DEEPEST: Final = 8
"""Files that include or read one another."""


def groups(sources: Sources) -> dict[str, list[str]]:
    """Folders of units by the folder that they share, such as that of an environment."""
    found: dict[str, list[str]] = {}
    for path in sources.files.with_suffix(".hcl"):
        unit = PurePosixPath(path)
        if unit.name == FILE and any(sources.file(path).of("terraform")):
            found.setdefault(unit.parent.parent.as_posix(), []).append(unit.parent.as_posix())
    return found


class Units:
    """The units of one group, each a module of one workspace."""

    def __init__(self, sources: Sources, folder: str, units: list[str], name: str) -> None:
        self.sources = sources
        self.workspace = Workspace(sources, folder, name)
        self.modules: dict[str, Module] = {}
        for unit in units:
            config = Config(self, join_folder(unit, FILE), unit)
            source = config.source()
            if source is not None and source in sources.folders():
                prefix = f"{PurePosixPath(unit).name}."
                self.modules[unit] = self.workspace.add_module(source, UnitInputs(config), prefix)

    @property
    def sources_of_units(self) -> set[str]:
        return {module.folder for module in self.modules.values()}

    def output(self, unit: str, name: str) -> object:
        module = self.modules.get(unit)
        return Unresolved(f"the module of {unit} is not in the application") if module is None else module.output(name)


class UnitInputs(Mapping[str, object]):
    """Inputs of a unit, evaluated when the first is asked for."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._values: Map | None = None

    def _all(self) -> Map:
        if self._values is None:
            self._values = Map("")
            self._values = self._config.inputs()
        return self._values

    def __getitem__(self, name: str) -> object:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class Config:
    """One file as a unit sees it: its own, or one that it includes or reads."""

    def __init__(self, units: Units, path: str, unit: str, depth: int = 0) -> None:
        self.units, self.path, self.unit, self.depth = units, path, unit, depth
        self.folder = PurePosixPath(path).parent.as_posix()
        self.body = units.sources.file(path)
        self._open: set[str] = set()
        """Locals that are being evaluated."""
        self.functions: Mapping[str, Callable[..., object]] = {
            "find_in_parent_folders": self._find,
            "get_repo_root": lambda _: "",
            "get_terragrunt_dir": lambda _: f"/{unit}",
            "get_original_terragrunt_dir": lambda _: f"/{unit}",
            "get_parent_terragrunt_dir": lambda _, *name: f"/{self._above(*name)}",
            "path_relative_to_include": lambda _, *name: unit.removeprefix(self._above(*name)).strip("/") or ".",
            "get_aws_account_id": lambda _: ACCOUNT,
            "get_env": lambda _, name, *default: default[0] if default else Unresolved(f"comes from ${name}"),
            "read_terragrunt_config": self._read,
        }

    # What it says

    def source(self) -> str | None:
        """The folder of its module; None for one that is not in the application."""
        for block in self.body.of("terraform"):
            written = block.body.attributes.get("source")
            text = as_text(Evaluator(self).written(written)) if written is not None else None
            if text is not None and text.startswith(("/", ".")):
                return join_folder("." if text.startswith("/") else self.folder, text)
        return None

    def inputs(self) -> Map:
        """Its own go before those of the files that it includes."""
        merged = Map(self.path)
        for config in self._included().values():
            merged.update(config.inputs())
        written = self.body.attributes.get("inputs")
        own = as_map(Evaluator(self).written(written)) if written is not None else Map("")
        merged.update(own)
        return merged

    # Names

    def lookup(self, name: str) -> object:
        if name == "local":
            return Namespace(self.local)
        if name == "include":
            return Namespace(lambda label: self._config_symbol(self._included().get(label)))
        if name == "dependency":
            return Namespace(self._dependency)
        return Unresolved(f"{name} is not declared in {self.path}")

    def local(self, name: str) -> object:
        written = next(
            (group.body.attributes[name] for group in self.body.of("locals") if name in group.body.attributes), None
        )
        if written is None or name in self._open:
            return Unresolved(f"local.{name} {'is not declared' if written is None else 'refers to itself'}")
        self._open.add(name)
        try:
            return Evaluator(self).written(written)
        finally:
            self._open.discard(name)

    def _included(self) -> dict[str, Config]:
        found: dict[str, Config] = {}
        for block in self.body.of("include"):
            written = block.body.attributes.get("path")
            path = as_text(Evaluator(self).written(written)) if written is not None else None
            config = self._other(path)
            if config is not None:
                found[block.labels[0] if block.labels else ""] = config
        return found

    def _other(self, path: str | None) -> Config | None:
        if path is None or self.depth >= DEEPEST:
            return None
        place = join_folder("." if path.startswith("/") else self.folder, path)
        return Config(self.units, place, self.unit, self.depth + 1) if place in self.units.sources.files else None

    def _config_symbol(self, config: Config | None) -> object:
        if config is None:
            return Unresolved("a file that is included is not in the application")
        return Namespace(
            lambda name: Namespace(config.local) if name == "locals" else config.inputs() if name == "inputs" else None
        )

    def _dependency(self, label: str) -> object:
        block = next((block for block in self.body.of("dependency") if block.labels == (label,)), None)
        if block is None:
            return Unresolved(f"dependency.{label} is not declared in {self.path}")
        return Namespace(lambda _: Namespace(lambda name: self._output(block, name)))

    def _output(self, block: Block, name: str) -> object:
        """Of the unit that it depends on, else what stands in for it in plans."""
        written = block.body.attributes.get("config_path")
        path = as_text(Evaluator(self).written(written)) if written is not None else None
        value = self.units.output(join_folder(self.folder, path), name) if path else Unresolved("names no unit")
        mock = block.body.attributes.get("mock_outputs")
        if isinstance(value, Unresolved) and mock is not None:
            return as_map(Evaluator(self).written(mock)).get(name, value)
        return value

    # Functions and services of a scope

    def _find(self, _: object, name: object = FILE, *default: object) -> object:
        """The nearest file of that name in a folder above the unit."""
        for parent in PurePosixPath(self.unit).parents:
            path = join_folder(parent.as_posix(), as_text(name) or FILE)
            if path in self.units.sources.files:
                return f"/{path}"
        return default[0] if default else Unresolved(f"no folder above {self.unit} holds {as_text(name)}")

    def _read(self, _: object, path: object, *default: object) -> object:
        config = self._other(as_text(path))
        return default[0] if config is None and default else self._config_symbol(config)

    def _above(self, *name: object) -> str:
        """The folder of the file that is included."""
        found = self._included()
        chosen = found.get(as_text(name[0]) or "") if name else next(iter(found.values()), None)
        return chosen.folder if chosen is not None else self.folder

    def concrete(self, value: object) -> object:
        return self.units.workspace.resolver.resolve(value)

    def step(self) -> bool:
        return self.units.workspace.step()

    def read(self, path: str) -> str | Unresolved:
        return self.units.workspace.read(join_folder("." if path.startswith("/") else self.folder, path))
