"""Where an event is only written to the log: no client can see that, and the endpoint logs its caller instead.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.purity import is_pure
from migrator.rewrite.python.syntax import dotted_name, string

_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "success", "trace"})
_LOGGERS = frozenset({"logger", "log", "logging", "lgr", "powertools_logger", "app_logger"})
_PRINTS = frozenset({"pprint.pprint", "pprint.pp", "builtins.print"})
_AS_TEXT = frozenset({"json.dumps", "pprint.pformat", "copy.deepcopy", "copy.copy"})
_AS_TEXT_BUILTIN = frozenset({"str", "repr", "dict"})


def logged(facts: Facts, node: cst.BaseExpression) -> tuple[cst.BaseExpression, bool] | None:
    """What to replace where the value is only logged, and whether text must stand there; None where it is not.

    `json.dumps(event)` counts as one value: it is replaced as a whole.
    """
    top: cst.BaseExpression = node
    at: cst.CSTNode = node
    must_be_text = False
    while True:
        above = facts.parent(at)
        if isinstance(above, cst.Arg):
            call = facts.parent(above)
            if not isinstance(call, cst.Call) or above.star:
                return None
            if _is_log_call(facts, call):
                return (top, must_be_text) if isinstance(facts.parent(call), cst.Expr) else None
            if not _is_harmless(facts, call, above):
                return None
            if at is top and _makes_text(facts, call):
                top = call
            else:
                must_be_text = True  # it may be serialised there, which a caller can't be
            at = call
        elif isinstance(above, cst.BinaryOperation):
            if not isinstance(above.operator, cst.Add | cst.Modulo) or _names_keys(above):
                return None
            must_be_text = must_be_text or (isinstance(above.operator, cst.Add) and at is top)
            at = above
        elif above is not None and _is_around(above, at):
            at = above
        else:
            return None


def _is_around(above: cst.CSTNode, at: cst.CSTNode) -> bool:
    """Whether the value is only a part of what is formatted or collected there."""
    if isinstance(above, cst.FormattedStringExpression):
        return above.format_spec is None
    if isinstance(above, cst.Element | cst.DictElement):
        return above.value is at
    return isinstance(above, cst.FormattedString | cst.ConcatenatedString | cst.Tuple | cst.Dict)


def is_logger(node: cst.BaseExpression) -> bool:
    """Whether the name, or the last part of it, is one that loggers have."""
    name = dotted_name(node)
    return name is not None and name.rpartition(".")[2].lower().strip("_") in _LOGGERS


def _is_log_call(facts: Facts, call: cst.Call) -> bool:
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in _LEVELS:
        return is_logger(call.func.value)
    if isinstance(call.func, cst.Name) and call.func.value == "print":
        return facts.is_builtin(call.func) and not any(a.keyword and a.keyword.value == "file" for a in call.args)
    return bool(facts.imported(call.func) & _PRINTS)


def _makes_text(facts: Facts, call: cst.Call) -> bool:
    builtin = isinstance(call.func, cst.Name) and call.func.value in _AS_TEXT_BUILTIN and facts.is_builtin(call.func)
    return builtin or bool(facts.imported(call.func) & _AS_TEXT)


def _is_harmless(facts: Facts, call: cst.Call, own: cst.Arg) -> bool:
    """Whether the call only makes text, and nothing else happens in its arguments."""
    if any(arg.star or (arg is not own and not is_pure(arg.value)) for arg in call.args):
        return False
    formats = isinstance(call.func, cst.Attribute) and call.func.attr.value == "format"
    return _makes_text(facts, call) or (
        formats and isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.SimpleString)
    )


def _names_keys(operation: cst.BinaryOperation) -> bool:
    """`"%(key)s" % event`: then the event must have keys."""
    return isinstance(operation.operator, cst.Modulo) and "%(" in (string(operation.left) or "%(")
