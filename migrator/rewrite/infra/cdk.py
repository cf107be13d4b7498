"""CDK programs in TypeScript, JavaScript and Python: the statements that only make the WebSocket API out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ast_grep_py import SgNode

from migrator.inventory.model import Resource
from migrator.rewrite.edit import InfraKind
from migrator.rewrite.infra.cdk_factories import factory_of
from migrator.rewrite.infra.cdk_program import (
    CALLS,
    PAIRS,
    CdkProgram,
    bound_name,
    removal,
    span,
    statement_of,
)
from migrator.rewrite.infra.cdk_service import CdkService
from migrator.rewrite.infra.task import STATEMENT, StackChange, Task
from migrator.rewrite.infra.text_edits import TextEdit, apply_edits
from migrator.rewrite.infra.yaml_document import CannotEdit

_OUTPUTS: Final = re.compile(r"(?:new\s+)?(?:[\w.]+\.)?(?:CfnOutput|StringParameter)\(")
_GRANTS: Final = re.compile(r"\.grant\w*\(|\.add_?[tT]o_?\w*[pP]olicy\(|\.add_?dependency\(|\.addDependency\(")
_ENVIRONMENT: Final = re.compile(r"\.add_?[eE]nvironment\($")
_SETS: Final = frozenset({"variable_declarator", "assignment", "assignment_expression"})
_SENDING: Final = re.compile(r"['\"]execute-api:ManageConnections['\"]", re.IGNORECASE)
_ACTIONS: Final = re.compile(r"actions\s*[:=]\s*\[([^\]]*)\]")


def change_program(task: Task, path: str) -> StackChange:
    """Raises CannotEdit when the file doesn't parse."""
    program = CdkProgram(path, task.texts[path])
    kind: InfraKind = "cdk-python" if program.language == "python" else "cdk-typescript"
    change = StackChange(kind, (path,))
    if path == task.service_path:
        try:
            CdkService(task, program, change).add()
        except CannotEdit as error:
            change.notes.append(f"declare the service in {path} yourself: {error.reason}")
        if task.pushing(path):
            change.notes.append("functions in this file push from elsewhere: give them PUSH_URL and PUSH_TOKEN")
    leaving = task.leaving(path)
    sending = {r.id for r in task.resources(path) if r.type == STATEMENT and r.use == "websocket_only"}
    change.refused = task.unserved
    if change.refused or not (leaving or sending):
        return change
    try:
        now = CdkProgram(path, change.first[path]) if path in change.first else program
        edit = _Removal(task, now, set(leaving), shift=int(path in change.first))
        after = edit.text()
    except CannotEdit as error:
        change.refused = error.reason
        return change
    change.later = {path: after}
    change.removed = set(leaving)
    return change


