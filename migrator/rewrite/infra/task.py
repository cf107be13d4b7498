"""What the infrastructure rules are given, and what they give back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from migrator.inventory.model import Api, Handler, Inventory, Resource
from migrator.inventory.outside import runs_inside, runs_outside
from migrator.rewrite.edit import InfraKind, RouteLevel
from migrator.rewrite.infra.yaml_document import CannotEdit
from migrator.rewrite.outside import outside_pushers

FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function", "aws_lambda_function"})
TABLES: Final = frozenset(
    {"AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable", "AWS::DynamoDB::GlobalTable", "aws_dynamodb_table"}
)
NODES: Final = 2
"""Containers of the new service where there is a Redis that they share; 1 where there is none."""

STATEMENT: Final = "AWS::IAM::Statement"
_READ: Final = r"(?:environ(?:\.get\(|\[)|getenv\()\s*['\"]{}['\"]"


@dataclass(frozen=True)
class Task:
    """`inventory`: of the API that is migrated alone; `texts`: the infrastructure's files; `python`: the new
    application's modules, ours left out; `tables`: resource id -> why the table stays, '' when nothing uses it now."""

    application: str
    inventory: Inventory
    api: Api
    levels: tuple[RouteLevel, ...]
    texts: Mapping[str, str]
    python: Mapping[str, str]
    tables: Mapping[str, str]
    taken: frozenset[str]
    """Paths of the files that go along: a new file can't have one of these."""

    @property
    def unserved(self) -> str:
        """Why the old path can't leave yet: routes that the new application doesn't serve; '' when it serves all."""
        missing = [f"{level.key} ({level.reason})" for level in self.levels if level.level is None]
        missing += [f"{route.key} (no function is behind it)" for route in self.api.functionless_routes]
        return f"the new application does not serve {', '.join(missing)}" if missing else ""

    @cached_property
    def outside(self) -> tuple[Handler, ...]:
        return outside_pushers(self.inventory)

    @property
    def push(self) -> bool:
        return bool(self.outside)

    @cached_property
    def service_path(self) -> str:
        """The file that the new service is declared for: where the API is, else where most functions of its routes are;
        '' when no file says where they are."""
        if self.api.location.path in self.texts:
            return self.api.location.path
        moved = {path: len(self.moved(path)) for path in self.texts}
        return max((path for path in moved if moved[path]), key=lambda path: moved[path], default="")

    def free(self, path: str) -> str:
        """The path for a new file. Raises CannotEdit when a file of theirs has it."""
        if path in self.taken:
            raise CannotEdit(f"the application has a file {path} already")
        return path

    def resources(self, path: str) -> list[Resource]:
        return [resource for resource in self.inventory.resources if resource.location.path == path]

    def moved(self, path: str) -> set[int]:
        """Lines of the declarations of functions whose routes, or whose authorizer, the service takes over."""
        lines = {
            handler.declared_in.line
            for handler in self.inventory.handlers
            if handler.declared_in is not None and handler.declared_in.path == path and runs_inside(handler)
        }
        return lines | {
            resource.location.line
            for resource in self.resources(path)
            if resource.type in FUNCTIONS and resource.use == "websocket_only"
        }

    def pushing(self, path: str) -> set[int]:
        """Lines of the declarations of functions that go on running there and push."""
        places = [handler.declared_in for handler in self.outside]
        return {place.line for place in places if place is not None and place.path == path}

    def wanted(self, name: str) -> bool:
        """Whether the new application reads a variable."""
        pattern = re.compile(_READ.format(re.escape(name)))
        return any(pattern.search(text) for text in self.python.values())

    def still_read(self, name: str) -> bool:
        """Whether code that goes on running in functions may read it: all but the modules of routes alone."""
        routes = {handler.path for handler in self.inventory.handlers if not runs_outside(handler)}
        pattern = re.compile(_READ.format(re.escape(name)))
        return any(pattern.search(text) for path, text in self.python.items() if path not in routes)

    def leaving(self, path: str) -> dict[str, str]:
        """Id -> type of what only the WebSocket path uses, without statements and without tables that stay."""
        return {
            resource.id: resource.type
            for resource in self.resources(path)
            if resource.use == "websocket_only"
            and resource.type != STATEMENT
            and not (resource.type in TABLES and self.tables.get(resource.id, "the new application may use it"))
        }


@dataclass
class StackChange:
    """What becomes of the files of one stack. Texts are whole files, as they will be."""

    kind: InfraKind
    paths: tuple[str, ...]
    new: dict[str, str] = field(default_factory=dict)
    """Files of the first step that the application doesn't have."""
    first: dict[str, str] = field(default_factory=dict)
    """Files of theirs that the first step changes."""
    later: dict[str, str] = field(default_factory=dict)
    """Files as the later step leaves them; empty when it is refused."""
    refused: str = ""
    """Why there is no later step."""
    removed: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)
    """Id -> why it stays, of what only the WebSocket path used."""
    informed: set[str] = field(default_factory=set)
    """Functions that get the address of the service and its token."""
    notes: list[str] = field(default_factory=list)
    """Sentences for a person."""
