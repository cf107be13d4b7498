"""Whether an error that a statement raises can be seen by the function that holds it."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project


def may_be_caught(project: Project, facts: Facts, statement: cst.CSTNode) -> bool:
    """True where a `try` around it may catch any Exception, and in a `with`, which is told of errors."""
    below = statement
    for above in facts.ancestors(statement):
        if isinstance(above, cst.FunctionDef):
            return False
        if isinstance(above, cst.With):
            return True
        if isinstance(above, cst.TryStar):
            return True
        handlers = above.handlers if isinstance(above, cst.Try) and above.body is below else ()
        if not all(_is_special(project, facts, handler) for handler in handlers):
            return True
        below = above
    return False


def _is_special(project: Project, facts: Facts, handler: cst.ExceptHandler) -> bool:
    """Whether it names errors of libraries, or of Python, that are not the base of all."""
    if handler.type is None:
        return False
    types = [e.value for e in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    return all(_is_special_type(project, facts, kind) for kind in types)


def _is_special_type(project: Project, facts: Facts, kind: cst.BaseExpression) -> bool:
    if isinstance(kind, cst.Name) and facts.is_builtin(kind):
        return kind.value not in {"Exception", "BaseException"}
    last = kind.attr.value if isinstance(kind, cst.Attribute) else getattr(kind, "value", "")
    named = facts.imported(kind)
    ours = any(project.files_named(dotted.lstrip(".").rpartition(".")[0]) for dotted in named)
    return bool(named) and not ours and last not in {"Exception", "BaseException"}
