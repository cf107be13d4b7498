"""What the shim serves: unchanged handlers, here or deployed, or a server that stands behind it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ProfileNotFound

from migrator.definitions import api_definition_of
from migrator.hostable import (
    NotHostable,
    environment_of,
    environments_differ,
    functions_of,
    names_at_lambda,
    one_for_all,
    require_variables,
)
from migrator.inventory.model import Api, Inventory
from shim.backends.lambda_ import LambdaBackend
from shim.backends.python import PythonBackend, PythonFunction, need_processes
from shim.backends.rest import RestBridge
from shim.backends.upstream import UpstreamAddressInvalid
from shim.backends.websocket import WebSocketBridge
from shim.config.errors import SettingMissing
from shim.config.options import ShimOptions, served_api
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaMapped, LambdaProxy
from shim.gateway.models import ModelUnusable
from shim.gateway.selection import ExpressionUnusable
from shim.integrations import problems_of
from shim.local_aws import LocalAwsUnservable, aws_is_configured, serve_local_aws, start_local_aws
from shim.pages import TokenPlaces
from shim.streams import Streams
from shim.streams.redis.options import RedisOptions

if TYPE_CHECKING:
    from shim.dualrun.cutover.service import Side

WhichAws = Literal["moto", "configured"]


@dataclass(frozen=True, slots=True)
class Hosted:
    """`aws`: 'moto' when AWS is played in this process, 'configured' when calls go to AWS. `backend` None: a server
    behind the shim."""

    service: Side
    aws: WhichAws
    backend: PythonBackend | LambdaBackend | None

    def unusable(self) -> int:
        """How many functions that run here can't be imported."""
        return len(self.backend.unusable()) if isinstance(self.backend, PythonBackend) else 0

    def close(self) -> None:
        """Ends what runs functions; after `service.run`, which still calls some."""
        if self.backend is not None:
            self.backend.close()


def api_definition(inventory: Inventory, options: ShimOptions) -> ApiDefinition:
    """The API to serve: what is declared, as configured. Raises NotHostable when there is none, or several, or a
    declared part isn't understood."""
    serious = [
        f"{problem.location}: {problem.message}"
        for problem in inventory.problems
        if problem.serious and not problem.served
    ]
    if serious:
        raise NotHostable(serious)
    if len(inventory.apis) != 1:
        names = ", ".join(api.name for api in inventory.apis) or "none"
        raise NotHostable([f"one WebSocket API is expected, and these were found: {names}"])
    api = inventory.apis[0]
    definition = served_api(options, api_definition_of(api, authorizer=_authorizer(api)))
    problems = problems_of(definition)
    if problems:
        raise NotHostable(problems)
    return definition


def aws_in_use(options: ShimOptions) -> WhichAws:
    """What answers AWS calls of handlers that run here."""
    if options.backend != "python" or options.aws == "configured":
        return "configured"
    if options.aws == "moto":
        return "moto"
    try:
        return "configured" if aws_is_configured() else "moto"
    except ProfileNotFound as error:
        raise NotHostable(
            [f"AWS_PROFILE asks for AWS, but {error}; name one that there is, or give --aws moto to play AWS here"]
        ) from error


def host(app: Path, inventory: Inventory, options: ShimOptions) -> Hosted:
    """Prepares this process for the application's handlers and loads them, or for calls of the deployed ones. For once
    in a process.

    Raises NotHostable, HandlerUnusable or WorkerFailed.
    """
    definition = api_definition(inventory, options)
    served = served_functions(definition)
    if options.backend == "lambda":
        deployed = LambdaBackend(
            names_at_lambda(inventory, served, options.lambda_.names),
            region=definition.region,
            endpoint_url=options.lambda_.endpoint_url,
            concurrency=options.lambda_.concurrency,
            timeout_s=options.lambda_.timeout_s,
        )
        return Hosted(_gateway(definition, deployed, options), "configured", deployed)
    functions = functions_of(app, inventory, served)
    aws = aws_in_use(options)
    sys.dont_write_bytecode = True  # nothing is written into the application's folders
    require_variables(inventory, served)
    own = {function_id: environment_of(inventory, function_id) for function_id in functions}
    workers = options.python.workers
    if workers == "auto":
        workers = "processes" if environments_differ(own) or need_processes(functions) else "threads"
    if workers == "threads":
        shared = one_for_all(own)
        if aws == "moto":
            start_local_aws(
                inventory.local_tables(), shared, region=definition.region, resources=inventory.local_calls()
            )
        else:
            _set_where_missing(shared, definition.region)
    else:
        functions = _with_environments(functions, own, inventory, aws, definition.region)
    python = PythonBackend(functions, replace(options.python, workers=workers))
    service = _gateway(definition, python, options)
    python.start(service)
    try:
        python.load_all()
    except BaseException:
        python.close()
        raise
    return Hosted(service, aws, python)


