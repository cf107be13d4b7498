"""A scan from the folder to the inventory."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from migrator.errors import ApplicationEmpty, ApplicationNotFound
from migrator.inventory.model import Inventory
from migrator.inventory.selection import Selection
from migrator.nesting import deep_recursion
from migrator.scan.applications import applications
from migrator.scan.assemble import Assembly
from migrator.scan.browser import browser_clients
from migrator.scan.cdk.reader import read_cdk, written_by_cdk
from migrator.scan.chalice import read_chalice
from migrator.scan.cloudformation import looks_like_template, read_template
from migrator.scan.copies import settle
from migrator.scan.declared import Service
from migrator.scan.files import EVERY_FILE, Files, walk
from migrator.scan.handlers import Handlers
from migrator.scan.inference import infer, unread_infrastructure
from migrator.scan.invocations import note_invocations
from migrator.scan.native_clients import native_clients
from migrator.scan.nested import nested_paths
from migrator.scan.node.inferred import infer_scripts
from migrator.scan.node.program import NodeProgram
from migrator.scan.python.imports import Modules, is_test
from migrator.scan.python.program import Program
from migrator.scan.python.sockets import python_clients
from migrator.scan.refusals import refusals
from migrator.scan.relocating import relocate
from migrator.scan.route_conditions import selection_key
from migrator.scan.serverless import is_serverless, read_serverless
from migrator.scan.servers import servers
from migrator.scan.sieve import sought
from migrator.scan.terraform import read_terraform
from migrator.scan.testing import read_tests, uses_in_tests

LOOKED_FOR: Final = (
    "serverless.yml",
    "template.yaml",
    "cdk.json",
    "functions that speak of requestContext.connectionId or post_to_connection",
    "WebSocket clients and servers",
)
SIGNS: Final = sought(
    b"requestContext", b"connectionId", b"connection_id", b"post_to_connection", b"apigatewaymanagementapi",
    b"@connections", b"request_context", b"methodArn", b"websocket_api",
)  # fmt: skip
"""A Python file without any of these is read only when another one imports it or the infrastructure names it."""


def scan_application(path: Path, selection: Selection = EVERY_FILE, *, may_be_empty: bool = False) -> Inventory:
    """Reads only. Raises ApplicationNotFound for anything but a folder, ApplicationEmpty when nothing is of interest.

    `may_be_empty`: an application that has left WebSocket behind is none of interest any more, and no error.
    Files that can't be read or understood become problems of the inventory."""
    if not path.is_dir():
        raise ApplicationNotFound(path)
    with deep_recursion():
        return _scan(path, selection, may_be_empty=may_be_empty)


def _scan(path: Path, selection: Selection, *, may_be_empty: bool) -> Inventory:
    files = walk(path.resolve(), selection)
    services = read_infrastructure(files, path.resolve().name)
    relocate(files, services)
    services = settle(files, services)
    handlers = Handlers(files)
    handlers.declare(services)
    program = Program(Modules(files, _import_roots(services)))
    program.load(found.path for found in handlers.found.values() if found.path in files and found.path.endswith(".py"))
    program.load(candidate for candidate in files.mentioning(SIGNS, ".py") if not is_test(candidate))
    handlers.enter(program)
    program.connect()
    scripts = NodeProgram(files)
    scripts.load(found.path for found in handlers.found.values() if found.path in files)
    handlers.enter_scripts(scripts)
    selectors = dict.fromkeys(
        key for service in services for api in service.apis if (key := selection_key(api.expression))
    )
    clients = [
        *(browser_clients(files, tuple(selectors)) if selectors else browser_clients(files)),
        *python_clients(files),
        *native_clients(files),
    ]
    declared = any(api.routes or api.functionless or api.unserved for service in services for api in service.apis)
    if not declared:
        unread_infrastructure(files)
        services = infer(files, services, handlers, program, clients)
        if not any(api.routes for service in services for api in service.apis):
            sent = {key: "" for client in clients for key in client.sends}
            services = infer_scripts(files, services, handlers, scripts, sent)
    note_invocations(handlers, services, program, scripts)
    read_tests(files)
    assembly = Assembly(files, services, handlers, program, scripts)
    inventory = assembly.inventory(_name(services, path.resolve()), clients, inferred=not declared)
    inventory = inventory.model_copy(
        update={
            "servers": tuple(servers(files, scripts)),
            "tests": tuple(uses_in_tests(files, _paths(inventory))),
        }
    )
    inventory = inventory.model_copy(update={"refusals": refusals(files, inventory)})
    if not (
        may_be_empty
        or inventory.apis
        or inventory.pushes
        or inventory.clients
        or inventory.servers
        or inventory.management_clients
        or _serious(inventory)
    ):
        raise ApplicationEmpty(path, LOOKED_FOR)
    return inventory.model_copy(
        update={
            "applications": applications(inventory),
            "near_misses": tuple(files.near_misses),
            "selection": selection,
        }
    )


def _import_roots(services: list[Service]) -> tuple[str, ...]:
    functions = [function.root for service in services for function in service.functions.values()]
    return tuple(dict.fromkeys([*functions, *(root for service in services for root in service.import_roots)]))


def read_infrastructure(files: Files, name: str) -> list[Service]:
    services, packaged = read_chalice(files)
    synthesised = read_cdk(files, name)
    taken = packaged | nested_paths(files) | written_by_cdk(files, synthesised)
    programs = [path for path in files.with_suffix(".ts", ".js", ".mjs", ".cjs") if is_serverless(path)]
    templates = files.with_suffix(".yml", ".yaml", ".json", ".template")
    for path in sorted([*templates, *programs], key=lambda p: (p.count("/"), p)):
        service = None
        if path in taken:
            continue
        if is_serverless(path):
            service = read_serverless(files, path)
        if service is None and looks_like_template(files, path):
            service = read_template(files, path, PurePosixPath(path).parent.name or name)
        if service is not None:
            services.append(service)
    services.extend(read_terraform(files, name))
    services.extend(synthesised)
    return services


def _paths(inventory: Inventory) -> frozenset[str]:
    """Files that hold something of the WebSocket path."""
    kept = [use.location for store in inventory.stores if store.holds_connections for use in store.uses]
    sent = [push.location for push in inventory.pushes]
    built = [client.location for client in inventory.management_clients]
    return frozenset(
        [handler.path for handler in inventory.handlers] + [place.path for place in (*kept, *sent, *built)]
    )


def _name(services: list[Service], path: Path) -> str:
    named = [service.name for service in services if service.kind == "serverless" and service.apis]
    return named[0] if named else path.name


def _serious(inventory: Inventory) -> bool:
    return any(problem.serious for problem in inventory.problems)
