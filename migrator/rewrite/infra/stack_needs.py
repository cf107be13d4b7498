"""Variables and permissions of functions in a SAM or CloudFormation template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from migrator.rewrite.infra.flow import flow, quoted
from migrator.rewrite.infra.needs import Needs, Permission, Target, Variable
from migrator.rewrite.infra.stack_references import all_names, intrinsic
from migrator.rewrite.infra.yaml_document import Document, Path
from migrator.sam_policies import policy_template

_RUNS_LAMBDA: Final = (
    "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AmazonAPIGatewayInvokeFullAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
)  # fmt: skip
"""Managed policies that a container has no use for."""


@dataclass
class StackNeeds:
    """Gathers into `needs`. `wanted`: whether the new application reads a variable; `gone`: what leaves later."""

    document: Document
    wanted: Callable[[str], bool]
    gone: frozenset[str]
    needs: Needs

    def variables(self, *path: str | int) -> None:
        """Of an environment; one that was found before keeps its value."""
        for entry in self.document.children(*path):
            name = str(entry.name)
            if not self.wanted(name):
                continue
            about_gone = any(other in self.gone for other in all_names(entry.value))
            found = Variable(name, None if about_gone else flow(entry.value), literal=_is_literal(entry.value))
            before = next((variable for variable in self.needs.variables if variable.name == name), None)
            if before is None:
                self.needs.variables.append(found)
            elif before.value != found.value:
                self.needs.notes.append(
                    f"{name} has several values in the functions; the service has the first, {before.value}"
                )

    def policies(self, path: Path) -> None:
        """The entries of a SAM function's `Policies`."""
        node = self.document.value(*path)
        entries = self.document.children(*path)
        if isinstance(node, ScalarNode):
            self._managed(node)
        elif isinstance(node, MappingNode) and self.document.value(*path, "Statement") is not None:
            self.statements((*path, "Statement"))
        elif isinstance(node, MappingNode):
            for entry in entries:
                self._template(entry.path)
        for entry in entries if isinstance(node, SequenceNode) else ():
            if self.document.value(*entry.path, "Statement") is not None:
                self.statements((*entry.path, "Statement"))
            elif isinstance(entry.value, MappingNode) and not intrinsic(entry.value)[0]:
                for template in self.document.children(*entry.path):
                    self._template(template.path)
            else:
                self._managed(entry.value)

    def role(self, logical_id: str) -> None:
        """What a role of this template allows, in itself and by policies that name it."""
        properties: Path = ("Resources", logical_id, "Properties")
        for policy in self.document.children(*properties, "Policies"):
            self.statements((*policy.path, "PolicyDocument", "Statement"))
        for managed in self.document.children(*properties, "ManagedPolicyArns"):
            self._managed(managed.value)
        for resource in self.document.children("Resources"):
            kind = self.document.text_of(*resource.path, "Type") or ""
            roles = self.document.value(*resource.path, "Properties", "Roles")
            if kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"} and roles and logical_id in all_names(roles):
                self.statements((*resource.path, "Properties", "PolicyDocument", "Statement"))

    def statements(self, path: Path) -> None:
        """A list of statements, or one."""
        if self.document.value(*path, "Action") is not None or self.document.value(*path, "Effect") is not None:
            self._statement(path)
            return
        for entry in self.document.children(*path):
            self._statement(entry.path)

    def _statement(self, path: Path) -> None:
        actions = self._texts((*path, "Action"))
        effect = self.document.text_of(*path, "Effect") or "Allow"
        line = self.document.line(self.document.entries[path])
        odd = [
            str(e.name)
            for e in self.document.children(*path)
            if str(e.name) in {"Condition", "NotAction", "NotResource"}
        ]
        if actions is None or odd:
            why = f"its {', '.join(odd)}" if odd else "its actions are computed"
            self.needs.notes.append(f"the policy statement in line {line} was not taken over: {why}")
            self.needs.may_deny |= effect != "Allow"
            return
        entries = self.document.children(*path, "Resource")
        listed = isinstance(self.document.value(*path, "Resource"), SequenceNode) and not self._is_call(
            (*path, "Resource")
        )
        nodes = [entry.value for entry in entries] if listed else [self.document.value(*path, "Resource")]
        targets = [self.target(node) for node in nodes if node is not None and not self._about_gone(node)]
        self.needs.allow(Permission(tuple(actions), tuple(targets), effect))

    def _texts(self, path: Path) -> list[str] | None:
        one = self.document.text_of(*path)
        if one is not None:
            return [one]
        texts = [self.document.text_of(*entry.path) for entry in self.document.children(*path)]
        return [text for text in texts if text is not None] if texts and None not in texts else None

    def _is_call(self, path: Path) -> bool:
        node = self.document.value(*path)
        return node is not None and intrinsic(node)[0] != ""

    def _about_gone(self, node: Node) -> bool:
        names = all_names(node)
        return any(name in self.gone for name in names)

    def target(self, node: Node, form: str | None = None) -> Target:
        names = [name for name in all_names(node) if "::" not in name]
        hint = "".join(character for character in names[0] if character.isalnum()) if names else "Value"
        ends = "Arn" if form is None and names else ""
        return Target(flow(node), form, _is_literal(node), hint + ends)

    def _template(self, path: Path) -> None:
        name = str(path[-1])
        known = policy_template(name)
        if known is None:
            line = self.document.line(self.document.entries[path])
            self.needs.notes.append(f"the policy template {name} in line {line} was not taken over")
            return
        actions, parameter, forms = known
        node = self.document.value(*path, parameter) if parameter else None
        if not parameter:
            self.needs.allow(Permission(actions, (Target('"*"', literal=True),)))
        elif node is not None and not self._about_gone(node):
            self.needs.allow(Permission(actions, tuple(self.target(node, form) for form in forms)))

    def _managed(self, node: Node) -> None:
        if isinstance(node, ScalarNode) and not intrinsic(node)[0]:
            name = str(node.value)
            if name.endswith(_RUNS_LAMBDA):
                return
            arn = name if name.startswith("arn:") else f"arn:aws:iam::aws:policy/{name}"
            target = Target(quoted(arn), literal=True)
        else:
            target = self.target(node)
            if self._about_gone(node) or any(name.endswith("BasicExecutionRole") for name in all_names(node)):
                return
        if target not in self.needs.managed_policies:
            self.needs.managed_policies.append(target)


def _is_literal(node: Node) -> bool:
    return not all_names(node) and isinstance(node, ScalarNode) and not intrinsic(node)[0]
