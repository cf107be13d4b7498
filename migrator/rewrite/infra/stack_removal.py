"""Takes resources out of the files of one stack, and with them whatever only says something about them.

What would refer to nothing afterwards is found first: it goes along where nobody needs it, it keeps what it needs where
that costs nothing, and else the whole step is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from migrator.rewrite.infra.reads import Reads
from migrator.rewrite.infra.stack_references import all_names, references
from migrator.rewrite.infra.stack_statements import FoundStatement, allowing_to_send, statement_around, statements
from migrator.rewrite.infra.task import FUNCTIONS
from migrator.rewrite.infra.text_edits import TextEdit
from migrator.rewrite.infra.yaml_document import CannotEdit, Document, Entry, Path, edited

_ENVIRONMENTS: Final = frozenset({"Variables", "environment"})
_ABOUT: Final = {
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::EventInvokeConfig": "FunctionName",
    "AWS::ApiGatewayV2::ApiMapping": "ApiId",
    "AWS::CloudWatch::Alarm": "Dimensions",
    "AWS::Logs::MetricFilter": "LogGroupName",
    "AWS::Logs::SubscriptionFilter": "LogGroupName",
}
"""Type -> the property that names the one thing that it is about: it goes when that goes."""


@dataclass
class Removal:
    """One stack. `movable`: ids that may stay after all when something else needs them, such as tables and roles."""

    documents: Mapping[str, Document]
    reads: Reads
    gone: set[str]
    movable: frozenset[str]
    paths: dict[str, set[Path]] = field(default_factory=dict)
    """By file, what goes."""
    kept: dict[str, str] = field(default_factory=dict)
    """Id -> what still needs it."""
    exports: list[str] = field(default_factory=list)
    """Outputs that go and that other stacks may import."""
    _settled: dict[str, set[Path]] = field(default_factory=dict)
    _values: dict[str, dict[Path, str]] = field(default_factory=dict)
    _statements: dict[str, list[FoundStatement]] = field(default_factory=dict)

    def texts(self, *, stop_sending: bool) -> dict[str, str]:
        """Path -> text of the files that change. Raises CannotEdit with what stands against it.

        `stop_sending`: whether every permission to send to connections goes, also one for any API."""
        for path, document in self.documents.items():
            self._statements[path] = statements(document)
            self.paths.setdefault(path, set())
        while True:
            before = len(self.gone)
            stops = [
                stop for file, document in self.documents.items() for stop in self._settle(file, document, stop_sending)
            ]
            if len(self.gone) == before and not self._keep_what_is_needed(stops):
                break
        return {path: text for path in self.documents if (text := self._text(path)) is not None}

    def _keep_what_is_needed(self, stops: list[tuple[str, str]]) -> bool:
        """Whether something stays that was to go, so that everything has to be settled anew."""
        blocking = [why for name, why in stops if name not in self.movable]
        if blocking:
            raise CannotEdit("; ".join(sorted(set(blocking))[:3]))
        for name, why in stops:
            self.gone.discard(name)
            self.kept.setdefault(name, why)
        return bool(stops)

    def _settle(self, file: str, document: Document, stop_sending: bool) -> list[tuple[str, str]]:
        """(name, sentence) for each reference to what goes that can't go itself."""
        gone = set(self.paths[file]) | self._resources(document)
        if stop_sending:
            gone |= allowing_to_send(document, self._statements[file])
        values: dict[Path, str] = {}
        stops: list[tuple[str, str]] = []
        pending = [(entry, name) for entry, name in references(document) if name in self.gone]
        for entry, name in pending:
            if any(entry.path[:depth] in gone for depth in range(1, len(entry.path) + 1)):
                continue
            unit = self._unit(file, document, entry)
            if isinstance(unit, tuple):
                gone.add(unit)
            elif unit is not None:
                values[unit.path] = self.reads.address or ""
            else:
                stops.append((name, f"{_place(entry.path)} in {file} refers to {name}"))
        self._settled[file] = self._with_owners(document, gone)
        self._values[file] = values
        return stops

    def _with_owners(self, document: Document, gone: set[Path]) -> set[Path]:
        """A policy without statements goes as a whole, and so does a resource that is nothing but one."""
        found = document.with_emptied(gone)
        for path in sorted(found, key=len, reverse=True):
            owner = path
            while owner and owner[-1] in {"Statement", "PolicyDocument"}:
                owner = owner[:-1]
                found.add(owner)
            if owner and owner[-1] == "Properties":
                found.add(owner[:-1])
                self.gone.add(str(owner[-2]))
        return document.with_emptied(found)

    def _resources(self, document: Document) -> set[Path]:
        found = set()
        for entry in document.entries.values():
            if entry.name in self.gone and len(entry.path) > 1 and entry.path[-2] == "Resources":
                found.add(entry.path)
        return found

    def _unit(self, file: str, document: Document, entry: Entry) -> Path | Entry | None:
        """What goes along with a reference; an entry whose value is replaced; None when neither is right."""
        path = entry.path
        resource = _resource(path)
        if resource and path[len(resource) + 1 :][:1] == (self._about(document, resource),):
            self.gone.add(str(resource[-1]))
            return resource
        statement = statement_around(self._statements[file], path)
        if statement is not None:
            return self._resource_of(document, statement, path)
        return self._mention(document, path)

    def _mention(self, document: Document, path: Path) -> Path | Entry | None:
        if "Outputs" in path[:-1]:
            output = path[: path.index("Outputs") + 2]
            if document.value(*output, "Export") is not None:
                self.exports.append(str(output[-1]))
            return output
        if "DependsOn" in path[-2:]:
            return path
        if "Policies" in path[:-2] and isinstance(path[path.index("Policies") + 1], int):
            return path[: path.index("Policies") + 2]
        for depth in range(len(path) - 1, 0, -1):
            if path[depth - 1] in _ENVIRONMENTS and "Resources" not in path[depth:]:
                return self._variable(document, document.entries[path[: depth + 1]])
        return None

    def _about(self, document: Document, resource: Path) -> str:
        return _ABOUT.get(document.text_of(*resource, "Type") or "", "")

    def _resource_of(self, document: Document, statement: FoundStatement, path: Path) -> Path | None:
        top = statement.entry.path
        if path[len(top)] != "Resource":
            return None
        elements = document.children(*top, "Resource")
        element = path[: len(top) + 2]
        if len(path) < len(top) + 2 or not isinstance(path[len(top) + 1], int):
            return top
        others = [other for other in elements if other.path != element and not self._only_about_gone(other)]
        return element if others else top

    def _only_about_gone(self, entry: Entry) -> bool:
        return any(name in self.gone for name in all_names(entry.value))

    def _variable(self, document: Document, variable: Entry) -> Path | Entry | None:
        if not self.reads.still(str(variable.name)):
            return variable.path
        start, end = int(variable.value.start_mark.index), document.end(variable)
        carries_address = "://" in document.text[start:end]
        return variable if carries_address and self.reads.address else None

    def _text(self, file: str) -> str | None:
        document = self.documents[file]
        edits = document.without(self._settled[file])
        for path, value in self._values[file].items():
            entry = document.entries[path]
            edits.append(TextEdit(int(entry.value.start_mark.index), document.end(entry), value))
        return edited(document.text, edits) if edits else None


def carries_the_api(kind: str) -> bool:
    """Whether a resource of this type is part of the API or of what stands behind its routes, and can't stay alone."""
    return kind.startswith("AWS::ApiGatewayV2::") or kind in {*FUNCTIONS, "AWS::Lambda::Permission"}


def _resource(path: Path) -> Path:
    """The resource that a place is in; () for a place in none."""
    return path[: path.index("Resources") + 2] if "Resources" in path[:-2] else ()


def _place(path: Path) -> str:
    steps = [str(step) for step in path if step not in {"Resources", "Properties", "resources"}]
    return ".".join(steps[:4])
