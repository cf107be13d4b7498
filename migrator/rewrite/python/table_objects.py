"""Which variables are a given DynamoDB table: from the expression that names it to every use of the table object."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.inventory.model import Store
from migrator.rewrite.python.edits import Change, remove
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.syntax import argument, method_call, string, subscript_key


class NotUnderstood(Exception):
    """Why a table stays."""


@dataclass
class TableObjects:
    """All that has to go together with a table, and the places where it is used."""

    names: set[tuple[str, cst.CSTNode]] = field(default_factory=set)
    """Literals, by file, that name the table and lead to nothing else."""
    objects: list[tuple[Facts, cst.BaseExpression]] = field(default_factory=list)
    """Expressions that are the table."""
    changes: dict[str, dict[cst.CSTNode, Change]] = field(default_factory=dict)
    """Assignments, parameters and arguments that only carried it, by file."""

    def change(self, facts: Facts, node: cst.CSTNode, change: Change) -> None:
        self.changes.setdefault(facts.path, {})[node] = change


def find_objects(project: Project, store: Store) -> TableObjects:
    """Raises NotUnderstood when the name or the object goes where it can't be followed."""
    found = TableObjects()
    names = [value for value in (store.variable, store.table) if value is not None]
    if not names:
        raise NotUnderstood("the code doesn't say which table it is")
    naming = {path for path, module in project.modules.items() if any(name in module.text for name in names)}
    near = project.reached_from(naming)
    for facts in project.with_words("Table", within=near):
        for call in facts.all(cst.Call):
            made = method_call(call, "Table")
            if made is not None and len(call.args) == 1 and _names(project, facts, call.args[0].value, store, found):
                _follow(project, facts, call, found)
    for value in names:
        for facts, node in project.literals(value):
            if (facts.path, node) not in found.names and not _in_docstring(facts, node):
                raise NotUnderstood(f"{facts.path}:{facts.line(node)} names the table in a way that can't be followed")
    return found


def _names(project: Project, facts: Facts, node: cst.BaseExpression, store: Store, found: TableObjects) -> bool:
    """Whether the expression is the table's name; then everything that carries it is noted."""
    literal = _environment_literal(node)
    if literal is not None and string(literal) == store.variable:
        found.names.add((facts.path, literal))
        return True
    if store.table is not None and string(node) == store.table:
        found.names.add((facts.path, node))
        return True
    binding = facts.binding(node)
    if binding is None:
        return False
    parameter = _parameter(facts, binding)
    if parameter is not None:
        return _names_by_parameter(project, facts, binding, parameter, store, found)
    values = facts.values(binding)
    if not values or not all(_names(project, facts, value, store, found) for value in values):
        return False
    _check_only_names_tables(facts, binding)
    _check_not_shared(project, facts, binding)
    for target in facts.stores(binding):
        found.change(facts, facts.statement(target), remove())
    return True


def _check_only_names_tables(facts: Facts, binding: Binding) -> None:
    for load in facts.loads(binding):
        arg = facts.parent(load)
        call = facts.parent(arg) if isinstance(arg, cst.Arg) else None
        if method_call(call, "Table") is None:
            raise NotUnderstood(f"{facts.path}:{facts.line(load)} also uses the table's name")


def _check_not_shared(project: Project, facts: Facts, binding: Binding) -> None:
    """No other module, and nothing outside of the class, may reach the variable."""
    within = None if isinstance(binding.owner, cst.ClassDef) else project.users(facts.path)
    for other, node in project.mentions(binding.name, within):
        above = other.parent(node)
        if isinstance(above, cst.ImportAlias) and other is not facts and isinstance(binding.owner, GlobalScope):
            raise NotUnderstood(f"{other.path}:{other.line(node)} imports {binding.name}")
        if not (isinstance(above, cst.Attribute) and above.attr is node):
            continue
        own = other.binding(above)
        if own == binding or (own is not None and other.stores(own)):
            continue
        if project.reaches(other, above, facts.path, in_class=isinstance(binding.owner, cst.ClassDef)):
            raise NotUnderstood(f"{other.path}:{other.line(node)} reaches {binding.name} from outside")


def _parameter(facts: Facts, binding: Binding) -> cst.Param | None:
    stores = facts.stores(binding)
    above = facts.parent(stores[0]) if len(stores) == 1 else None
    return above if isinstance(above, cst.Param) else None


