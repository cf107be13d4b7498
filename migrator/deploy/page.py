"""The page of the reference that lists the kits and what is in them."""

from __future__ import annotations

from typing import Final

from migrator.dependencies.declared import Requirements
from migrator.deploy.deployment import Deployment, EnvironmentVariable
from migrator.deploy.kits import KITS
from migrator.deploy.settings import SEVERAL, node_settings
from migrator.inventory.model import Inventory
from shim.config.configuration import configuration_of
from templates import render

_SECRET: Final = EnvironmentVariable("APPLICATION_SECRET", None, "a secret of the application", secret=True)


def kits_page() -> str:
    """In Markdown."""
    made = _example()
    files = {name: sorted(kit.files(made)) for name, kit in KITS.items()}
    return render("deploy/reference.md.j2", kits=KITS, files=files, deployment=made)


def _example() -> Deployment:
    """Of an application that declares nothing but its name."""
    settings = node_settings("chat", configuration_of([SEVERAL]))
    return Deployment(
        application="chat",
        name="chat",
        served="shim",
        region="eu-west-1",
        stage="dev",
        timing=settings.timing,
        variables=(*settings.variables, _SECRET),
        settings=settings.text,
        inventory=Inventory(application="chat"),
        requirements=Requirements(),
        domains=("chat.example.com",),
    )
