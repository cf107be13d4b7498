"""Manifests for Kubernetes, to be put together by kustomize: https://kubectl.docs.kubernetes.io/references/kustomize/"""

from __future__ import annotations

from typing import Any, Final

from migrator.deploy.dashboard import dashboard
from migrator.deploy.deployment import HELD, NODES, PORT, Deployment
from migrator.deploy.made_up import without_made_up
from migrator.deploy.variables import kit_variables
from templates import render

_OF_A_DEPLOYMENT: Final = (
    "kustomization.yaml", "serviceaccount.yaml", "deployment.yaml", "service.yaml", "poddisruptionbudget.yaml",
    "networkpolicy.yaml", "README.md",
)  # fmt: skip

COMPONENTS: Final = {
    "gateway": ("httproute.yaml",),
    "ingress-nginx": ("ingress.yaml",),
    "autoscaling": ("horizontalpodautoscaler.yaml",),
    "monitoring": ("servicemonitor.yaml", "prometheusrule.yaml"),
}
"""Component -> its manifests."""

MOST_NODES: Final = 4 * NODES
CONNECTIONS: Final = HELD // 2
"""Of a node, from which on there should be one more; so nobody is refused who would only make the autoscaler add it."""

CPU_PERCENT: Final = 60
"""Of the core that a node asks for, which is what one process can use; the same as for AWS, and as capacity counts."""


def files(deployment: Deployment) -> dict[str, str]:
    """For `kubectl apply --kustomize` in this folder."""
    values: dict[str, Any] = {
        "deployment": without_made_up(deployment),
        "name": deployment.name,
        "timing": deployment.timing,
        "nodes": NODES,
        "port": PORT,
        "most_nodes": MOST_NODES,
        "connections": CONNECTIONS,
        "cpu_percent": CPU_PERCENT,
        "own": kit_variables(deployment, HELD * MOST_NODES),
        "configured": bool(deployment.settings),
        "hosts": deployment.hosts,
        "of": f'{{job="{deployment.name}"}}',
    }
    made = {name: render(f"deploy/kubernetes/{name}.j2", **values) for name in _OF_A_DEPLOYMENT}
    if deployment.settings:
        made["shim.toml"] = deployment.settings
    for component, manifests in COMPONENTS.items():
        folder = f"components/{component}"
        for manifest in manifests:
            made[f"{folder}/{manifest}"] = render(f"deploy/kubernetes/{folder}/{manifest}.j2", **values)
        made[f"{folder}/kustomization.yaml"] = render(
            "deploy/kubernetes/components/component.yaml.j2",
            name=deployment.name,
            component=component,
            resources=manifests,
        )
    made["components/monitoring/dashboard.json"] = dashboard(deployment.name)
    return made
