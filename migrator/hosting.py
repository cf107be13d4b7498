"""An inventory as the shim serves it: unchanged handlers, in this process."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import WsSseError
from migrator.inventory.model import Api, Inventory
from shim.backends.pushes import PushCatcher
from shim.backends.python import PythonBackend, PythonFunction
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaMapped, LambdaProxy, RouteDefinition
from shim.local_aws import aws_is_configured, start_local_aws
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


def host(app: Path, inventory: Inventory, *, stage: str | None = None, aws: str = "auto") -> Hosted:
    """Prepares this process for the application's handlers and loads them. For once in a process.

    `aws`: 'moto' plays AWS in memory, 'configured' lets calls go to AWS, 'auto' takes moto when no credentials are
    found. Raises NotHostable or HandlerUnusable.
    """
    definition = api_definition(inventory, stage)
    served = {
        route.integration.function
        for route in definition.routes.values()
        if isinstance(route.integration, LambdaProxy | LambdaMapped)
    }
    if definition.authorizer is not None:
        served.add(definition.authorizer.function)
    functions = _functions(app, inventory, served)
    if aws == "auto":
        aws = "configured" if aws_is_configured() else "moto"
    sys.dont_write_bytecode = True  # nothing is written into the application's folders
    environment = _environment(inventory, served)
    _require(inventory, environment)
    backend = PythonBackend(functions)
    service = GatewayService(definition, backend, Streams())
    PushCatcher(service).install()
    if aws == "moto":
        start_local_aws(inventory.table_definitions, environment, region=inventory.region)
    else:
        os.environ.setdefault("AWS_DEFAULT_REGION", inventory.region)
        for name, value in environment.items():
            os.environ.setdefault(name, value)
    backend.load_all()
    return Hosted(service, aws)


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


def _environment(inventory: Inventory, served: set[str]) -> dict[str, str]:
    """One environment for all functions, since they share this process. Raises NotHostable when theirs differ."""
    merged = dict(inventory.environment)
    problems = []
    for handler in inventory.handlers:
        for name, value in handler.environment.items() if handler.id in served else ():
            if merged.setdefault(name, value) != value and name not in os.environ:
                problems.append(
                    f"{name} is {merged[name]!r} for one function and {value!r} for {handler.id}; "
                    "set it in the environment to choose one for all"
                )
    if problems:
        raise NotHostable(problems)
    return merged


def _require(inventory: Inventory, environment: dict[str, str]) -> None:
    """Variables whose values only the deployment knows have to come from the caller's environment."""
    missing = [
        f"{name} must be set in the environment ({reason})"
        for name, reason in inventory.unresolved.items()
        if name not in os.environ and name not in environment
    ]
    if missing:
        raise NotHostable(missing)
