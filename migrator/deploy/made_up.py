"""Values of variables that a scan made up, since only the application's own deployment knows them."""

from __future__ import annotations

import re
from dataclasses import replace

from migrator.deploy.deployment import Deployment, EnvironmentVariable
from migrator.inventory.assumed import ACCOUNT, plain_id
from migrator.inventory.model import Inventory, Resource


def without_made_up(deployment: Deployment) -> Deployment:
    """The same, but that whoever deploys gives what was made up: only AWS in memory has what such values name."""
    variables = tuple(_asked_for(deployment.inventory, variable) for variable in deployment.variables)
    return replace(deployment, variables=variables)


def _asked_for(inventory: Inventory, variable: EnvironmentVariable) -> EnvironmentVariable:
    why = None if variable.value is None else _made_up(inventory, variable.value)
    return variable if why is None else replace(variable, value=None, meaning=why)


def _made_up(inventory: Inventory, value: str) -> str | None:
    """What in a value is made up, as a clause; None for a value that stands in the application's files.

    A scan names resources without a name as one machine calls them, and takes an account of its own for ARNs."""
    for resource in inventory.resources:
        if resource.name and resource.name in value and not _is_named(resource):
            return f"it names {resource.id}, and only the deployment of that knows what it is called"
        if not resource.name and _has_id(value, plain_id(resource.id)):
            return f"it has the id of {resource.id}, which that gets when it is deployed"
    return "the account is in it" if ACCOUNT in value else None


def _has_id(value: str, made_up: str) -> bool:
    """As the whole value, before an attribute, or in the address of an API."""
    return (
        re.fullmatch(rf"{re.escape(made_up)}(\.[A-Za-z]+)?", value) is not None or f"//{made_up}.execute-api." in value
    )


def _is_named(resource: Resource) -> bool:
    return resource.name in resource.properties.values()
