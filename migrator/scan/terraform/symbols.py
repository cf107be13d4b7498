"""Resources, data sources and modules as expressions name them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.scan.intrinsics import Unresolved
from migrator.scan.terraform.properties import policy_document
from migrator.scan.terraform.values import JSON, attribute, attribute_of, call
from migrator.scan.yamlfile import as_text

if TYPE_CHECKING:
    from migrator.scan.terraform.modules import Module
    from migrator.scan.terraform.syntax import Block


@dataclass(frozen=True)
class Namespace:
    """`var`, `local`, `module`, or a type of resource: names that are looked up one by one."""

    get: Callable[[str], object]

    def attribute(self, name: str) -> object:
        return self.get(name)

    def instance(self, key: object) -> object:
        return self.get(as_text(key) or "")

    def instances(self) -> list[tuple[str | int, object]] | None:
        return None


@dataclass(frozen=True)
class ResourceSymbol:
    """A resource or data source, all of its instances together."""

    module: Module
    block: Block

    def attribute(self, name: str) -> object:
        """Without a key: of the only instance, or of the first."""
        found = self.module.instances(self.block)
        return self.instance(found[0][0]).attribute(name) if found else Unresolved("the resource is not created")

    def instance(self, key: object) -> InstanceSymbol:
        return InstanceSymbol(self.module.address(self.block, key), self.module, self.block)

    def instances(self) -> list[tuple[str | int, object]] | None:
        found = self.module.instances(self.block)
        return None if any(key is None for key, _ in found) else [
            (key, self.instance(key)) for key, _ in found if key is not None
        ]  # fmt: skip


@dataclass(frozen=True)
class InstanceSymbol:
    address: str
    module: Module
    block: Block

    def attribute(self, name: str) -> object:
        if self.block.kind == "data":
            unknown = self.module.unknown_data(self.block, name)
            if unknown is not None:
                return unknown
            if self.block.labels[0] == "aws_iam_policy_document":
                return call(JSON, [policy_document(self.module.workspace.arguments_of(self.address))])
        return attribute_of(self.address, name)

    def instance(self, key: object) -> object:
        return self.attribute(as_text(key) or "")

    def instances(self) -> list[tuple[str | int, object]] | None:
        return None


@dataclass(frozen=True)
class ModuleSymbol:
    module: Module
    name: str
    key: object = None

    def attribute(self, name: str) -> object:
        return self.module.child_output(self.name, self.key, name)

    def instance(self, key: object) -> object:
        return ModuleSymbol(self.module, self.name, key) if self.key is None else attribute(self, as_text(key) or "")

    def instances(self) -> list[tuple[str | int, object]] | None:
        keys = [key for key, _ in self.module.children(self.name)]
        return (
            None
            if None in keys
            else [(key, ModuleSymbol(self.module, self.name, key)) for key in keys if key is not None]
        )
