"""What the tasks may do: what the functions that they run may do, together, and nothing else.

Permissions that could not be read are left out; when one of those may forbid something, everything is, since what is
left of a policy without its denials allows more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from migrator.deploy.deployment import Deployment
from migrator.hostable import names_at_lambda
from migrator.inventory.model import Handler, Inventory
from migrator.inventory.outside import runs_inside
from migrator.inventory.permissions import Permissions, PolicyStatement, united

_NO_USE: Final = ("logs:", "execute-api:", "xray:")
"""Actions that a container has no use for: it writes its log by other means, pushes never leave it, and nothing there
takes traces."""

_RUNS_LAMBDA: Final = (
    "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess",
    "AmazonAPIGatewayInvokeFullAccess", "AmazonAPIGatewayPushToCloudWatchLogs",
)  # fmt: skip
"""Managed policies of the same kind."""


@dataclass(frozen=True, slots=True)
class Role:
    """Texts in the notation of `Fn::Sub`. `notes`: sentences on what was left out."""

    statements: tuple[PolicyStatement, ...] = ()
    managed: tuple[str, ...] = ()
    boundary: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def wide(self) -> tuple[str, ...]:
        """What it allows on everything, or with everything, in words."""
        return tuple(
            f"{', '.join(statement.actions or ('all but some actions',))} on "
            f"{', '.join(statement.resources or ('all but some resources',))} ({statement.location})"
            for statement in self.statements
            if statement.effect == "Allow"
            and (
                "*" in statement.resources
                or statement.not_actions
                or statement.not_resources
                or any(action.endswith("*") for action in statement.actions)
            )
        )

    @property
    def texts(self) -> Iterator[str]:
        """Each of them."""
        yield from (self.boundary,) if self.boundary else ()
        yield from self.managed
        for statement in self.statements:
            yield from (*statement.actions, *statement.not_actions, *statement.resources, *statement.not_resources)
            for keys in statement.conditions.values():
                for values in keys.values():
                    yield from values


def role_of(deployment: Deployment) -> Role:
    settings = tomllib.loads(deployment.settings).get("backend", {})
    if settings.get("kind") == "lambda":
        names = settings.get("lambda", {}).get("names", {})
        served = {handler.id for handler in _served(deployment.inventory)}
        return _invoking(deployment.inventory, names_at_lambda(deployment.inventory, served, names))
    return _running(deployment.inventory)


def _served(inventory: Inventory) -> list[Handler]:
    """The functions of routes and authorizers."""
    return [handler for handler in inventory.handlers if runs_inside(handler)]


def _running(inventory: Inventory) -> Role:
    """Of tasks that run the functions themselves."""
    handlers = [handler for handler in _served(inventory) if handler.language == "python"]
    given = united(handler.permissions for handler in handlers)
    silent = [f"no file says what {handler.id} may do" for handler in handlers if handler.permissions is None]
    reasons = list(_reasons_against(given))
    if reasons:
        return Role(notes=(*silent, *reasons, "so nothing was taken over: give the role what the functions may do"))
    return Role(
        statements=tuple(_kept(given.statements)),
        managed=tuple(arn for arn in given.managed_policies if not arn.endswith(_RUNS_LAMBDA)),
        boundary=given.boundaries[0] if given.boundaries else None,
        notes=(*silent, *(f"not taken over: {part.reason} ({part.location})" for part in given.unread)),
    )


def _invoking(inventory: Inventory, names: Mapping[str, str]) -> Role:
    """Of tasks that call functions at Lambda. `names`: handler id -> name, `name:alias` or ARN."""
    here = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
    resources = tuple(name if name.startswith("arn:") else here + name for name in sorted(set(names.values())))
    place = inventory.apis[0].location
    return Role((PolicyStatement(actions=("lambda:InvokeFunction",), resources=resources, location=place),))


def _reasons_against(given: Permissions) -> Iterator[str]:
    for part in given.unread:
        if part.may_deny:
            yield f"what the policy at {part.location} says is not known, and it may deny something: {part.reason}"
    if len(given.boundaries) > 1:
        yield f"the functions have different permissions boundaries: {', '.join(given.boundaries)}"


def _kept(statements: Iterable[PolicyStatement]) -> Iterator[PolicyStatement]:
    """Without what a container has no use for; a denial stays as it is."""
    for statement in statements:
        if statement.effect == "Deny" or statement.not_actions:
            yield statement
            continue
        actions = tuple(action for action in statement.actions if not action.lower().startswith(_NO_USE))
        if actions:
            yield statement.model_copy(update={"actions": actions})
