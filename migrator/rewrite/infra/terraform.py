"""Terraform: the service as a file of its own in the module of the API, and the WebSocket API out of the module."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from migrator.rewrite.infra.hcl_document import HclDocument
from migrator.rewrite.infra.hcl_node import Node
from migrator.rewrite.infra.needs import Needs, Target, Variable
from migrator.rewrite.infra.paths import beside
from migrator.rewrite.infra.reads import Reads
from migrator.rewrite.infra.stack_removal import carries_the_api
from migrator.rewrite.infra.task import NODES, StackChange, Task
from migrator.rewrite.infra.terraform_removal import TerraformRemoval
from migrator.rewrite.infra.text_edits import TextEdit, apply_edits, line_start
from migrator.rewrite.infra.yaml_document import CannotEdit
from templates import render

ADDRESS: Final = '"https://${var.sse_domain_name}"'
_FILE: Final = "sse_service.tf"
_BY_INSTANCE: Final = re.compile(r"\b(?:each|count)\.\w+")
_RUNS_LAMBDA: Final = re.compile(
    r"AWSLambda(?:BasicExecution|VPCAccessExecution)Role|InvokeFullAccess|PushToCloudWatch"
)
_ROLE: Final = re.compile(r"\baws_iam_role\.([\w-]+)")
PUSH: Final = (
    'PUSH_URL   = var.sse_image_uri == "" ? "" : "https://${var.sse_domain_name}"',
    'PUSH_TOKEN = join("", data.aws_secretsmanager_secret_version.sse_push_token[*].secret_string)',
)


def change_module(task: Task, path: str) -> StackChange:
    """All files in the folder of `path`. Raises CannotEdit when one of them is not HCL."""
    folder = posixpath.dirname(path)
    files = sorted(name for name in task.texts if posixpath.dirname(name) == folder and name.endswith(".tf"))
    documents = {name: HclDocument(task.texts[name]) for name in files}
    change = StackChange("terraform", tuple(files))
    if posixpath.dirname(task.service_path) == folder and task.service_path.endswith(".tf"):
        _Service(task, documents, change).add(beside(path, _FILE))
    _remove(task, documents, change)
    return change


def local_address(resource_id: str) -> str:
    """'module.a.aws_x.b["c"]' -> 'aws_x.b', as files of the module call it."""
    return re.sub(r"\[[^\]]*\]$", "", re.sub(r"^(?:module\.[\w-]+(?:\[[^\]]*\])?\.)+", "", resource_id))


class _Service:
    """The first step."""

    def __init__(self, task: Task, documents: dict[str, HclDocument], change: StackChange) -> None:
        self.task, self.documents, self.change = task, documents, change
        self.needs = Needs()
        self.policies: list[str] = []
        self.gone = {local_address(name) for path in documents for name in task.leaving(path)}

    def add(self, file: str) -> None:
        file = self.task.free(file)
        for path, document in self.documents.items():
            moved = self.task.moved(path)
            for block in document.blocks():
                if block.address.startswith("aws_lambda_function.") and _line(document, block) in moved:
                    self._function(document, block)
        self.change.new[file] = render(
            "infrastructure/sse_service.tf.j2",
            application=self.task.application,
            variables=[{"name": v.name, "value": v.value or ADDRESS} for v in self.needs.variables],
            policies=self.policies,
            managed=[target.value for target in self.needs.managed_policies],
            push=self.task.push,
            log_days=30,
            nodes=NODES,
        )
        self.change.notes += self.needs.notes
        if self.task.push:
            for path, document in self.documents.items():
                self._inform(path, document)

    def _function(self, document: HclDocument, block: Node) -> None:
        environment = block.child("environment")
        variables = environment.child("variables") if environment is not None else None
        if variables is not None and not variables.listed:
            self.needs.notes.append(f"the variables of {block.address} are computed, and were not taken over")
        for entry in variables.children if variables is not None and variables.listed else ():
            self._variable(document, entry)
        role = block.child("role")
        named = _ROLE.search(document.value(role)) if role is not None else None
        if named is None:
            self.needs.notes.append(f"what the role of {block.address} allows was not found: give it to sse_task")
        else:
            self._role(named.group(1))

    def _variable(self, document: HclDocument, entry: Node) -> None:
        value = document.value(entry)
        if not self.task.wanted(entry.name) or any(known.name == entry.name for known in self.needs.variables):
            return
        if _BY_INSTANCE.search(value):
            self.needs.notes.append(f"{entry.name} differs from instance to instance, and was not taken over")
            return
        about_gone = any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w-])", value) for name in self.gone)
        self.needs.variables.append(Variable(entry.name, None if about_gone else value))

    def _role(self, role: str) -> None:
        about = re.compile(rf"\baws_iam_role\.{re.escape(role)}\b")
        for document in self.documents.values():
            for block in document.blocks():
                kind = block.labels[0] if block.address else ""
                of_role = next((block.child(name) for name in ("role", "roles") if block.child(name)), None)
                if of_role is None or not about.search(document.value(of_role)):
                    continue
                if block.child("for_each") or block.child("count"):
                    self.needs.notes.append(f"what {block.address} allows was not taken over: it has several instances")
                elif kind == "aws_iam_role_policy" and f"{block.address}.policy" not in self.policies:
                    self.policies.append(f"{block.address}.policy")
                elif kind in {"aws_iam_role_policy_attachment", "aws_iam_policy_attachment"}:
                    self._attachment(document, block)

    def _attachment(self, document: HclDocument, block: Node) -> None:
        arn = block.child("policy_arn")
        if arn is None or _RUNS_LAMBDA.search(document.value(arn)):
            return
        target = Target(document.value(arn))
        if target not in self.needs.managed_policies:
            self.needs.managed_policies.append(target)

    def _inform(self, path: str, document: HclDocument) -> None:
        """Functions that push from elsewhere learn where to."""
        edits = []
        for block in document.blocks():
            if not block.address or _line(document, block) not in self.task.pushing(path):
                continue
            environment = block.child("environment")
            variables = environment.child("variables") if environment is not None else None
            if variables is not None and not variables.listed:
                self.change.notes.append(f"give {block.address} PUSH_URL and PUSH_TOKEN: its variables are computed")
                continue
            lines = PUSH if variables is not None else ("variables = {", *(f"  {line}" for line in PUSH), "}")
            if environment is None:
                lines = ("environment {", *(f"  {line}" for line in lines), "}")
            edits.append(_at_end(document, variables or environment or block, lines))
            self.change.informed |= {r.id for r in self.task.resources(path) if local_address(r.id) == block.address}
        if edits:
            after = apply_edits(document.text, edits)
            HclDocument(after)
            self.change.first[path] = after


def _at_end(document: HclDocument, node: Node, lines: tuple[str, ...]) -> TextEdit:
    """Lines in front of the bracket that closes a block or an object."""
    text, closing = document.text, node.end - 1
    first = line_start(text, closing)
    indent = " " * (closing - first)
    body = "".join(f"{indent}  {line}{document.newline}" for line in lines)
    if not text[first:closing].strip():
        return TextEdit(first, first, body)
    indent = re.match(r"[ \t]*", text[first:]).group()  # type: ignore[union-attr]  # it matches the empty string
    body = "".join(f"{indent}  {line}{document.newline}" for line in lines)
    return TextEdit(closing, closing, f"{document.newline}{body}{indent}")


def _line(document: HclDocument, node: Node) -> int:
    return document.text.count("\n", 0, node.start) + 1


def _remove(task: Task, documents: dict[str, HclDocument], change: StackChange) -> None:
    """The later step, on top of the first one."""
    if task.unserved:
        change.refused = task.unserved
        return
    leaving = {name: kind for path in documents for name, kind in task.leaving(path).items()}
    stays = {local_address(r.id) for path in documents for r in task.resources(path) if r.id not in leaving}
    gone = {local_address(name) for name in leaving} - stays - {""}
    movable = frozenset(local_address(name) for name, kind in leaving.items() if not carries_the_api(kind))
    try:
        now = {path: HclDocument(change.first.get(path, task.texts[path])) for path in documents}
        now |= {path: HclDocument(text) for path, text in change.new.items()}
        address = ADDRESS if change.new else None
        removal = TerraformRemoval(now, Reads(task.still_read, address), gone, movable)
        later = removal.texts()
        _check_outputs(task, documents, removal.outputs)
    except CannotEdit as error:
        change.refused = error.reason
        return
    change.later = later
    change.removed = {name for name in leaving if local_address(name) in removal.gone} | {
        r.id
        for path in documents
        for r in task.resources(path)
        if local_address(r.id) in removal.gone
        or (r.type == "Output" and r.id.removeprefix("output.") in removal.outputs)
    }
    change.kept |= {
        name: f"{removal.kept[local_address(name)]}, which stays"
        for name in leaving
        if local_address(name) in removal.kept
    }


def _check_outputs(task: Task, documents: dict[str, HclDocument], outputs: set[str]) -> None:
    """Raises CannotEdit when another module reads an output that goes."""
    for path, text in task.texts.items():
        for output in outputs if path not in documents else ():
            if re.search(rf"\bmodule\.[\w-]+(?:\[[^\]]*\])?\.{re.escape(output)}\b", text):
                raise CannotEdit(f"{path} reads the output {output} of this module")
