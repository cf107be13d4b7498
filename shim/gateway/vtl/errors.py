"""What can be wrong with a template, and with its evaluation.

VtlError
    TemplateInvalid     the text is no template that can be run here; known before any message comes
    TemplateFailed      this message can't be rendered with it
"""

from __future__ import annotations


class VtlError(Exception):
    """`line` and `column` count from 1 and say where in the template."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        self.problem, self.line, self.column = problem, line, column
        super().__init__(problem, line, column)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.problem}"


class TemplateInvalid(VtlError):
    """Raised by `compile_template`."""


class TemplateFailed(VtlError):
    """Raised by `Template.render`: a limit was reached, or a method was called with what it can't take."""


class Refusal(Exception):
    """Raised inside of an evaluation by whoever doesn't know the place; becomes TemplateFailed."""


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column of an offset."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
