"""WebSocket servers of the application's own, outside of API Gateway."""

from __future__ import annotations

from migrator.inventory.model import Server
from migrator.scan.files import Files
from migrator.scan.node.program import NodeProgram
from migrator.scan.servers.python import python_servers
from migrator.scan.servers.scripts import script_servers


def servers(files: Files, program: NodeProgram) -> list[Server]:
    """In the order of path and line."""
    found = [*script_servers(files, program.modules), *python_servers(files)]
    return sorted(found, key=lambda server: (server.location.path, server.location.line, server.location.column))