def _names_by_parameter(
    project: Project, facts: Facts, binding: Binding, parameter: cst.Param, store: Store, found: TableObjects
) -> bool:
    """A parameter of `__init__` is the name when every construction of the class gives the name."""
    function, owner = facts.enclosing(parameter, cst.FunctionDef), facts.enclosing(parameter, cst.ClassDef)
    if function is None or owner is None or function.name.value != "__init__" or parameter.default is not None:
        return False
    position = list(function.params.params).index(parameter) - 1 if parameter in function.params.params else None
    calls = [(f, call) for f, call in project.calls(owner.name.value) if not _is_annotation(f, call)]
    given: list[tuple[Facts, cst.Call, cst.BaseExpression]] = []
    for caller, call in calls:
        value = argument(call, parameter.name.value, position)
        if value is None or not _names(project, caller, value, store, found):
            return False
        given.append((caller, call, value))
    if not given or owner.bases:
        return False
    _check_only_names_tables(facts, binding)
    for other, node in project.mentions(owner.name.value):
        above = other.parent(node)
        is_base = isinstance(above, cst.Arg) and isinstance(other.parent(above), cst.ClassDef)
        if is_base:
            raise NotUnderstood(f"{other.path}:{other.line(node)} derives from {owner.name.value}")
    for caller, call, value in given:
        arg = next(arg for arg in call.args if arg.value is value)
        caller_change = caller.path
        found.changes.setdefault(caller_change, {})[arg] = remove()
    found.change(facts, parameter, remove())
    return True


def _is_annotation(facts: Facts, call: cst.Call) -> bool:
    return any(isinstance(above, cst.Annotation) for above in facts.ancestors(call))


def _follow(project: Project, facts: Facts, made: cst.Call, found: TableObjects) -> None:
    """From `.Table(...)` to the variable that holds it, or to the method that is called at once."""
    target = facts.target(made)
    if target is None:
        above = facts.parent(made)
        if isinstance(above, cst.Attribute):
            found.objects.append((facts, made))
            return
        if isinstance(above, cst.Return) and _follow_factory(project, facts, above, found):
            return
        raise NotUnderstood(f"{facts.path}:{facts.line(made)} passes the table on")
    binding = facts.binding(target)
    values = facts.values(binding) if binding is not None else None
    if binding is None or values is None or any(not _is_table_or_none(value) for value in values):
        raise NotUnderstood(f"{facts.path}:{facts.line(made)} keeps the table in a variable that is more than that")
    if len([value for value in values if isinstance(value, cst.Call)]) > 1:
        raise NotUnderstood(f"{facts.path}:{facts.line(made)} keeps more than one table in {binding.name}")
    _check_not_shared(project, facts, binding)
    for store in facts.stores(binding):
        found.change(facts, facts.statement(store), remove())
    found.objects.extend((facts, load) for load in facts.loads(binding))


def _follow_factory(project: Project, facts: Facts, answer: cst.Return, found: TableObjects) -> bool:
    """`def table(): return boto3.resource("dynamodb").Table(...)`: each call of the function is the table."""
    function = facts.enclosing(answer, cst.FunctionDef)
    if function is None or facts.enclosing(function, cst.ClassDef) is not None:
        return False
    statements = [s for s in function.body.body if not _is_docstring(s)]
    if len(statements) != 1 or function.params.params:
        return False
    name = function.name.value
    users = project.users(facts.path)
    mentions = project.mentions(name, users)
    calls = list(project.calls(name, users))
    if any(other is not facts for other, _node in mentions) or len(mentions) != len(calls):
        raise NotUnderstood(f"{facts.path}:{facts.line(function)}: {name}() is not only called in this file")
    found.objects.extend(calls)
    found.change(facts, function, remove())
    return True


def _is_docstring(statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    only = statement.body[0]
    return isinstance(only, cst.Expr) and isinstance(only.value, cst.SimpleString | cst.ConcatenatedString)


def _is_table_or_none(value: cst.BaseExpression) -> bool:
    return method_call(value, "Table") is not None or (isinstance(value, cst.Name) and value.value == "None")


def _environment_literal(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The literal in `os.environ["X"]`, `os.environ.get("X")`, `os.getenv("X")`."""
    if subscript_key(node) is not None and isinstance(node, cst.Subscript):
        is_environment = _last_name(node.value) == "environ"
        index = node.slice[0].slice
        return index.value if is_environment and isinstance(index, cst.Index) else None
    called = method_call(node)
    if called is not None and called[2].args:
        receiver, method, call = called
        if (method == "get" and _last_name(receiver) == "environ") or method == "getenv":
            return call.args[0].value
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "getenv" and node.args:
        return node.args[0].value
    return None


def _last_name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _in_docstring(facts: Facts, node: cst.CSTNode) -> bool:
    return isinstance(facts.parent(node), cst.Expr)
