"""SAM and CloudFormation: the service as a nested stack, and the WebSocket API out of the template."""

from __future__ import annotations

from typing import Final

from ruamel.yaml.nodes import CollectionNode, ScalarNode

from migrator.rewrite.edit import InfraKind
from migrator.rewrite.infra.needs import Needs
from migrator.rewrite.infra.paths import beside
from migrator.rewrite.infra.reads import Reads
from migrator.rewrite.infra.stack_needs import StackNeeds
from migrator.rewrite.infra.stack_references import all_names
from migrator.rewrite.infra.stack_removal import Removal, carries_the_api
from migrator.rewrite.infra.stack_values import ADDRESS, WANTED, StackValues, push_variables
from migrator.rewrite.infra.task import FUNCTIONS, NODES, StackChange, Task
from migrator.rewrite.infra.text_edits import TextEdit
from migrator.rewrite.infra.yaml_document import CannotEdit, Document, Entry, edited
from templates import render

SERVICE: Final = "SseService"
_SETTINGS: Final = (
    ("SseImageUri", "", "The image of the SSE service; while this is empty there is no service"),
    ("SseVpcId", "", "The network of the SSE service"),
    ("SsePublicSubnetIds", "", "Subnets of its load balancer, separated by commas"),
    ("SseServiceSubnetIds", "", "Subnets of its container, separated by commas"),
    ("SseAssignPublicIp", "DISABLED", "ENABLED when the container's subnets are public ones"),
    ("SseCertificateArn", "", "The certificate of its domain name"),
    ("SseDomainName", "", "Where clients find it, such as chat.example.com"),
    ("SseAllowedOrigins", "", "Origins of web pages on other hosts, separated by commas"),
    ("SseRedisUrlSecretArn", "", "ARN of a secret with the address of a Redis; with it there are two containers"),
)


def change_template(task: Task, path: str) -> StackChange:
    """Raises CannotEdit when the file is not what it seems."""
    document = Document(task.texts[path])
    transform = document.value("Transform")
    sam = (
        transform is not None
        and "AWS::Serverless" in document.text[transform.start_mark.index : transform.end_mark.index]
    )
    kind: InfraKind = "sam" if sam else "cloudformation"
    change = StackChange(kind, (path,))
    if path == task.service_path:
        _Service(task, document, path, change).add()
    elif task.pushing(path):
        change.notes.append("functions in this file push from elsewhere: give them PUSH_URL and PUSH_TOKEN")
    _remove(task, path, change)
    return change


