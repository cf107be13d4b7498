"""What of an inventory can be run: its functions here, their names at Lambda, and the variables that they need."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from migrator.errors import WsSseError
from migrator.inventory.model import Inventory
from shim.backends.python import PythonFunction


class NotHostable(WsSseError):
    """Raised when the application's handlers can't be served; `problems` are sentences."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        return "The application can't be served as it is:\n" + "\n".join(f"  {problem}" for problem in self.problems)


def functions_of(app: Path, inventory: Inventory, served: set[str]) -> dict[str, PythonFunction]:
    problems = []
    functions = {}
    for function_id in sorted(served):
        try:
            handler = inventory.handler(function_id)
        except KeyError:
            problems.append(f"{function_id} is named as a handler but was not found")
            continue
        if handler.problem is not None:
            problems.append(f"{handler.location or handler.path}: {handler.problem}")
        elif handler.language != "python":
            problems.append(f"{handler.path} is {handler.language}; only Python runs here: --backend lambda serves it")
        else:
            also = tuple(str(app / folder) for folder in handler.import_path)
            functions[handler.id] = PythonFunction(
                app / handler.root, handler.module, handler.function, import_path=also
            )
    if problems:
        raise NotHostable(problems)
    return functions


def names_at_lambda(inventory: Inventory, served: set[str], given: Mapping[str, str]) -> dict[str, str]:
    """Handler id -> name at Lambda. Raises NotHostable for those of which neither is known."""
    declared = {
        resource.location: resource.properties["FunctionName"]
        for resource in inventory.resources
        if resource.type in {"AWS::Lambda::Function", "AWS::Serverless::Function"}
        and "FunctionName" in resource.properties
    }
    known = {
        handler.id: declared[handler.declared_in]
        for handler in inventory.handlers
        if handler.declared_in is not None and handler.declared_in in declared
    }
    names = {function_id: name for function_id, name in {**known, **given}.items() if function_id in served}
    problems = [
        f"{function_id}: its name at Lambda is not declared and has to be given"
        for function_id in served - names.keys()
    ]
    problems += [
        f"{function_id} is given a name at Lambda, but no route has it" for function_id in given.keys() - served
    ]
    if problems:
        raise NotHostable(sorted(problems))
    return names


def environment_of(inventory: Inventory, function_id: str) -> dict[str, str]:
    """What a function's variables are, apart from those that the caller has set: these win for all functions."""
    declared = {**inventory.environment, **inventory.handler(function_id).environment}
    return {name: value for name, value in declared.items() if name not in os.environ}


def environments_differ(own: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether one variable has two values. That some have variables more than others does no harm."""
    merged: dict[str, str] = {}
    return any(merged.setdefault(name, value) != value for each in own.values() for name, value in each.items())


def one_for_all(own: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """One environment for functions that share this process. Raises NotHostable when theirs differ."""
    merged: dict[str, str] = {}
    problems = [
        f"{name} is {merged[name]!r} for one function and {value!r} for {function_id}; "
        "set it in the environment to choose one for all, or let functions run in processes"
        for function_id, environment in own.items()
        for name, value in environment.items()
        if merged.setdefault(name, value) != value
    ]
    if problems:
        raise NotHostable(problems)
    return merged


def require_variables(inventory: Inventory, served: set[str]) -> None:
    """Variables whose values only the deployment knows have to come from the caller's environment."""
    declared = set(inventory.environment).union(
        *(handler.environment for handler in inventory.handlers if handler.id in served)
    )
    missing = [
        f"{name} must be set in the environment ({reason})"
        for name, reason in inventory.unresolved.items()
        if name not in os.environ and name not in declared
    ]
    if missing:
        raise NotHostable(missing)