@dataclass
class _Removal:
    task: Task
    program: CdkProgram
    leaving: set[str]
    shift: int
    """Lines that the first step has put above everything that the program makes: one import, or none."""
    gone: dict[tuple[int, int], SgNode] = field(default_factory=dict)
    """By place: statements and elements that go."""
    names: set[str] = field(default_factory=set)
    values: list[TextEdit] = field(default_factory=list)

    def text(self) -> str:
        """Raises CannotEdit with what stands against it."""
        for resource in self.task.resources(self.program.path):
            if resource.id in self.leaving:
                self._made_at(*self._place(resource))
        self._sending()
        while True:
            before = (len(self.gone), len(self.names))
            for node, name in self.program.names():
                if name in self.names and not self._within(node):
                    self._mention(node, name)
            if before == (len(self.gone), len(self.names)):
                break
        self._check()
        edits = [removal(self.program.text, node) for place, node in self.gone.items() if not self._inside(place)]
        after = apply_edits(self.program.text, [*edits, *self.values])
        CdkProgram(self.program.path, after)
        return after

    def _made_at(self, line: int, column: int) -> None:
        calls = self.program.calls_at(line, column)
        if not calls:
            raise CannotEdit(f"what line {line} makes is not made in one statement")
        factory = factory_of(self.program, calls[0], self.task.texts)
        if factory is None:
            self._take(statement_of(calls[0]))
            return
        made = [r for r in self.task.resources(self.program.path) if self._place(r) == (line, column)]
        if staying := next((r for r in made if r.id not in self.leaving), None):
            raise CannotEdit(f"{factory.name} in line {line} makes {staying.id} too, which stays: {staying.reason}")
        if len(factory.calls) != len(made):
            raise CannotEdit(f"{factory.name} in line {line} is not called once for each of the {len(made)} it makes")
        for call in factory.calls:
            self._take(statement_of(call))
        self.gone[span(factory.definition)] = factory.definition

    def _place(self, resource: Resource) -> tuple[int, int]:
        return resource.location.line + self.shift, resource.location.column

    def _take(self, statement: SgNode) -> None:
        self.gone[span(statement)] = statement
        name = bound_name(statement)
        if not name or name in self.names:
            return
        self.names.add(name)
        if name.startswith(("this.", "self.")):
            self._attribute(name.partition(".")[2])

    def _attribute(self, name: str) -> None:
        """An attribute is declared beside the code that sets it, and other files may read it."""
        for path, text in self.task.texts.items():
            if path != self.program.path and re.search(rf"\.{re.escape(name)}\b", text):
                raise CannotEdit(f"{path} may read {name} of {self.program.path}")
        for node in self.program.nodes():
            if node.kind() == "public_field_definition" and re.search(
                rf"\b{re.escape(name)}\s*[!?]?\s*[:=;]", f"{node.text()};"
            ):
                self.gone[span(node)] = node

    def _sending(self) -> None:
        for node in self.program.nodes():
            if node.kind() != "string" or not _SENDING.fullmatch(node.text()) or self._within(node):
                continue
            statement = next((above for above in node.ancestors() if _ACTIONS.search(above.text())), None)
            actions = _ACTIONS.search(statement.text()) if statement is not None else None
            listed = [action for action in re.split(r"[\s,]+", actions.group(1)) if action] if actions else []
            if all(_SENDING.fullmatch(action) for action in listed):
                self._permission(node)
            else:
                self.gone[span(node)] = node

    def _permission(self, node: SgNode) -> None:
        """The statement of a policy: with the call that adds it, or as one of several elements."""
        for above in node.ancestors():
            holder = above.parent()
            if (
                above.kind() in CALLS
                and "PolicyStatement" in above.children()[0 if above.kind() == "call" else 1].text()
            ):
                if holder is not None and holder.kind() in {"array", "list"}:
                    self.gone[span(above)] = above
                else:
                    self._take(statement_of(above))
                return
        raise CannotEdit(f"line {node.range().start.line + 1} allows sending to connections in a way of its own")

    def _mention(self, node: SgNode, name: str) -> None:
        above = node.parent()
        if above is not None and above.kind() in _SETS and span(above.children()[0]) == span(node):
            raise CannotEdit(f"{name} in {self.program.path} has several meanings")
        statement = statement_of(node)
        text = statement.text()
        about_it = text.startswith((f"{name}.", f"{name}[")) or bound_name(statement) != ""
        if _variable_of(node) is not None:
            self._variable(node, name)
        elif about_it or _OUTPUTS.match(text) or _GRANTS.search(text):
            self._take(statement)
        else:
            raise CannotEdit(f"line {node.range().start.line + 1} of {self.program.path} uses {name}")

    def _variable(self, node: SgNode, name: str) -> None:
        entry = _variable_of(node)
        assert entry is not None
        variable, element = entry
        if self.task.still_read(variable):
            where = f"line {node.range().start.line + 1} of {self.program.path}"
            raise CannotEdit(f"{where} sets {variable} from {name}, and code still reads it")
        self.gone[span(element)] = element

    def _within(self, node: SgNode) -> bool:
        start, end = span(node)
        return any(first <= start and end <= last for first, last in self.gone)

    def _inside(self, place: tuple[int, int]) -> bool:
        return any(other != place and other[0] <= place[0] and place[1] <= other[1] for other in self.gone)

    def _check(self) -> None:
        """Nothing that stays may be made by a statement that goes."""
        for resource in self.task.resources(self.program.path):
            stays = resource.id not in self.leaving and resource.type not in {STATEMENT, "AWS::CloudFormation::Output"}
            if not stays:
                continue
            if any(self._within(call) for call in self.program.calls_at(*self._place(resource))):
                raise CannotEdit(f"{resource.id} stays, and is made by what goes: {resource.reason}")


def _variable_of(node: SgNode) -> tuple[str, SgNode] | None:
    """(name, what sets it) of a function's variable whose value a node is in."""
    for above in node.ancestors():
        holder = above.parent()
        if above.kind() in PAIRS and holder is not None:
            owner = next((each for each in holder.ancestors() if each.kind() in PAIRS), None)
            if owner is not None and owner.children()[0].text().strip("'\"") == "environment":
                return above.children()[0].text().strip("'\""), above
        if above.kind() in CALLS and _ENVIRONMENT.search(above.children()[0].text() + "("):
            first = next((child for child in above.children()[1].children() if child.kind() == "string"), None)
            return (first.text().strip("'\""), statement_of(above)) if first is not None else None
    return None