class _Service:
    """The first step."""

    def __init__(self, task: Task, document: Document, path: str, change: StackChange) -> None:
        self.task, self.document, self.path, self.change = task, document, path, change
        self.functions = [
            entry for entry in document.children("Resources") if document.text_of(*entry.path, "Type") in FUNCTIONS
        ]

    def add(self) -> None:
        file = self.task.free(beside(self.path, "sse-service.template.yaml"))
        needs = self._needs()
        values = StackValues(nested=True)
        context = values.template_values(needs)
        self.change.new[file] = render(
            "infrastructure/sse-service.template.yaml.j2",
            **context,
            application=self.task.application,
            parameters=values.parameters,
            push=self.task.push,
            gate=False,
            log_days=30,
            nodes=NODES,
        )
        self.change.notes += needs.notes
        try:
            self.change.first[self.path] = edited(self.document.text, self._edits(values))
        except CannotEdit as error:
            self.change.notes.append(f"deploy {file} as a stack of its own: in {self.path} {error.reason}")

    def _needs(self) -> Needs:
        needs = Needs()
        gone = frozenset(self.task.leaving(self.path))
        gather = StackNeeds(self.document, self.task.wanted, gone, needs)
        moved = self.task.moved(self.path)
        for entry in self.functions:
            if self.document.line(entry) not in moved:
                continue
            gather.variables(*entry.path, "Properties", "Environment", "Variables")
            gather.policies((*entry.path, "Properties", "Policies"))
            self._role(gather, entry)
        if self.change.kind == "sam":
            gather.variables("Globals", "Function", "Environment", "Variables")
        needs.settle()
        return needs

    def _role(self, gather: StackNeeds, entry: Entry) -> None:
        node = self.document.value(*entry.path, "Properties", "Role")
        if node is None:
            return
        declared = [name for name in all_names(node) if self.document.value("Resources", name) is not None]
        for name in declared:
            gather.role(name)
        if not declared:
            note = f"what the role of {entry.name} allows is not in this file: give SseTaskRole the same"
            gather.needs.notes.append(note)

    def _edits(self, values: StackValues) -> list[TextEdit]:
        settings = [
            line
            for name, default, description in _SETTINGS
            for line in (f"{name}:", "  Type: String", f'  Default: "{default}"', f"  Description: {description}")
        ]
        nested = [
            "# The SSE + REST service that takes the place of the WebSocket API; it wants an SseImageUri.",
            f"{SERVICE}:",
            "  Type: AWS::CloudFormation::Stack",
            f"  Condition: {WANTED}",
            "  Properties:",
            "    TemplateURL: sse-service.template.yaml",
            "    Parameters:",
            *(f"      {name}: !Ref {name}" for name, _default, _description in _SETTINGS),
            *(f"      {parameter.name}: {parameter.value}" for parameter in values.parameters),
        ]
        secret = [
            "# What functions that run elsewhere show when they push to a connection.",
            "SsePushToken:",
            "  Type: AWS::SecretsManager::Secret",
            f"  Condition: {WANTED}",
            "  Properties:",
            "    GenerateSecretString:",
            "      PasswordLength: 48",
            "      ExcludePunctuation: true",
            "",
        ]
        if self.task.push:
            nested = [*secret, *nested, "      SsePushToken: !Ref SsePushToken"]
        condition = [f'{WANTED}: !Not [!Equals [!Ref SseImageUri, ""]]']
        edits = [
            self._section("Parameters", settings),
            self._section("Conditions", condition),
            self.document.appended(("Resources",), ["", *nested]),
        ]
        if self.task.push:
            pushing = self.task.pushing(self.path)
            edits += [self._inform(entry) for entry in self.functions if self.document.line(entry) in pushing]
        return edits

    def _section(self, name: str, lines: list[str]) -> TextEdit:
        if self.document.children(name):
            return self.document.appended((name,), lines)
        if self.document.value(name) is not None:
            raise CannotEdit(f"{name} is empty")
        return self.document.before(("Resources",), [f"{name}:", *(f"  {line}" for line in lines), ""])

    def _inform(self, entry: Entry) -> TextEdit:
        """A function that pushes from elsewhere learns where to."""
        self.change.informed.add(str(entry.name))
        variables = push_variables()
        properties = (*entry.path, "Properties")
        if self.document.children(*properties, "Environment", "Variables"):
            return self.document.appended((*properties, "Environment", "Variables"), variables)
        if self.document.children(*properties, "Environment"):
            nested = ["Variables:", *(f"  {line}" for line in variables)]
            return self.document.appended((*properties, "Environment"), nested)
        nested = ["Environment:", "  Variables:", *(f"    {line}" for line in variables)]
        return self.document.appended(properties, nested)


def _remove(task: Task, path: str, change: StackChange) -> None:
    """The later step, on top of the first one."""
    leaving = task.leaving(path)
    if task.unserved:
        change.refused = task.unserved
        return
    movable = frozenset(name for name, kind in leaving.items() if not carries_the_api(kind))
    try:
        document = Document(change.first.get(path, task.texts[path]))
        address = ADDRESS if document.value("Resources", SERVICE) is not None else None
        removal = Removal({path: document}, Reads(task.still_read, address), set(leaving), movable)
        change.later = removal.texts(stop_sending=True)
        for file, text in change.later.items():
            check_template(file, text)
    except CannotEdit as error:
        change.refused, change.later = error.reason, {}
        return
    change.removed = removal.gone
    change.kept |= {name: f"{why}, which stays" for name, why in removal.kept.items()}
    change.notes += [f"the output {name} goes, and other stacks may import it" for name in set(removal.exports)]


def check_template(path: str, text: str) -> None:
    """Raises CannotEdit when a template would not hold together: without resources, or with a name for nothing."""
    document = Document(text)
    resources = document.value("Resources")
    if not isinstance(resources, CollectionNode) or not resources.value:
        raise CannotEdit(f"nothing would be left of {path}")
    for entry in document.children("Resources"):
        if not isinstance(document.value(*entry.path, "Type"), ScalarNode):
            raise CannotEdit(f"{entry.name} in {path} would have no type")
