"""Templates, ready to be rendered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from shim.gateway.vtl.errors import Refusal, TemplateFailed, TemplateInvalid, position
from shim.gateway.vtl.evaluation import Evaluation
from shim.gateway.vtl.limits import TEMPLATE_BYTES
from shim.gateway.vtl.nodes import Node
from shim.gateway.vtl.objects import Scope
from shim.gateway.vtl.parser import TemplateParser
from shim.gateway.vtl.texts import well_formed


class Template:
    """A template that was read. It has no state of its own: any number of messages may be rendered with it."""

    __slots__ = ("_nodes", "_text")

    def __init__(self, text: str, nodes: Sequence[Node]) -> None:
        self._text = text
        self._nodes = nodes

    def render(self, scope: Scope) -> str:
        """Text that UTF-8 can hold. Raises TemplateFailed."""
        evaluation = Evaluation(scope.variables())
        try:
            return well_formed(evaluation.render(self._nodes))
        except Refusal as error:
            raise TemplateFailed(str(error), *position(self._text, evaluation.at)) from error
        except RecursionError as error:
            problem = "a value is nested too deeply"
            raise TemplateFailed(problem, *position(self._text, evaluation.at)) from error


@lru_cache(512)
def compile_template(text: str) -> Template:
    """Raises TemplateInvalid."""
    if len(text) > TEMPLATE_BYTES or len(text.encode("utf-8", "replace")) > TEMPLATE_BYTES:
        raise TemplateInvalid(f"a template may have {TEMPLATE_BYTES} bytes", 1, 1)
    return Template(text, TemplateParser(text).nodes())
