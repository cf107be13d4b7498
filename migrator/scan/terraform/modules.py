"""One module of Terraform: its variables, locals, resources, outputs and the modules that it calls.
https://developer.hashicorp.com/terraform/language/modules/syntax
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from migrator.scan.intrinsics import Unresolved
from migrator.scan.paths import join_folder
from migrator.scan.terraform.expressions import Evaluator
from migrator.scan.terraform.kinds import is_known_data
from migrator.scan.terraform.symbols import ModuleSymbol, Namespace, ResourceSymbol
from migrator.scan.terraform.syntax import Block, Body, Written
from migrator.scan.terraform.values import elements
from migrator.scan.yamlfile import Map, as_list, as_text

if TYPE_CHECKING:
    from migrator.scan.terraform.workspace import Workspace

DEEPEST_CALL: Final = 8
"""Modules within modules that are followed."""

_META: Final = frozenset({"for_each", "count", "provider", "providers", "depends_on", "lifecycle"})
"""Arguments of Terraform itself."""

_OF_POLICIES: Final = frozenset({"statement", "condition", "inline_policy"})
"""Nested blocks without which a policy may allow more: that some are not known is said in their place."""

_NAME: Final = re.compile(r"\b((?:data\.|module\.)?[a-z][\w-]*\.[\w-]+)")
_SOURCES: Final = {"aws_ssm_parameter": "SSM parameter", "aws_secretsmanager_secret_version": "the secret"}


class Inputs(Mapping[str, object]):
    """Values of a module's variables, evaluated when they are asked for: modules may use outputs of each other."""

    def __init__(self, evaluator: Evaluator, written: Mapping[str, Written]) -> None:
        self._evaluator, self._written = evaluator, written
        self._values: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._values:
            written = self._written[name]
            self._values[name] = Unresolved(f"input {name} refers to itself")
            self._values[name] = self._evaluator.written(written)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


