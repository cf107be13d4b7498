"""What an authorizer's answer says, read from the code: whom it lets in, or turns away, and what it tells the routes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import libcst as cst
import libcst.matchers as m

from migrator.rewrite.python.built_dicts import built_dict
from migrator.rewrite.python.called import called
from migrator.rewrite.python.conditions import dictionary
from migrator.rewrite.python.edits import Changes, applied
from migrator.rewrite.python.event_calls import argument_parameters
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.purity import is_pure
from migrator.rewrite.python.syntax import method_call, string, subscript_key
from shim.gateway.policies import PolicyMalformed, allows

KEPT: Final = {"principalId": "principal_id", "context": "context"}
"""Members of the answer, and the attributes of `Identity` that have their values."""

_ARN: Final = "arn:aws:execute-api:region:000000000000:api/stage/$connect"
"""Stands for the ARN of the method while a policy is evaluated."""
_CONSTANTS: Final = {"None": None, "True": True, "False": False}


@dataclass(frozen=True)
class Decision:
    """`node`: the dict, or the call of a function that returns one. `members`: KEPT ones, in the order of the code.

    `dropped`: expressions that go. `given`: parameter -> argument of such a call; None for a dict.
    """

    node: cst.BaseExpression
    allowed: bool
    members: Mapping[str, cst.BaseExpression]
    dropped: tuple[cst.BaseExpression, ...]
    given: Mapping[str, cst.BaseExpression] | None

    @property
    def told_nothing(self) -> bool:
        """Whether its values are texts and nothing else: without them the answer is the same."""
        context = dictionary(self.members.get("context"))
        texts = [] if context is None else [string(self._value(value)) for value in context.values()]
        return bool(string(self._value(self.members["principalId"]))) and context is not None and None not in texts

    def made(self, node: cst.CSTNode) -> cst.BaseExpression:
        """`Identity(...)`, from the dict or the call as it is after other changes."""
        values = self._members_of(node)
        args = [f"{KEPT[name]}=_" for name in values] + ([] if self.allowed else ["allowed=False"])
        shape = cst.parse_expression(f"Identity({', '.join(args)})")
        assert isinstance(shape, cst.Call)
        pairs = zip(shape.args, values.values(), strict=False)
        filled = [arg.with_changes(value=value) for arg, value in pairs]
        return shape.with_changes(args=[*filled, *shape.args[len(filled) :]])

    def _value(self, value: cst.BaseExpression) -> cst.BaseExpression:
        given = self.given or {}
        return given.get(value.value, value) if isinstance(value, cst.Name) else value

    def _members_of(self, node: cst.CSTNode) -> dict[str, cst.BaseExpression]:
        if isinstance(node, cst.Dict):
            found = dictionary(node) or {}
            return {name: found[name] for name in self.members}
        assert isinstance(node, cst.Call)
        assert isinstance(self.node, cst.Call)
        now = {before.value: after.value for before, after in zip(self.node.args, node.args, strict=True)}
        given = {name: now.get(value, value) for name, value in (self.given or {}).items()}
        return {name: _filled(value, given) for name, value in self.members.items()}


class Policies:
    """Decisions of one authorizer, whose event is in the variable `event`."""

    def __init__(self, project: Project, facts: Facts, event: Binding) -> None:
        self._project, self._facts, self._event = project, facts, event

    def decision(self, node: cst.BaseExpression) -> Decision:
        """Raises NotNative where the answer is not understood as a whole."""
        home, value, given = self._facts, node, None
        if isinstance(node, cst.Call):
            home, value, given = self._built(node)
        members = dictionary(value) if isinstance(value, cst.Dict) else None
        if members is None:
            raise NotNative(f"line {self._facts.line(node)} returns what is not known to be a policy")
        odd = next((key for key in members if key not in {*KEPT, "policyDocument"}), None)
        missing = next((key for key in ("principalId", "policyDocument") if key not in members), None)
        if odd is not None or missing is not None:
            what = f"with {odd}" if odd is not None else f"without {missing}"
            raise NotNative(f"line {self._facts.line(node)} returns a policy {what}")
        allowed = self._allows(node, members["policyDocument"], given)
        kept = {key: member for key, member in members.items() if key in KEPT}
        if given is None:
            return Decision(node, allowed, kept, (members["policyDocument"],), None)
        return Decision(node, allowed, kept, self._check_arguments(home, node, kept, given), given)

    def _built(self, call: cst.Call) -> tuple[Facts, cst.BaseExpression, dict[str, cst.BaseExpression]]:
        """The dict that a function of the application returns, and what the call gives for its parameters."""
        place = f"line {self._facts.line(call)} returns what {self._facts.module.code_for_node(call.func)} makes"
        found = called(self._project, self._facts, call.func)
        if found is None:
            raise NotNative(f"{place}, which is not a function of the application that is known for certain")
        home, function = found
        args = argument_parameters(call, function)
        if args is None or function.decorators or function.asynchronous is not None:
            raise NotNative(f"{place}, which has decorators or parameters that can't be told apart")
        given = {name: arg.value for arg, name in args.items()}
        for param in (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params):
            if param.name.value not in given:
                if param.default is None or not _is_constant(param.default):
                    raise NotNative(f"{place}, without a value for {param.name.value} that is a text or None")
                given[param.name.value] = param.default
        value = built_dict(function, lambda node: self._truth(node, given, place))
        if value is None:
            raise NotNative(f"{place}, which does more than to return one dict that is known before")
        return home, value, given

    def _truth(self, node: cst.BaseExpression, given: Mapping[str, cst.BaseExpression], place: str) -> bool | None:
        if isinstance(node, cst.BooleanOperation):
            first, wanted = self._truth(node.left, given, place), isinstance(node.operator, cst.Or)
            return first if first is None or first is wanted else self._truth(node.right, given, place)
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            inner = self._truth(node.expression, given, place)
            return None if inner is None else not inner
        value = given.get(node.value) if isinstance(node, cst.Name) else None
        if isinstance(value, cst.Dict) and all(isinstance(element, cst.DictElement) for element in value.elements):
            return bool(value.elements)
        try:
            return bool(self._literal(node, given, place))
        except NotNative:
            return None

    def _check_arguments(
        self,
        home: Facts,
        call: cst.BaseExpression,
        kept: Mapping[str, cst.BaseExpression],
        given: Mapping[str, cst.BaseExpression],
    ) -> tuple[cst.BaseExpression, ...]:
        """The arguments that go. What stays may move to another place, or be there several times: it only reads."""
        place = f"line {self._facts.line(call)} returns a policy"
        used: dict[str, int] = dict.fromkeys(given, 0)
        for member in kept.values():
            if not is_pure(member) or m.findall(member, m.Lambda() | m.FormattedString() | m.Call()):
                raise NotNative(f"{place} with a member that its function computes")
            for name in _names(member):
                if name in used:
                    used[name] += 1
                elif name not in _CONSTANTS:
                    raise NotNative(f"{place} with {name}, which only {home.path} knows")
        for name, count in used.items():
            value = given[name]
            if count == 0 and not self._is_event(value, {}):
                self._literal(value, {}, place)
            elif count == 0:
                continue
            elif not is_pure(value) or (count > 1 and m.findall(value, m.Call() | m.Lambda())):
                raise NotNative(f"{place} with {name}, which may be another value each time")
        first = [name for member in kept.values() for name in _names(member) if _may_fail(given.get(name))]
        if list(dict.fromkeys(first)) != [name for name in given if used[name] and _may_fail(given[name])]:
            raise NotNative(f"{place} with members in another order than its arguments")
        return tuple(given[name] for name, count in used.items() if count == 0)

    def _allows(
        self, node: cst.BaseExpression, document: cst.BaseExpression, given: Mapping[str, cst.BaseExpression] | None
    ) -> bool:
        place = f"line {self._facts.line(node)} returns a policy"
        try:
            return allows(self._literal(document, given or {}, place), _ARN)
        except PolicyMalformed as error:
            raise NotNative(f"{place} whose {error}") from error

    def _literal(self, node: cst.BaseExpression, given: Mapping[str, cst.BaseExpression], place: str) -> object:
        """The value that the code has, whatever the request. Raises NotNative."""
        if _is_constant(node):
            return _CONSTANTS[node.value] if isinstance(node, cst.Name) else string(node)
        if isinstance(node, cst.Dict):
            members = dictionary(node)
            if members is not None:
                return {key: self._literal(value, given, place) for key, value in members.items()}
        if isinstance(node, cst.List) and all(isinstance(element, cst.Element) for element in node.elements):
            return [self._literal(element.value, given, place) for element in node.elements]
        if isinstance(node, cst.Name) and node.value in given:
            return self._literal(given[node.value], {}, place)
        if self._is_method_arn(node, given):
            return _ARN
        known = self._only_value(node) if not given else None
        if known is not None and not isinstance(known, cst.Dict | cst.List):
            return self._literal(known, {}, place)
        raise NotNative(f"{place} with {cst.Module([]).code_for_node(node)}, which depends on more than its code")

    def _is_method_arn(self, node: cst.BaseExpression, given: Mapping[str, cst.BaseExpression]) -> bool:
        if isinstance(node, cst.Subscript):
            return subscript_key(node) == "methodArn" and self._is_event(node.value, given)
        got = method_call(node, "get")
        return (
            got is not None
            and self._is_event(got[0], given)
            and string(got[2].args[0].value if got[2].args else None) == "methodArn"
            and all(is_pure(arg.value) and not m.findall(arg, m.Call() | m.Subscript()) for arg in got[2].args)
        )

    def _is_event(self, node: cst.BaseExpression, given: Mapping[str, cst.BaseExpression]) -> bool:
        node = given.get(node.value, node) if isinstance(node, cst.Name) else node
        return isinstance(node, cst.Name) and self._facts.binding(node) == self._event

    def _only_value(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """Of a variable that is set once, in a block around its use and above it: it is certainly set."""
        binding = self._facts.binding(node) if isinstance(node, cst.Name) else None
        values = self._facts.values(binding) if binding is not None else None
        if values is None or len(values) != 1 or len(self._facts.stores(binding)) != 1:  # type: ignore[arg-type]
            return None
        line = self._facts.line_of(values[0])
        block = self._facts.parent(line)
        around = any(above is block for above in self._facts.ancestors(node))
        return values[0] if around and self._facts.line(values[0]) < self._facts.line(node) else None


def _is_constant(node: cst.BaseExpression) -> bool:
    return string(node) is not None or (isinstance(node, cst.Name) and node.value in _CONSTANTS)


def _may_fail(node: cst.BaseExpression | None) -> bool:
    return node is not None and not isinstance(node, cst.Name | cst.SimpleString)


def _names(node: cst.BaseExpression) -> list[str]:
    return [name.value for name in _variables(node)]


def _variables(node: cst.BaseExpression) -> list[cst.Name]:
    found = [name for name in m.findall(node, m.Name()) if isinstance(name, cst.Name)]
    attributes = [above.attr for above in m.findall(node, m.Attribute()) if isinstance(above, cst.Attribute)]
    return [name for name in found if not any(name is attr for attr in attributes)]


def _filled(node: cst.BaseExpression, given: Mapping[str, cst.BaseExpression]) -> cst.BaseExpression:
    """With the arguments in the places of the parameters."""
    values = {name: given[name.value] for name in _variables(node) if name.value in given}
    changes: Changes = {name: lambda _node, value=value: value.deep_clone() for name, value in values.items()}  # type: ignore[misc]
    made = applied(node, changes)
    assert isinstance(made, cst.BaseExpression)
    return made
