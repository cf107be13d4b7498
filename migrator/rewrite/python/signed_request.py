"""A request to @connections that the code signs and sends itself -> a stand-in that answers for the streams.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html

Only what sends is replaced. The address and the signature are still computed, and nobody looks at them: both can be
removed by hand. The answer is of the same class as before, so tests of its status go on to work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import libcst as cst
import libcst.matchers as m

from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import settle
from migrator.rewrite.rule import Example, RulePage

RULE = "signed_request"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import requests


def push(connection_id, data, endpoint, auth):
    url = f"{endpoint}/@connections/{connection_id}"
    response = requests.post(url, data=data, auth=auth)
    if response.status_code == 410:
        forget(connection_id)
""",
        after="""\
from sse_service.signed import signed_requests


def push(connection_id, data, endpoint, auth):
    url = f"{endpoint}/@connections/{connection_id}"
    response = signed_requests.post(url, data=data, auth=auth)
    if response.status_code == 410:
        forget(connection_id)
""",
    ),
    leaves_alone=(
        "requests to other addresses",
        "requests of asynchronous libraries, and of others than requests, urllib3 and httpx: those get a marker",
        "ARNs in policies",
    ),
)
MODULE: Final = "sse_service.signed"
LIBRARIES: Final = ("requests", "urllib3", "httpx")
METHODS: Final = frozenset({"get", "post", "delete", "request"})
ADDRESS: Final = "/@connections"
DEEPEST: Final = 4
"""Functions through which an address is passed on."""


@dataclass
class _Sent:
    """The calls that send to one address, each with its library."""

    calls: list[tuple[Facts, cst.Call, str]] = field(default_factory=list)
    others: bool = False
    """Whether it also goes somewhere that is not understood."""


def rewrite(project: Project) -> dict[str, RuleResult]:
    """By file. An address whose every sender is understood; others stay as they are."""
    results: dict[str, RuleResult] = {}
    for module in project.modules.values():
        if ADDRESS not in module.text or module.facts is None:
            continue
        for address in _addresses(module.facts):
            sent = _Sent()
            _follow(project, module.facts, address, sent, DEEPEST)
            if not sent.calls or sent.others:
                continue
            result = results.setdefault(module.path, RuleResult())
            reason = "the stand-in answers for the streams; address and signature are still computed"
            result.settled.append(settle(module.facts, address, "push", "rewritten", RULE, "review", reason))
            for facts, call, library in sent.calls:
                there = results.setdefault(facts.path, RuleResult())
                there.changes[call] = _to_stand_in(f"signed_{library}")
                there.imports.add((MODULE, f"signed_{library}"))
    return results


def _addresses(facts: Facts) -> Iterator[cst.BaseExpression]:
    """Texts with a connection id behind /@connections/, each as a whole."""
    for node in facts.nodes:
        if isinstance(node, cst.FormattedStringText | cst.SimpleString) and _is_address(node):
            whole = _whole(facts, node)
            if whole is not None:
                yield whole


def _is_address(node: cst.FormattedStringText | cst.SimpleString) -> bool:
    text = node.value.strip("rbfuRBFU'\"")
    _before, found, after = text.partition(ADDRESS)
    return bool(found) and after[:1] in {"", "/"}


def _whole(facts: Facts, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The f-string, sum, `%` or `.format()` around the text; None for a text that holds no id."""
    whole: cst.CSTNode = node
    for above in facts.ancestors(node):
        formats = isinstance(above, cst.Attribute) and above.attr.value == "format" and above.value is whole
        called = isinstance(above, cst.Call) and above.func is whole and isinstance(whole, cst.Attribute)
        joins = isinstance(above, cst.FormattedString | cst.BinaryOperation | cst.ConcatenatedString)
        if not (formats or called or joins):
            break
        whole = above
    if isinstance(whole, cst.SimpleString) or not isinstance(whole, cst.BaseExpression):
        return None
    texts = m.findall(whole, m.FormattedStringText() | m.SimpleString())
    is_policy = any("arn:" in getattr(text, "value", "") for text in texts)
    is_fixed = isinstance(whole, cst.ConcatenatedString) and not m.findall(whole, m.FormattedStringExpression())
    return None if is_policy or is_fixed else whole


def _follow(project: Project, facts: Facts, value: cst.BaseExpression, sent: _Sent, depth: int) -> None:
    """Through names and parameters to what sends."""
    target = facts.target(value)
    binding = facts.binding(target) if target is not None else None
    if binding is not None:
        for load in facts.loads(binding):
            _follow(project, facts, load, sent, depth)
        return
    arg = facts.parent(value)
    call = facts.parent(arg) if isinstance(arg, cst.Arg) else None
    if not isinstance(arg, cst.Arg) or not isinstance(call, cst.Call):
        return
    library = _library(facts, call)
    if library is not None:
        if call not in [known for _facts, known, _library in sent.calls]:
            sent.calls.append((facts, call, library))
        return
    if not _follow_into(project, call, arg, sent, depth):
        sent.others = sent.others or _sends(call)


def _follow_into(project: Project, call: cst.Call, arg: cst.Arg, sent: _Sent, depth: int) -> bool:
    """Into the function of the application that is called, as the parameter that the argument becomes; False when it
    is none of the application's."""
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
    if depth == 0 or not isinstance(name, str):
        return False
    definitions = project.definitions(name)
    for facts, function in definitions:
        if not isinstance(function, cst.FunctionDef):
            continue
        params = [param.name for param in function.params.params]
        if params and params[0].value in {"self", "cls"} and isinstance(call.func, cst.Attribute):
            params = params[1:]
        named = [param for param in params if arg.keyword is not None and param.value == arg.keyword.value]
        position = call.args.index(arg)
        chosen = named or (params[position : position + 1] if arg.keyword is None else [])
        for param in chosen:
            binding = facts.binding(param)
            for load in facts.loads(binding) if binding is not None else []:
                _follow(project, facts, load, sent, depth - 1)
    return bool(definitions)


def _library(facts: Facts, call: cst.Call) -> str | None:
    """The library whose request this is; None for anything else, and where `await` shows that it is asynchronous."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in METHODS:
        return None
    if isinstance(facts.parent(call), cst.Await | cst.WithItem):
        return None
    imported = {name.split(".")[0] for name in facts.imported(call.func)}
    if imported:
        return next((library for library in LIBRARIES if library in imported), None)
    return next((library for library in LIBRARIES if library in facts.imported_modules()), None)


def _sends(call: cst.Call) -> bool:
    """Whether a call that isn't understood looks like a request."""
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
    return name in {*METHODS, "urlopen", "Request", "send", "fetch", "put"}


def _to_stand_in(name: str) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        assert isinstance(node.func, cst.Attribute)
        return node.with_changes(func=node.func.with_changes(value=cst.Name(name)))

    return change
