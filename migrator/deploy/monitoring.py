"""What shows the numbers of a service, and who is called when they are not right."""

from __future__ import annotations

from migrator.deploy.dashboard import dashboard
from migrator.deploy.deployment import PORT, Deployment
from templates import render


def files(deployment: Deployment) -> dict[str, str]:
    """Of a migrated application there are no numbers to show: it has no `/metrics`."""
    shown = deployment.served == "shim"
    values = {"name": deployment.name, "shown": shown, "port": PORT}
    made = {"README.md": render("deploy/monitoring/README.md.j2", **values)}
    if shown:
        made["dashboard.json"] = dashboard(deployment.name)
        made["alerts.yaml"] = render("deploy/monitoring/alerts.yaml.j2", **values, of="")
    return made
