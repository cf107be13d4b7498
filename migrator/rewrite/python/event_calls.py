"""Signatures and calls where other parameters stand in place of an event."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import libcst as cst

from migrator.rewrite.python.edits import Change

_TYPES = ("Caller", "str")


def argument_parameters(call: cst.Call, function: cst.FunctionDef) -> dict[cst.Arg, str] | None:
    """Which parameter each argument is for; None where `*` or `**` hide that."""
    params = function.params
    positional = [param.name.value for param in (*params.posonly_params, *params.params)]
    named = {*positional, *(param.name.value for param in params.kwonly_params)}
    if not isinstance(params.star_arg, cst.MaybeSentinel | cst.ParamStar) or params.star_kwarg is not None:
        return None
    found: dict[cst.Arg, str] = {}
    for index, arg in enumerate(call.args):
        name = arg.keyword.value if arg.keyword is not None else positional[index] if index < len(positional) else ""
        if arg.star or name not in named:
            return None
        found[arg] = name
    return found


def call_of(
    call: cst.Call, gone: AbstractSet[cst.BaseExpression], name: str, wanted: Sequence[tuple[str, str]]
) -> Change:
    """The arguments that are `gone` go; where the first of them stood comes each value of `wanted`, (parameter, value).

    The call is then one of the function `name`.
    """
    places = [index for index, arg in enumerate(call.args) if arg.value in gone]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        args: list[cst.Arg] = []
        for index, arg in enumerate(node.args):
            if index == places[0]:
                args += [arg.with_changes(value=cst.Name(v), keyword=arg.keyword and cst.Name(p)) for p, v in wanted]
            if index not in places:
                args.append(arg)
        func: cst.BaseExpression = cst.Name(name)
        if isinstance(node.func, cst.Attribute):
            func = node.func.with_changes(attr=cst.Name(name))
        return node.with_changes(func=func, args=_separated(args, node.args[-1].comma))

    return change


def _separated(args: list[cst.Arg], last: cst.Comma | cst.MaybeSentinel) -> list[cst.Arg]:
    between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    made = [arg if isinstance(arg.comma, cst.Comma) else arg.with_changes(comma=between) for arg in args[:-1]]
    return [*made, *(arg.with_changes(comma=last) for arg in args[-1:])]


def parameters_of(params: cst.Parameters, gone: AbstractSet[str], caller: str, text: str) -> cst.Parameters:
    """`caller` and `text`: names of new parameters, empty for none; they stand where the first of those gone stood."""
    made: list[cst.Param] = []
    first = True
    for param in params.params:
        if param.name.value not in gone:
            made.append(param)
            continue
        if first:
            made += [
                cst.Param(cst.Name(name), cst.Annotation(cst.Name(kind)))
                for name, kind in zip((caller, text), _TYPES, strict=True)
                if name
            ]
            first = False
    between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    spaced = [param if isinstance(param.comma, cst.Comma) else param.with_changes(comma=between) for param in made]
    if spaced and isinstance(params.star_arg, cst.MaybeSentinel) and not params.kwonly_params:
        spaced[-1] = spaced[-1].with_changes(comma=params.params[-1].comma)
    return params.with_changes(params=spaced)


def also_imports(name: str) -> Change:
    """One more name in a `from … import`."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.ImportFrom)
        assert not isinstance(node.names, cst.ImportStar)
        if any(alias.evaluated_name == name for alias in node.names):
            return node
        *before, last = node.names
        comma = before[-1].comma if before else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        return node.with_changes(
            names=[*before, last.with_changes(comma=comma), cst.ImportAlias(cst.Name(name), comma=last.comma)]
        )

    return change


def apart(function: cst.FunctionDef) -> list[cst.EmptyLine]:
    """Two empty lines, in place of whatever stands above the function."""
    blank = next((line for line in function.leading_lines if line.comment is None), cst.EmptyLine(indent=False))
    return [blank, blank]
