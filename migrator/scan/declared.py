"""What one infrastructure file declares, before the code is read. `assemble` joins it with the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from migrator.inventory.model import (
    CustomDomain,
    Framework,
    FunctionlessRoute,
    Integration,
    LocalResource,
    Problem,
    RouteSettings,
    Trigger,
    UnservedRoute,
)
from migrator.inventory.permissions import Permissions
from migrator.inventory.record import Location

Kind = Literal["serverless", "sam", "cloudformation", "cdk", "terraform", "chalice", "code"]


@dataclass
class Function:
    """A Lambda function. `key` is unique in its file: the logical id, or the key under `functions:`."""

    key: str
    handler: str
    """Lambda's form, such as 'src/connect.handler'; '' when the file gives none."""
    root: str
    """Folder of the deployed code relative to the application, '.' for the application itself."""
    runtime: str
    location: Location
    environment: dict[str, str] = field(default_factory=dict)
    unresolved: dict[str, str] = field(default_factory=dict)
    triggers: list[Trigger] = field(default_factory=list)
    problem: str | None = None
    name: str = ""
    """What it is called in the account, where the file says so."""
    image: bool = False
    """Whether its code is a container image."""
    moved: str | None = None
    """Where its code was found instead, and why there."""
    inline: str | None = None
    """Its code, where that stands in the infrastructure file; what is computed in it stays as it is written there."""
    framework: Framework | None = None
    framework_object: str | None = None
    permissions: Permissions | None = None
    """None: nothing declares any."""


@dataclass(frozen=True)
class DeclaredRoute:
    key: str
    function: str
    route_response: bool
    location: Location
    integration: Integration | None = None
    settings: RouteSettings = field(default_factory=RouteSettings)


@dataclass(frozen=True)
class DeclaredAuthorizer:
    name: str
    type: Literal["REQUEST", "AWS_IAM"]
    function: str | None
    identity_sources: tuple[str, ...]
    location: Location


@dataclass
class DeclaredApi:
    id: str
    name: str
    expression: str
    stage: str
    location: Location
    routes: list[DeclaredRoute] = field(default_factory=list)
    authorizer: DeclaredAuthorizer | None = None
    functionless: list[FunctionlessRoute] = field(default_factory=list)
    unserved: list[UnservedRoute] = field(default_factory=list)
    stage_variables: dict[str, str] = field(default_factory=dict)
    domains: tuple[CustomDomain, ...] = ()


@dataclass(frozen=True)
class Part:
    """A piece of infrastructure: declared, or implied by a function of the Serverless Framework."""

    id: str
    type: str
    location: Location
    references: tuple[str, ...] = ()
    """Ids of the parts that it names."""
    properties: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    """What it is called; None for what has no name."""
    manages_connections: bool = False
    """True for a policy statement that allows execute-api:ManageConnections."""


@dataclass
class DeclaredTable:
    id: str
    name: str
    keys: tuple[str, ...]
    indexes: tuple[tuple[str, tuple[str, ...]], ...]
    ttl_attribute: str | None
    definition: dict[str, object]
    location: Location


@dataclass
class Service:
    """Everything that one infrastructure file says."""

    kind: Kind
    name: str
    path: str
    region: str = "us-east-1"
    apis: list[DeclaredApi] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)
    tables: list[DeclaredTable] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    local: list[LocalResource] = field(default_factory=list)
    import_roots: list[str] = field(default_factory=list)
    """Folders that layers add to the import path of functions."""
    environment: dict[str, str] = field(default_factory=dict)
    unresolved: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, location: Location, message: str, *, serious: bool = False, served: bool = False) -> None:
        self.problems.append(Problem(location=location, message=message, serious=serious, served=served))


def is_unread(function: Function) -> bool:
    """Whether it is written for a runtime whose code is not read, such as Java."""
    return bool(function.runtime) and not function.runtime.startswith(("python", "node"))
