"""What shows the numbers of a service, and who is called when they are not right."""

from __future__ import annotations

from migrator.deploy.dashboard import dashboard
from migrator.deploy.deployment import PORT, Deployment
from templates import render


def files(deployment: Deployment) -> dict[str, str]:
    values = {"name": deployment.name, "port": PORT, "deployment": deployment}
    return {
        "README.md": render("deploy/monitoring/README.md.j2", **values),
        "dashboard.json": dashboard(deployment.name),
        "alerts.yaml": render("deploy/monitoring/alerts.yaml.j2", **values, of=""),
    }