class Module:
    """A scope of expressions. `inputs`: values of variables; `prefix`: of its addresses, such as 'module.a.'."""

    def __init__(
        self,
        workspace: Workspace,
        folder: str,
        body: Body,
        inputs: Mapping[str, object],
        prefix: str = "",
        depth: int = 0,
    ) -> None:
        self.workspace, self.folder, self.inputs, self.prefix, self.depth = workspace, folder, inputs, prefix, depth
        self.variables = {block.labels[0]: block for block in body.of("variable") if block.labels}
        self.outputs = {block.labels[0]: block for block in body.of("output") if block.labels}
        self.calls = {block.labels[0]: block for block in body.of("module") if block.labels}
        self.locals = {name: value for block in body.of("locals") for name, value in block.body.attributes.items()}
        declared = [block for block in body.blocks if block.kind in {"resource", "data"} and len(block.labels) == 2]
        self.blocks = {(block.kind, *block.labels): block for block in declared}
        self._local_values: dict[str, object] = {}
        self._instances: dict[int, list[tuple[str | int | None, Map]]] = {}
        self._children: dict[str, list[tuple[str | int | None, Module | None]]] = {}

    @property
    def functions(self) -> Mapping[str, Callable[..., object]]:
        return {}

    # Names

    def lookup(self, name: str) -> object:
        namespaces = {
            "var": Namespace(self.variable),
            "local": Namespace(self.local),
            "module": Namespace(lambda call: ModuleSymbol(self, call)),
            "data": Namespace(lambda kind: Namespace(lambda label: self._resource("data", kind, label))),
        }
        if name in namespaces:
            return namespaces[name]
        if name in {"path", "terraform"}:
            here = Map("")
            root = self.workspace.folder
            here.update(module=posixpath.relpath(f"/{self.folder}", f"/{root}"), root=".", cwd=".", workspace="default")
            return here
        if name in {"each", "count", "self"}:
            return Unresolved(f"{name} has no value here")
        return Namespace(lambda label: self._resource("resource", name, label))

    def _resource(self, kind: str, resource_type: str, label: str) -> object:
        block = self.blocks.get((kind, resource_type, label))
        if block is None:
            return Unresolved(f"{'data.' if kind == 'data' else ''}{resource_type}.{label} is not declared here")
        return ResourceSymbol(self, block)

    def variable(self, name: str) -> object:
        if name in self.inputs:
            return self.inputs[name]
        block = self.variables.get(name)
        default = block.body.attributes.get("default") if block else None
        if default is not None:
            return Evaluator(self).written(default)
        return Unresolved(f"variable {name} has no default; it is given at deployment")

    def local(self, name: str) -> object:
        if name not in self._local_values:
            written = self.locals.get(name)
            self._local_values[name] = Unresolved(f"local.{name} refers to itself")
            self._local_values[name] = (
                Unresolved(f"local.{name} is not declared") if written is None else Evaluator(self).written(written)
            )
        return self._local_values[name]

    def output(self, name: str) -> object:
        block = self.outputs.get(name)
        value = block.body.attributes.get("value") if block else None
        return Unresolved(f"the module has no output {name}") if value is None else Evaluator(self).written(value)

    def concrete(self, value: object) -> object:
        return self.workspace.resolver.resolve(value)

    def step(self) -> bool:
        return self.workspace.step()

    def read(self, path: str) -> str | Unresolved:
        """Relative paths start at the root module, where Terraform runs."""
        return self.workspace.read(join_folder(self.workspace.folder, path))

    def unknown_data(self, block: Block, name: str) -> Unresolved | None:
        """Why the attribute of a data source isn't known; None when it is."""
        kind, label = block.labels
        if name in block.body.attributes or is_known_data(kind, name):
            return None
        if kind in _SOURCES:
            named = block.body.attributes.get("name", block.body.attributes.get("secret_id"))
            value = as_text(self.concrete(Evaluator(self).written(named))) if named else None
            return Unresolved(f"comes from {_SOURCES[kind]} {value or label}")
        if kind == "terraform_remote_state":
            return Unresolved(f"is an output of another state ({label})")
        return Unresolved(f"is read at deployment (data.{kind}.{label}.{name})")

    # Instances

    def address(self, block: Block, key: object) -> str:
        plain = f"{self.prefix}{'data.' if block.kind == 'data' else ''}{'.'.join(block.labels)}"
        return plain if key is None else f"{plain}[{key}]" if isinstance(key, int) else f'{plain}["{key}"]'

    def instances(self, block: Block) -> list[tuple[str | int | None, Map]]:
        """(key, names that its expressions may use) for each; the key is None without `for_each` and `count`."""
        if id(block) not in self._instances:
            self._instances[id(block)] = [(None, Map(""))]
            self._instances[id(block)] = self._expanded(block)
        return self._instances[id(block)]

    def _expanded(self, block: Block) -> list[tuple[str | int | None, Map]]:
        attributes = block.body.attributes
        what = ".".join(block.labels)
        if "for_each" in attributes:
            collection = Evaluator(self).written(attributes["for_each"])
            pairs = elements(collection)
            if pairs is None:
                reason = collection if isinstance(collection, Unresolved) else Unresolved("it is no collection")
                self.workspace.note(
                    attributes["for_each"].where, f"the for_each of {what} is not known: {reason.reason}"
                )
                return [(None, _bound("each", key=reason, value=reason))]
            return [(key, _bound("each", key=key, value=value)) for key, value in _keyed(collection, list(pairs), self)]
        if "count" in attributes:
            number = as_text(self.concrete(Evaluator(self).written(attributes["count"])))
            if number is None or not number.isdigit():
                return [(0, _bound("count", index=0))]
            return [(index, _bound("count", index=index)) for index in range(min(int(number), self.workspace.room()))]
        return [(None, Map(""))]

    def arguments(self, block: Block, names: Mapping[str, object]) -> Map:
        """What the block says: attributes, and lists of nested blocks."""
        return self._body(block.body, Evaluator(self, names), block)

    def depends_on(self, block: Block) -> list[str]:
        written = block.body.attributes.get("depends_on")
        text = written.value.text() if written and hasattr(written.value, "text") else str(written and written.value)
        return [f"{self.prefix}{name}" for name in _NAME.findall(text)]

    def _body(self, body: Body, evaluator: Evaluator, owner: Block) -> Map:
        made = Map(owner.where.path, owner.where.line, owner.where.column)
        for name, written in body.attributes.items():
            if name not in _META:
                made[name] = evaluator.written(written)
                made.places[name] = (written.where.line, written.where.column)
        for block in body.blocks:
            if block.kind in _META:
                continue
            kind = block.labels[0] if block.kind == "dynamic" and block.labels else block.kind
            made.places.setdefault(kind, (block.where.line, block.where.column))
            made[kind] = [*as_list(made.get(kind)), *self._nested(block, evaluator)]
        return made

    def _nested(self, block: Block, evaluator: Evaluator) -> list[Map | Unresolved]:
        if block.kind != "dynamic":
            return [self._body(block.body, evaluator, block)]
        source = block.body.attributes.get("for_each")
        content = next(block.body.of("content"), None)
        pairs = elements(evaluator.written(source)) if source else None
        name = block.labels[0] if block.labels else ""
        if pairs is None and name in _OF_POLICIES:
            return [Unresolved(f"is a {name} for each of what only the deployment knows")]
        iterator = block.body.attributes.get("iterator")
        if iterator is not None and hasattr(iterator.value, "text"):
            name = iterator.value.text()
        return [
            self._body(
                content.body, Evaluator(self, {**evaluator.names, **_bound(name, key=key, value=value)}), content
            )
            for key, value in pairs or ()
            if content is not None
        ]

    # Modules that it calls

    def children(self, name: str) -> list[tuple[str | int | None, Module | None]]:
        """(key, module) of each instance of a call; None for a module whose source is not in the application."""
        if name not in self._children:
            self._children[name] = []
            block = self.calls.get(name)
            if block is not None:
                self._children[name] = [
                    (key, self.workspace.call(self, block, key, names)) for key, names in self.instances(block)
                ]
        return self._children[name]

    def call_prefix(self, name: str, key: object) -> str:
        plain = f"{self.prefix}module.{name}"
        return f"{plain}." if key is None else f"{plain}[{key}]." if isinstance(key, int) else f'{plain}["{key}"].'

    def child_output(self, name: str, key: object, output: str) -> object:
        found = self.children(name)
        child = next((module for known, module in found if key in (None, known)), None)
        if child is None:
            return Unresolved(f"module {name} is not in the application, so its output {output} is not known")
        return child.output(output)


def _bound(name: str, **values: object) -> Map:
    inner, outer = Map(""), Map("")
    inner.update(values)
    outer[name] = inner
    return outer


def _keyed(collection: object, pairs: list[tuple[object, object]], module: Module) -> list[tuple[str | int, object]]:
    """A set has its elements for keys."""
    if isinstance(collection, list):
        texts = [as_text(module.concrete(value)) for _, value in pairs]
        return [(text, value) for text, (_, value) in zip(texts, pairs, strict=True) if text is not None]
    return [(key if isinstance(key, int) else as_text(key) or "", value) for key, value in pairs]
