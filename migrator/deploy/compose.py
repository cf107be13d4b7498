"""Two nodes, a Redis and a front end on one machine, for trying: https://github.com/compose-spec/compose-spec"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrator.deploy.container import LOCAL_AWS_PORT, is_ready, local_aws_command
from migrator.deploy.deployment import HELD, PORT, Deployment
from migrator.deploy.made_up import without_made_up
from migrator.deploy.variables import kit_variables
from templates import render

SUBNET: Final = "172.30.44.0/24"
NODES: Final = {"node-1": "172.30.44.101", "node-2": "172.30.44.102"}
"""Node -> its address. nginx and HAProxy look a name up once, when they start, and a node that is made anew would have
another address. Compose gives the others the lowest that are free."""

REDIS: Final = [
    "valkey-server", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """`port`: of this machine. `profile`: whether it is started only when its profile is asked for."""

    image: str
    file: str
    mounted: str
    port: int
    profile: bool = False


FRONT_ENDS: Final = {
    "nginx": FrontEnd("nginxinc/nginx-unprivileged:1.28-alpine", "nginx.conf", "/etc/nginx/conf.d/default.conf", 8080),
    "haproxy": FrontEnd("haproxy:3.2-alpine", "haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg", 8081, profile=True),
}


def files(deployment: Deployment) -> dict[str, str]:
    """For `docker compose up` in this folder, after the image was built."""
    servers = [f"{address}:{PORT}" for address in NODES.values()]
    path, idle_s = deployment.readiness_path, deployment.timing.idle_s
    local_aws = local_aws_command(deployment)
    return {
        "compose.yaml": render(
            "deploy/compose/compose.yaml.j2",
            deployment=deployment if local_aws else without_made_up(deployment),
            nodes=NODES,
            subnet=SUBNET,
            own=kit_variables(deployment, HELD * len(NODES)) | {deployment.proxies_variable: SUBNET},
            redis=REDIS,
            local_aws=local_aws,
            aws_port=LOCAL_AWS_PORT,
            aws=_aws_variables(local=bool(local_aws)),
            readiness=is_ready(path),
            front_ends=FRONT_ENDS,
        ),
        "nginx.conf": render("deploy/front_end/nginx.conf.j2", servers=servers, listen="8080", idle_s=idle_s),
        "haproxy.cfg": render(
            "deploy/front_end/haproxy.cfg.j2", servers=servers, listen="*:8080", readiness_path=path, idle_s=idle_s
        ),
    }


def _aws_variables(*, local: bool) -> dict[str, str]:
    """As Compose fills them in from the shell. Those of AWS in memory are no secrets."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    if not local:
        return {name: f"${{{name}:-}}" for name in names}
    endpoint = {"AWS_ENDPOINT_URL": f"${{AWS_ENDPOINT_URL-http://aws:{LOCAL_AWS_PORT}}}"}
    return endpoint | {name: f"${{{name}:-local}}" for name in names[:2]} | {names[2]: f"${{{names[2]}:-}}"}
