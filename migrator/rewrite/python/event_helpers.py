"""`get_user(event)` -> `get_user(caller)`: functions of the application that only read known keys of an event.

Each gets a twin that takes what it needs. When nobody calls the first one any more, the twin has its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst

from migrator.rewrite.python.called import called
from migrator.rewrite.python.context_use import context_use
from migrator.rewrite.python.edits import Changes, applied, both, replace
from migrator.rewrite.python.event_calls import also_imports, apart, argument_parameters, call_of, parameters_of
from migrator.rewrite.python.event_reads import NotNative, Path
from migrator.rewrite.python.event_use import event_use, spelled
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.parameter_names import CALLERS, TEXTS, free_name, names_in
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.situation import Situation

CALLER_TYPE = ("sse_service.caller", "Caller")
Role = Path | None
"""What an argument holds: the event, or the part of it at a path; None for the Lambda context."""


@dataclass(frozen=True)
class Twin:
    """`caller`, `text`: its parameters in place of the event, empty where it needs none. `code`: its source, by which
    two are the same."""

    path: str
    original: str
    name: str
    caller: str
    text: str
    code: str


@dataclass
class Work:
    """What one route changes, in all modules. `known`: twins that other routes have made."""

    project: Project
    situation: Situation
    known: dict[str, Twin]
    changes: defaultdict[str, Changes] = field(default_factory=lambda: defaultdict(dict))
    imports: defaultdict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    twins: dict[str, Twin] = field(default_factory=dict)
    _open: set[tuple[str, str]] = field(default_factory=set)

    def hand_over(
        self, facts: Facts, call: cst.Call, roles: dict[cst.BaseExpression, Role], caller: str, text: str, into: Changes
    ) -> tuple[bool, bool]:
        """Makes a call take the caller and the text in place of the arguments with a role; the change goes `into`.

        Returns whether it wants the caller, and whether the text. Raises NotNative.
        """
        name = facts.module.code_for_node(call.func)
        place = f"line {facts.line(call)} passes {_what(roles)} to {name}"
        found = called(self.project, facts, call.func)
        if found is None:
            raise NotNative(f"{place}, which is not a function of the application that is known for certain")
        home, function = found
        given = argument_parameters(call, function)
        if given is None or function.decorators or function.asynchronous is not None:
            raise NotNative(f"{place}, which has decorators or parameters that can't be told apart")
        by_parameter = {given[arg]: roles[arg.value] for arg in call.args if arg.value in roles}
        if not _is_first_default(function, by_parameter):
            raise NotNative(f"{place}, behind parameters with defaults")
        if (home.path, function.name.value) in self._open:
            raise NotNative(f"{place}, which calls itself")
        self._open.add((home.path, function.name.value))
        try:
            twin = self._twin(home, function, by_parameter)
        except NotNative as why:
            raise NotNative(f"{place}, where {why}") from None
        finally:
            self._open.discard((home.path, function.name.value))
        wanted = [*([(twin.caller, caller)] if twin.caller else []), *([(twin.text, text)] if twin.text else [])]
        made = call_of(call, set(roles), twin.name, wanted)
        into[call] = both(made, into[call]) if call in into else made
        self._import(facts, call, twin)
        return bool(twin.caller), bool(twin.text)

    def _twin(self, home: Facts, function: cst.FunctionDef, roles: dict[str, Role]) -> Twin:
        taken = names_in(function)
        caller, text = free_name(CALLERS, taken), free_name(TEXTS, taken)
        changes: Changes = {}
        wants_caller, wants_text = self.convert(home, function, roles, (caller, text), changes)
        own = function.name.value
        suffix = "caller" if wants_caller else "text" if wants_text else "nothing"
        made = applied(function, changes)
        assert isinstance(made, cst.FunctionDef)
        caller, text = caller if wants_caller else "", text if wants_text else ""
        made = made.with_changes(params=parameters_of(made.params, set(roles), caller, text))
        number = 1
        while True:
            name = f"{own}_from_{suffix}" + (f"_{number}" if number > 1 else "")
            shaped = made.with_changes(name=cst.Name(name), leading_lines=apart(function))
            twin = Twin(home.path, own, name, caller, text, home.module.code_for_node(shaped))
            same = self.known.get(f"{home.path}:{name}") or self.twins.get(f"{home.path}:{name}")
            if same == twin:
                return twin
            if same is None and not any(name in module.words for module in self.project.modules.values()):
                break
            number += 1
        self.twins[f"{home.path}:{name}"] = twin
        if wants_caller:
            self.imports[home.path].add(CALLER_TYPE)
        before = self.changes[home.path].get(function)

        def add(node: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
            assert isinstance(node, cst.FunctionDef)
            if before is None:
                return cst.FlattenSentinel([node, shaped])
            first = before(node)
            nodes = first.nodes if isinstance(first, cst.FlattenSentinel) else [first]
            return cst.FlattenSentinel([*(n for n in nodes if isinstance(n, cst.CSTNode)), shaped])

        self.changes[home.path][function] = add
        return twin

    def convert(
        self,
        facts: Facts,
        function: cst.FunctionDef,
        roles: dict[str, Role],
        names: tuple[str, str],
        changes: Changes,
    ) -> tuple[bool, bool]:
        """Every use of the parameters with a role; returns whether the caller, and whether the text is wanted."""
        caller, text = names
        wants_caller = wants_text = False
        handed: dict[cst.Call, dict[cst.BaseExpression, Role]] = {}
        for parameter in function.params.params:
            if parameter.name.value not in roles:
                continue
            role = roles[parameter.name.value]
            binding = facts.binding(parameter.name)
            if binding is None or len(facts.stores(binding)) != 1:
                raise NotNative("the event is replaced by something else")
            if role is None:
                context = context_use(facts, binding, caller)
                changes.update(context.changes)
                wants_caller |= context.caller
                onward: list[tuple[cst.BaseExpression, Role]] = [(node, None) for node in context.handed]
            else:
                use = event_use(facts, binding, self.situation, caller, role)
                changes.update(use.changes)
                changes.update({read.step.node: replace(text, facts.module) for read in use.bodies})
                wants_caller |= use.caller
                wants_text |= bool(use.bodies)
                if use.bodies and not self.situation.has_body:
                    raise NotNative("it reads a body that this event never has")
                onward = [(found.node, found.path) for found in use.handed]
            collect(facts, onward, handed)
        for call, inner in handed.items():
            also_caller, also_text = self.hand_over(facts, call, inner, caller, text, changes)
            wants_caller |= also_caller
            wants_text |= also_text
        return wants_caller, wants_text

    def _import(self, facts: Facts, call: cst.Call, twin: Twin) -> None:
        """Where the first one came by `from … import`, its twin comes the same way."""
        if not isinstance(call.func, cst.Name) or not facts.imported(call.func):
            return
        for statement in facts.all(cst.ImportFrom):
            aliases = [] if isinstance(statement.names, cst.ImportStar) else statement.names
            bound = {alias.evaluated_alias or alias.evaluated_name for alias in aliases}
            if call.func.value in bound:
                if twin.name not in bound:
                    changes = self.changes[facts.path]
                    added = also_imports(twin.name)
                    changes[statement] = both(changes[statement], added) if statement in changes else added
                return
        raise NotNative(f"line {facts.line(call)} calls a function that is imported in an unusual way")


def _is_first_default(function: cst.FunctionDef, roles: Mapping[str, Role]) -> bool:
    """Whether a parameter without a default may stand where the first one with a role stands."""
    for param in function.params.params:
        if param.name.value in roles:
            return True
        if param.default is not None:
            return False
    return False


def collect(
    facts: Facts, onward: list[tuple[cst.BaseExpression, Role]], handed: dict[cst.Call, dict[cst.BaseExpression, Role]]
) -> None:
    """Arguments with a role, by the call in which they stand. Raises NotNative where that is no plain call."""
    for node, role in onward:
        arg = facts.parent(node)
        call = facts.parent(arg) if isinstance(arg, cst.Arg) and not arg.star else None
        if not isinstance(call, cst.Call):
            raise NotNative(f"line {facts.line(node)} uses {_what({node: role})} as a whole")
        handed.setdefault(call, {})[node] = role


def _what(roles: dict[cst.BaseExpression, Role]) -> str:
    paths = [role for role in roles.values() if role is not None]
    return spelled(paths[0]) if paths else "the Lambda context"
