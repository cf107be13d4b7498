"""An inventory as the shim serves it: unchanged handlers, in this process, in worker processes, or deployed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from migrator.errors import WsSseError
from migrator.inventory.model import Api, Inventory
from shim.backends.lambda_ import LambdaBackend
from shim.backends.options import PythonOptions, Workers
from shim.backends.python import PythonBackend, PythonFunction, need_processes
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaMapped, LambdaProxy, RouteDefinition
from shim.local_aws import LocalAwsUnservable, aws_is_configured, serve_local_aws, start_local_aws
from shim.pages import TokenPlaces
from shim.streams import Streams


class NotHostable(WsSseError):
    """Raised when the application's handlers can't be served; `problems` are sentences."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        return "The application can't be served as it is:\n" + "\n".join(f"  {problem}" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Hosted:
    """`aws`: 'moto' when AWS is played in this process, 'configured' when calls go to AWS."""

    service: GatewayService
    aws: str
    backend: PythonBackend | LambdaBackend

    def close(self) -> None:
        """Ends what runs functions; after `service.run`, which still calls some."""
        self.backend.close()


def api_definition(inventory: Inventory, stage: str | None = None) -> ApiDefinition:
    """The API to serve. Raises NotHostable when there is none, or several, or a declared part isn't understood."""
    serious = [f"{problem.location}: {problem.message}" for problem in inventory.problems if problem.serious]
    if serious:
        raise NotHostable(serious)
    if len(inventory.apis) != 1:
        names = ", ".join(api.name for api in inventory.apis) or "none"
        raise NotHostable([f"one WebSocket API is expected, and these were found: {names}"])
    api = inventory.apis[0]
    return ApiDefinition(
        name=api.name,
        routes={route.key: RouteDefinition(LambdaProxy(route.handler), route.route_response) for route in api.routes},
        selection_expression=api.route_selection_expression,
        stage=stage or api.stage,
        authorizer=_authorizer(api),
        region=inventory.region,
    )


def host(
    app: Path,
    inventory: Inventory,
    *,
    stage: str | None = None,
    aws: str = "auto",
    workers: Workers = "auto",
    reload: bool = False,
    backend: Literal["python", "lambda"] = "python",
    lambda_names: Mapping[str, str] | None = None,
) -> Hosted:
    """Prepares this process for the application's handlers and loads them. For once in a process.

    `aws`: 'moto' plays AWS in memory, 'configured' lets calls go to AWS, 'auto' takes moto when no credentials are
    found. `workers`: 'threads' of this process, 'processes', or 'auto' for processes where functions differ in code
    root or environment. `reload`: changed code takes effect at once. `backend` 'lambda' calls the deployed functions;
    `lambda_names` (handler id -> name or ARN) has those that the inventory does not know.
    Raises NotHostable, HandlerUnusable or WorkerFailed.
    """
    definition = api_definition(inventory, stage)
    served = _served(definition)
    if backend == "lambda":
        deployed = LambdaBackend(_deployed(inventory, served, lambda_names or {}), region=inventory.region)
        return Hosted(GatewayService(definition, deployed, Streams()), "configured", deployed)
    functions = _functions(app, inventory, served)
    if aws == "auto":
        aws = "configured" if aws_is_configured() else "moto"
    sys.dont_write_bytecode = True  # nothing is written into the application's folders
    _require(inventory, served)
    own = {function_id: _environment(inventory, function_id) for function_id in functions}
    if workers == "auto":
        workers = "processes" if _differ(own) or need_processes(functions) else "threads"
    if workers == "threads":
        shared = _one_for_all(own)
        if aws == "moto":
            start_local_aws(inventory.table_definitions, shared, region=inventory.region)
        else:
            _set_where_missing(shared, inventory.region)
    else:
        functions = _with_environments(functions, own, inventory, aws)
    python = PythonBackend(functions, PythonOptions(workers=workers, reload=reload, region=inventory.region))
    service = GatewayService(definition, python, Streams())
    python.start(service)
    try:
        python.load_all()
    except Exception:
        python.close()
        raise
    return Hosted(service, aws, python)


def web_folder(app: Path, inventory: Inventory) -> Path | None:
    """The folder with the application's own page: the first that holds a client and an index.html, and nothing of
    the server; None when there is none."""
    server = [app / handler.path for handler in inventory.handlers]
    server += [app / api.location.path for api in inventory.apis]
    server += [app / resource.location.path for resource in inventory.resources]
    for client in inventory.clients:
        folder = (app / client.location.path).parent
        if (folder / "index.html").is_file() and not any(path.is_relative_to(folder) for path in server):
            return folder
    return None


def token_places(inventory: Inventory) -> TokenPlaces:
    """Where clients may bring their token, as far as the authorizer's code tells."""
    for api in inventory.apis:
        if api.authorizer is not None and api.authorizer.token is not None:
            token = api.authorizer.token
            return TokenPlaces(token.query, token.header, token.scheme)
    return TokenPlaces()


def _served(definition: ApiDefinition) -> set[str]:
    served = {
        route.integration.function
        for route in definition.routes.values()
        if isinstance(route.integration, LambdaProxy | LambdaMapped)
    }
    if definition.authorizer is not None:
        served.add(definition.authorizer.function)
    return served


def _authorizer(api: Api) -> AuthorizerDefinition | None:
    authorizer = api.authorizer
    if authorizer is None:
        return None
    if authorizer.handler is None:
        raise NotHostable([f"authorizer {authorizer.name} has the type {authorizer.type}; only REQUEST can run here"])
    return AuthorizerDefinition(authorizer.name, authorizer.handler, authorizer.identity_sources)


def _functions(app: Path, inventory: Inventory, served: set[str]) -> dict[str, PythonFunction]:
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
            problems.append(f"{handler.path} is {handler.language}; only Python handlers run in this process")
        else:
            functions[handler.id] = PythonFunction(app / handler.root, handler.module, handler.function)
    if problems:
        raise NotHostable(problems)
    return functions


def _deployed(inventory: Inventory, served: set[str], given: Mapping[str, str]) -> dict[str, str]:
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


def _environment(inventory: Inventory, function_id: str) -> dict[str, str]:
    """What a function's variables are, apart from those that the caller has set: these win for all functions."""
    declared = {**inventory.environment, **inventory.handler(function_id).environment}
    return {name: value for name, value in declared.items() if name not in os.environ}


def _differ(own: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether one variable has two values. That some have variables more than others does no harm."""
    merged: dict[str, str] = {}
    return any(merged.setdefault(name, value) != value for each in own.values() for name, value in each.items())


def _one_for_all(own: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
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


def _with_environments(
    functions: Mapping[str, PythonFunction], own: Mapping[str, dict[str, str]], inventory: Inventory, aws: str
) -> dict[str, PythonFunction]:
    """Functions for worker processes, each with its own variables, all with the same AWS. Raises NotHostable."""
    shared: dict[str, str] = {}
    if aws == "moto":
        named = {value for environment in own.values() for value in environment.values()}
        start_local_aws(inventory.table_definitions, {}, region=inventory.region, named=named)
        try:
            shared = serve_local_aws()
        except LocalAwsUnservable as error:
            raise NotHostable([str(error)]) from error
    else:
        _set_where_missing({}, inventory.region)
    return {
        function_id: replace(function, environment={**own[function_id], **shared})
        for function_id, function in functions.items()
    }


def _set_where_missing(environment: Mapping[str, str], region: str) -> None:
    os.environ.setdefault("AWS_DEFAULT_REGION", region)
    for name, value in environment.items():
        os.environ.setdefault(name, value)


def _require(inventory: Inventory, served: set[str]) -> None:
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