def bridge(options: ShimOptions) -> Hosted:
    """Serves both kinds of clients from the server behind the shim. Raises NotHostable or SettingMissing."""
    streams = _streams(options)
    try:
        if options.backend == "websocket":
            if options.websocket is None:
                raise SettingMissing("backend.websocket.url", "the back end websocket")
            return Hosted(WebSocketBridge(options.api, options.websocket, streams), "configured", None)
        if options.rest is None:
            raise SettingMissing("backend.rest.url", "the back end rest")
        return Hosted(RestBridge(options.api, options.rest, streams), "configured", None)
    except UpstreamAddressInvalid as error:
        raise NotHostable([str(error)]) from error
    except OSError as error:
        raise NotHostable([f"ca_file: {error.strerror or error}"]) from error


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


def _gateway(definition: ApiDefinition, backend: PythonBackend | LambdaBackend, options: ShimOptions) -> GatewayService:
    """Raises NotHostable for what API Gateway would not have deployed."""
    try:
        return GatewayService(definition, backend, _streams(options))
    except (ExpressionUnusable, ModelUnusable) as error:
        raise NotHostable([str(error)]) from error


def _streams(options: ShimOptions) -> Streams:
    """Raises NotHostable for what one process alone can do."""
    if options.redis is not None:
        return _shared_streams(options, options.redis)
    if options.cutover is not None:
        from shim.dualrun.cutover.tapped_streams import TappedStreams  # noqa: PLC0415 - few cut over or record

        return TappedStreams(options.streams)
    if options.recording.file is not None:
        from shim.dualrun.record.recorded_service import RecordedStreams  # noqa: PLC0415

        return RecordedStreams(options.streams)
    return Streams(options.streams)


def of_one_process(options: ShimOptions) -> tuple[str, ...]:
    """What is asked for that one process alone can do."""
    alone = {
        "[cutover]": options.cutover is not None,
        "recording.file": options.recording.file is not None,
        f"the back end {options.backend}": options.backend in {"websocket", "rest"},
    }
    return tuple(what for what, asked in alone.items() if asked)


def _shared_streams(options: ShimOptions, redis: RedisOptions) -> Streams:
    for what in of_one_process(options):
        raise NotHostable([f"{what} works in one process, and [redis] is for several; leave out one of them"])
    try:
        from shim.streams.redis.streams import RedisStreams  # noqa: PLC0415 - most serve alone, without the package
    except ModuleNotFoundError as error:
        raise NotHostable([f"[redis] needs the package {error.name}: pip install 'ws2sse[redis]'"]) from error
    return RedisStreams(redis, options.streams)


def check_together(redis: RedisOptions) -> None:
    """Raises NotHostable when this node could not serve together with those that run."""
    from shim.streams.redis.agreement import PartitionsDiffer, check_partitions  # noqa: PLC0415 - as above

    try:
        check_partitions(redis)
    except PartitionsDiffer as error:
        raise NotHostable([error.reason]) from error


def served_functions(definition: ApiDefinition) -> set[str]:
    """Ids of the functions that its routes and its authorizer need."""
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


def _with_environments(
    functions: Mapping[str, PythonFunction],
    own: Mapping[str, dict[str, str]],
    inventory: Inventory,
    aws: WhichAws,
    region: str,
) -> dict[str, PythonFunction]:
    """Functions for worker processes, each with its own variables, all with the same AWS. Raises NotHostable."""
    shared: dict[str, str] = {}
    if aws == "moto":
        named = {value for environment in own.values() for value in environment.values()}
        start_local_aws(inventory.local_tables(), {}, region=region, named=named, resources=inventory.local_calls())
        try:
            shared = serve_local_aws()
        except LocalAwsUnservable as error:
            raise NotHostable([str(error)]) from error
    else:
        _set_where_missing({}, region)
    return {
        function_id: replace(function, environment={**own[function_id], **shared})
        for function_id, function in functions.items()
    }


def _set_where_missing(environment: Mapping[str, str], region: str) -> None:
    os.environ.setdefault("AWS_DEFAULT_REGION", region)
    for name, value in environment.items():
        os.environ.setdefault(name, value)
