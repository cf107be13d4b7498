"""The service in a CDK program: a construct in a file of its own, and a few lines that make it when asked for."""

from __future__ import annotations

import re
from typing import Final

from ast_grep_py import SgNode

from migrator.rewrite.infra.cdk_factories import factory_of
from migrator.rewrite.infra.cdk_program import PAIRS, CdkProgram, bound_name, span, statement_of
from migrator.rewrite.infra.needs import Needs, Variable
from migrator.rewrite.infra.paths import beside
from migrator.rewrite.infra.task import FUNCTIONS, NODES, StackChange, Task
from migrator.rewrite.infra.text_edits import TextEdit, apply_edits, line_end, line_start
from migrator.rewrite.infra.yaml_document import CannotEdit
from templates import render

_GRANT: Final = re.compile(r"\.(?:grant\w*)\(")


class CdkService:
    """Raises CannotEdit where the program isn't one that lines can be added to."""

    def __init__(self, task: Task, program: CdkProgram, change: StackChange) -> None:
        self.task, self.program, self.change = task, program, change
        self.python = program.language == "python"
        self.needs = Needs()

    def add(self) -> None:
        if ("aws_cdk" if self.python else "aws-cdk-lib") not in self.program.text:
            raise CannotEdit("it is written for version 1 of the CDK")
        name = "sse_fargate_service.py" if self.python else "sse-service.ts"
        file = self.task.free(beside(self.program.path, name))
        block = self._block()
        template = "infrastructure/sse_fargate_service.py.j2" if self.python else "infrastructure/sse-service.ts.j2"
        edits = [self._import(), self._made(block)]
        after = apply_edits(self.program.text, edits)
        CdkProgram(self.program.path, after)
        self.change.new[file] = render(template, application=self.task.application, nodes=NODES)
        self.change.first[self.program.path] = after
        self.change.notes += self.needs.notes

    def _block(self) -> SgNode:
        """The last statement beside the one that makes the API: everything has its name there."""
        place = self.task.api.location
        calls = self.program.calls_at(place.line, place.column)
        if not calls:
            raise CannotEdit("the API is not made in one statement")
        block = statement_of(calls[0]).parent()
        if block is None or block.kind() not in {"statement_block", "block"}:
            raise CannotEdit("the API is not made in a constructor")
        return [child for child in block.children() if child.is_named() and child.kind() != "comment"][-1]

    def _functions(self) -> dict[str, SgNode | None]:
        """Variable -> the environment, of each function whose routes move."""
        moved = self.task.moved(self.program.path)
        resources = self.task.resources(self.program.path)
        functions = [r.location for r in resources if r.type in FUNCTIONS and r.location.line in moved]
        found: dict[str, SgNode | None] = {}
        for line, column in dict.fromkeys((place.line, place.column) for place in functions):
            for call in self.program.calls_at(line, column)[:1]:
                found |= self._environments(call)
        return found

    def _environments(self, call: SgNode) -> dict[str, SgNode | None]:
        factory = factory_of(self.program, call, self.task.texts)
        if factory is None:
            return {bound_name(statement_of(call)): _environment(self.program, call)}
        value = _environment(self.program, factory.definition)
        return {
            bound_name(statement_of(each)): factory.argument(value, each) if value else None for each in factory.calls
        }

    def _made(self, last: SgNode) -> TextEdit:
        functions = self._functions()
        for environment in functions.values():
            if environment is not None:
                self._variables(environment)
        grants = self._grants(set(functions) - {""})
        lines = self._python_lines(grants) if self.python else self._script_lines(grants)
        text, end = self.program.text, line_end(self.program.text, span(last)[1])
        indent = " " * (span(last)[0] - line_start(text, span(last)[0]))
        newline = "\r\n" if "\r\n" in text else "\n"
        body = "".join(f"{indent}{line}".rstrip() + newline for line in ["", *lines])
        return TextEdit(end, end, body if text[end - 1] == "\n" else newline + body)

    def _variables(self, environment: SgNode) -> None:
        for node in environment.children():
            if node.kind() != "pair":
                continue
            name, value = node.children()[0].text().strip("'\""), node.children()[-1].text()
            known = any(variable.name == name for variable in self.needs.variables)
            if not known and self.task.wanted(name):
                self.needs.variables.append(Variable(name, value))

    def _grants(self, functions: set[str]) -> list[str]:
        """`table.grantReadData(say)` for the role of the service."""
        found = []
        role = "sse.task_role" if self.python else "sse.taskRole"
        for node in self.program.nodes():
            text = node.text()
            if node.kind() != "expression_statement" or not _GRANT.search(text) or "anage" in text:
                continue
            grant = re.fullmatch(r"(.*\.grant\w*)\(\s*([\w.]+)\s*\);?", text, re.DOTALL)
            if grant is not None and grant.group(2) in functions and f"{grant.group(1)}({role})" not in found:
                found.append(f"{grant.group(1)}({role})")
        return found[::-1]

    def _script_lines(self, grants: list[str]) -> list[str]:
        return [
            "// The SSE + REST service that takes the place of the WebSocket API: cdk deploy -c sseImageUri=… -c …",
            "const sseImageUri = this.node.tryGetContext('sseImageUri');",
            "if (sseImageUri) {",
            f"  {'const sse = ' if grants else ''}new SseService(this, 'SseService', {{",
            "    imageUri: sseImageUri,",
            "    vpcId: this.node.tryGetContext('sseVpcId'),",
            "    certificateArn: this.node.tryGetContext('sseCertificateArn'),",
            "    domainName: this.node.tryGetContext('sseDomainName'),",
            "    allowedOrigins: this.node.tryGetContext('sseAllowedOrigins'),",
            "    redisUrlSecretArn: this.node.tryGetContext('sseRedisUrlSecretArn'),",
            "    environment: {",
            *(f"      {variable.name}: {variable.value}," for variable in self.needs.variables),
            "    },",
            "  });",
            *(f"  {grant};" for grant in grants),
            "}",
        ]

    def _python_lines(self, grants: list[str]) -> list[str]:
        return [
            "# The SSE + REST service that takes the place of the WebSocket API: cdk deploy -c sseImageUri=… -c …",
            'sse_image_uri = self.node.try_get_context("sseImageUri")',
            "if sse_image_uri:",
            f"    {'sse = ' if grants else ''}SseService(",
            "        self,",
            '        "SseService",',
            "        image_uri=sse_image_uri,",
            '        vpc_id=self.node.try_get_context("sseVpcId"),',
            '        certificate_arn=self.node.try_get_context("sseCertificateArn"),',
            '        domain_name=self.node.try_get_context("sseDomainName"),',
            '        allowed_origins=self.node.try_get_context("sseAllowedOrigins") or "",',
            '        redis_url_secret_arn=self.node.try_get_context("sseRedisUrlSecretArn") or "",',
            "        environment={",
            *(f'            "{variable.name}": {variable.value},' for variable in self.needs.variables),
            "        },",
            "    )",
            *(f"    {grant}" for grant in grants),
        ]

    def _import(self) -> TextEdit:
        kinds = {"import_statement", "import_from_statement"}
        imports = [node for node in self.program.root.children() if node.kind() in kinds]
        if not imports:
            raise CannotEdit("it imports nothing")
        end = line_end(self.program.text, span(imports[-1])[1])
        near = "." if "/" in self.program.path else ""
        python = f"from {near}sse_fargate_service import SseService"
        line = python if self.python else "import { SseService } from './sse-service';"
        newline = "\r\n" if "\r\n" in self.program.text else "\n"
        return TextEdit(end, end, line + newline)


def _environment(program: CdkProgram, within: SgNode) -> SgNode | None:
    """The value of `environment` in a call or a function."""
    for node in program.nodes(within):
        if node.kind() in PAIRS and node.children()[0].text().strip("'\"") == "environment":
            return node.children()[-1]
    return None
