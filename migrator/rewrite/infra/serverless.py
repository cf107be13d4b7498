"""The Serverless Framework: the service as resources in a file of its own, and the websocket events out.
https://www.serverless.com/framework/docs/providers/aws/guide/resources
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from migrator.rewrite.infra.needs import Needs
from migrator.rewrite.infra.paths import beside
from migrator.rewrite.infra.reads import Reads
from migrator.rewrite.infra.stack_needs import StackNeeds
from migrator.rewrite.infra.stack_removal import Removal, carries_the_api
from migrator.rewrite.infra.stack_values import ADDRESS, StackValues, push_variables
from migrator.rewrite.infra.task import FUNCTIONS, NODES, StackChange, Task
from migrator.rewrite.infra.text_edits import TextEdit
from migrator.rewrite.infra.yaml_document import CannotEdit, Document, Entry, Path, edited
from templates import render

_FILE: Final = "sse-service.yml"
_SECTIONS: Final = ("Parameters", "Conditions", "Resources", "Outputs")
_INCLUDED: Final = re.compile(r"\$\{file\(\s*([^)\s]+?\.(?:ya?ml|json))\s*\)")
_SETTINGS: Final[tuple[Path, ...]] = (
    ("provider", "websocketsApiName"),
    ("provider", "websocketsApiRouteSelectionExpression"),
    ("provider", "websocketsDescription"),
    ("provider", "logs", "websocket"),
    ("provider", "apiGateway", "websocketApiId"),
    ("custom", "customDomain", "websocket"),
)


def change_service(task: Task, path: str) -> StackChange:
    """`path`: of the serverless.yml. Files that it includes belong to the same stack.

    Raises CannotEdit when the file is not what it seems."""
    documents = dict(_documents(task, path))
    change = StackChange("serverless", tuple(documents))
    if path == task.service_path or not task.service_path:
        _Service(task, documents, path, change).add()
    _remove(task, path, documents, change)
    return change


def _documents(task: Task, path: str) -> Iterator[tuple[str, Document]]:
    """The file and what it includes, as far as something of the inventory is in there."""
    yield path, Document(task.texts[path])
    for name in dict.fromkeys(_INCLUDED.findall(task.texts[path])):
        included = beside(path, name)
        if included in task.texts and included != path:
            yield included, Document(task.texts[included])


class _Service:
    """The first step."""

    def __init__(self, task: Task, documents: dict[str, Document], path: str, change: StackChange) -> None:
        self.task, self.documents, self.path, self.change = task, documents, path, change
        self.document = documents[path]

    def add(self) -> None:
        file = self.task.free(beside(self.path, _FILE))
        needs = self._needs()
        text = render(
            "infrastructure/serverless.yml.j2",
            **StackValues(nested=False).template_values(needs),
            application=self.task.application,
            push=self.task.push,
            gate=True,
            log_days=30,
            nodes=NODES,
        )
        self.change.new[file] = text
        self.change.notes += needs.notes
        try:
            self.change.first[self.path] = edited(self.document.text, self._edits(Document(text)))
        except CannotEdit as error:
            self.change.notes.append(f"add ${{file({_FILE})}} to the resources yourself: in {self.path} {error.reason}")
            return
        for path, document in self.documents.items():
            more = [self._inform(path, document, entry) for entry in self._pushing(path, document)]
            if more:
                before = self.change.first.get(path, document.text)
                again = Document(before)
                more = [self._inform(path, again, again.entries[entry.path]) for entry in self._pushing(path, document)]
                self.change.first[path] = edited(before, more)

    def _needs(self) -> Needs:
        needs = Needs()
        gone = frozenset(name for path in self.documents for name in self.task.leaving(path))
        for path, document in self.documents.items():
            gather = StackNeeds(document, self.task.wanted, gone, needs)
            moved = self.task.moved(path)
            for entry in functions(document):
                if document.line(entry) in moved:
                    gather.variables(*entry.path, "environment")
                    gather.statements((*entry.path, "iamRoleStatements"))
        gather = StackNeeds(self.document, self.task.wanted, gone, needs)
        gather.variables("provider", "environment")
        for place in (("provider", "iamRoleStatements"), ("provider", "iam", "role", "statements")):
            gather.statements(place)
        for place in (("provider", "iamManagedPolicies"), ("provider", "iam", "role", "managedPolicies")):
            gather.policies(place)
        if self.document.value("provider", "role") or isinstance(
            self.document.value("provider", "iam", "role"), ScalarNode
        ):
            needs.notes.append("the functions run with a role from elsewhere: give SseTaskRole what it allows")
        for place in (
            ("provider", "environment"),
            ("provider", "iamRoleStatements"),
            ("provider", "iam", "role", "statements"),
        ):
            if isinstance(self.document.value(*place), ScalarNode):
                needs.notes.append(f"{'.'.join(place)} is in another file, and was not taken over")
        needs.settle()
        return needs

    def _edits(self, ours: Document) -> list[TextEdit]:
        node = self.document.value("resources")
        include = f"${{file({_FILE})}}"
        if node is None:
            return [self.document.appended((), ["", "resources:", f"  - {include}"])]
        if isinstance(node, SequenceNode):
            return [self.document.appended(("resources",), [f"- {include}"])]
        if isinstance(node, ScalarNode):
            entry = self.document.entries["resources",]
            start, end = int(node.start_mark.index), self.document.end(entry)
            newline = self.document.newline
            theirs = self.document.text[start:end]
            return [TextEdit(start, end, f"{newline}  - {theirs}{newline}  - {include}")]
        edits = []
        for section in _SECTIONS:
            names = [str(entry.name) for entry in ours.children(section)]
            place = ("resources", section)
            if self.document.value(*place) is None:
                edits.append(self.document.appended(("resources",), [f"{section}: ${{file({_FILE}):{section}}}"]))
            else:
                lines = [f"{name}: ${{file({_FILE}):{section}.{name}}}" for name in names]
                edits.append(self.document.appended(place, lines))
        return edits

    def _pushing(self, path: str, document: Document) -> list[Entry]:
        lines = self.task.pushing(path) if self.task.push else set()
        return [entry for entry in functions(document) if document.line(entry) in lines]

    def _inform(self, path: str, document: Document, entry: Entry) -> TextEdit:
        for resource in self.task.resources(path):
            if resource.type in FUNCTIONS and resource.location.line == document.line(entry):
                self.change.informed.add(resource.id)
        environment = document.value(*entry.path, "environment")
        if environment is None:
            return document.appended(entry.path, ["environment:", *(f"  {line}" for line in push_variables())])
        return document.appended((*entry.path, "environment"), push_variables())


def functions(document: Document) -> list[Entry]:
    """Entries that are functions: mappings with a handler or an image."""
    return [
        entry
        for entry in document.entries.values()
        if entry.key is not None
        and isinstance(entry.value, MappingNode)
        and ("functions" in entry.path[:-1] or len(entry.path) == 1)
        and (document.value(*entry.path, "handler") is not None or document.value(*entry.path, "image") is not None)
    ]


def _remove(task: Task, main: str, documents: dict[str, Document], change: StackChange) -> None:
    """The later step, on top of the first one."""
    if task.unserved:
        change.refused = task.unserved
        return
    leaving = {name: kind for path in documents for name, kind in task.leaving(path).items()}
    if not leaving:
        return
    movable = frozenset(name for name, kind in leaving.items() if not carries_the_api(kind))
    try:
        now = {path: Document(change.first.get(path, task.texts[path])) for path in documents}
        address = ADDRESS if main in change.first else None
        removal = Removal(now, Reads(task.still_read, address), set(leaving), movable)
        removal.paths = {path: _own(task, path, documents[path], now[path]) for path in now}
        change.later = removal.texts(stop_sending=True)
    except CannotEdit as error:
        change.refused, change.later = error.reason, {}
        return
    change.removed = removal.gone
    change.kept |= {name: f"{why}, which stays" for name, why in removal.kept.items()}
    change.notes += [f"the output {name} goes, and other stacks may import it" for name in set(removal.exports)]


def _own(task: Task, path: str, before: Document, now: Document) -> set[Path]:
    """Functions that only routes have started, websocket events of the others, and the API's settings."""
    lines = {
        resource.location.line
        for resource in task.resources(path)
        if resource.type in FUNCTIONS and resource.use == "websocket_only"
    }
    gone = {entry.path for entry in functions(before) if before.line(entry) in lines}
    for entry in now.entries.values():
        if entry.name == "websocket" and len(entry.path) > 3 and entry.path[-3] == "events":
            gone.add(entry.path[:-1])
    return gone | {place for place in _SETTINGS if now.value(*place) is not None}
