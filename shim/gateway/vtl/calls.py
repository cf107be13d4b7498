"""Calls of methods that can be known to be wrong before any message comes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shim.gateway.vtl import strings
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.jsonpath import PathInvalid, parse_path
from shim.gateway.vtl.methods import KNOWN, OF_INPUT, OF_UTIL
from shim.gateway.vtl.nodes import Call, Constant, Expression


def check_call(at: int, variable: str | None, name: str, arguments: Sequence[Expression]) -> Call:
    """The node of a call. `variable`: the one that it is called on directly. Raises Refusal."""
    known = {"input": OF_INPUT, "util": OF_UTIL}.get(variable or "", KNOWN)
    if name not in known:
        raise Refusal(f"there is no method {name}" + (f" of ${variable}" if known is not KNOWN else ""))
    first = arguments[0] if arguments else None
    if variable == "input" and name in {"json", "path"} and isinstance(first, Constant):
        try:
            parse_path(str(first.value))
        except PathInvalid as error:
            raise Refusal(str(error)) from error
    if name not in strings.WITH_PATTERN:
        return Call(at, name, arguments)
    if not isinstance(first, Constant) or not isinstance(first.value, str):
        raise Refusal(f"the pattern of {name} has to be written in the template, as a string without references")
    try:
        return Call(at, name, arguments, strings.compile_pattern(first.value))
    except re.error as error:
        raise Refusal(f"the pattern of {name} is no regular expression: {error}") from error
