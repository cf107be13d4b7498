"""Functions of a CDK program that make a resource each time they are called: what has to go is their calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ast_grep_py import SgNode

from migrator.rewrite.infra.cdk_program import CALLS, STATEMENTS, CdkProgram, span
from migrator.rewrite.infra.yaml_document import CannotEdit

_FUNCTIONS: Final = frozenset({"method_definition", "function_declaration", "function_definition"})


@dataclass(frozen=True, slots=True)
class Factory:
    """definition: of the function or method. calls: all that its program has."""

    name: str
    definition: SgNode
    calls: tuple[SgNode, ...]

    def argument(self, value: SgNode, call: SgNode) -> SgNode | None:
        """What `value`, in the definition, is in one call: the argument of the parameter that it names, or itself."""
        if value.kind() != "identifier":
            return value
        names = [
            _parameter_name(each) for each in _elements(self.definition.field("parameters")) if each.text() != "self"
        ]
        given = _elements(call.field("arguments"))
        place = names.index(value.text()) if value.text() in names else len(given)
        for each in given:
            if each.kind() == "keyword_argument" and each.children()[0].text() == value.text():
                return each.children()[-1]
        return given[place] if place < len(given) and given[place].kind() != "keyword_argument" else None


def factory_of(program: CdkProgram, made: SgNode, texts: Mapping[str, str]) -> Factory | None:
    """The function that returns what `made` constructs; None for what is made in a statement of its own.

    `texts`: of all files, by path. Raises CannotEdit when not all calls of it can be known.
    """
    definition = _returned_by(made)
    name = definition.field("name") if definition is not None else None
    if definition is None or name is None:
        return None
    word = re.compile(rf"\b{re.escape(name.text())}\b")
    elsewhere = next((path for path, text in texts.items() if path != program.path and word.search(text)), None)
    if elsewhere is not None:
        raise CannotEdit(f"{elsewhere} may call {name.text()} of {program.path}")
    calls: list[SgNode] = []
    for node in program.nodes():
        if node.text() != name.text() or node.children() or span(node) == span(name):
            continue
        call = _call_of(node)
        if call is None:
            raise CannotEdit(f"line {node.range().start.line + 1} of {program.path} uses {name.text()} without a call")
        calls.append(call)
    return Factory(name.text(), definition, tuple(calls))


def _returned_by(made: SgNode) -> SgNode | None:
    returned = False
    for above in made.ancestors():
        if above.kind() in STATEMENTS:
            return None
        returned = returned or above.kind() == "return_statement"
        if above.kind() in _FUNCTIONS:
            return above if returned else None
    return None


def _call_of(name: SgNode) -> SgNode | None:
    """`make(…)` or `this.make(…)`, from its name."""
    above = name.parent()
    if above is not None and above.kind() in {"member_expression", "attribute"}:
        name, above = above, above.parent()
    if above is None or above.kind() not in CALLS:
        return None
    return above if span(above.children()[0]) == span(name) else None


def _elements(node: SgNode | None) -> list[SgNode]:
    return (
        [each for each in node.children() if each.is_named() and each.kind() != "comment"] if node is not None else []
    )


def _parameter_name(parameter: SgNode) -> str:
    """`env` of `env`, `env: dict` and `env?: Record<string, string>`."""
    return parameter.children()[0].text() if parameter.children() else parameter.text()
