"""The image: the application, what it needs, and the service, without root and without secrets."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import Final

from migrator.deploy.deployment import EVERYWHERE, PORT, Deployment
from migrator.deploy.keys import ENDINGS
from templates import render

CONFIGURATION: Final = "/etc/ws2sse"
"""The folder of the image that has shim.toml and inventory.json."""

LOCAL_AWS_PORT: Final = 5000

IGNORED: Final = (
    "**/.git", "**/.env*", "**/.aws", "**/.ssh", "**/.netrc", *(f"**/*{ending}" for ending in ENDINGS), "**/*.tfstate*",
    "**/*.tfvars", "**/.venv", "**/venv", "**/node_modules", "**/__pycache__", "**/*.pyc", "**/.pytest_cache",
    "**/.mypy_cache", "**/.ruff_cache", "**/.terraform", "**/.serverless", "**/.aws-sam", "**/.chalice", "**/cdk.out",
    ".ws2sse", "tests_sse", "migration", "*.md", "Dockerfile", ".dockerignore",
)  # fmt: skip
"""What no service reads: secrets and states of a developer's machine, and what is made anew."""


def files(deployment: Deployment) -> dict[str, str]:
    """To be built with the application's folder as the context and, for the shim, this folder as the context `kit`."""
    made = {
        "Containerfile": render(
            "deploy/container/Containerfile.j2",
            deployment=deployment,
            port=PORT,
            command=command(deployment),
            health=is_ready(deployment.liveness_path),
            local_aws=local_aws_command(deployment),
            wheel=_wheel(),
        ),
        "Containerfile.dockerignore": "".join(f"{pattern}\n" for pattern in (*IGNORED, *deployment.ignored)),
    }
    if deployment.served == "migrated":
        return made
    return made | {
        "shim.toml": deployment.settings,
        "inventory.json": deployment.inventory.model_dump_json(indent=1) + "\n",
        "requirements.txt": _requirements(deployment),
        "wheels/README.md": render("deploy/container/wheels.md.j2", wheel=_wheel()),
    }


def command(deployment: Deployment) -> list[str]:
    """What a node runs, in the image's folder `/app`."""
    if deployment.served == "shim":
        return [
            "ws2sse", "shim", "/app", "--inventory", f"{CONFIGURATION}/inventory.json", "--config",
            f"{CONFIGURATION}/shim.toml",
        ]  # fmt: skip
    grace = str(math.ceil(deployment.timing.drain_s))
    return [
        "uvicorn", "sse_service.main:app", "--host", EVERYWHERE, "--port", str(PORT), "--workers", "1",
        "--timeout-graceful-shutdown", grace, "--no-access-log",
    ]  # fmt: skip


def is_ready(path: str) -> list[str]:
    """A command in the image that ends with 0 while the path answers 200."""
    address = f"http://127.0.0.1:{PORT}{path}"
    return ["python", "-c", f"import urllib.request; urllib.request.urlopen('{address}', timeout=3)"]


def local_aws_command(deployment: Deployment) -> list[str]:
    """What the image's stage `local-aws` runs; empty where there is no such stage."""
    if deployment.served == "migrated":
        return []  # nothing of ws2sse is in it that could play AWS
    return [
        "python", "-m", "migrator.local_aws", f"{CONFIGURATION}/inventory.json", "--host", EVERYWHERE,
        "--port", str(LOCAL_AWS_PORT),
    ]  # fmt: skip


def _requirements(deployment: Deployment) -> str:
    """ws2sse from its wheel alone: a package index might have something else under this name."""
    lines = (f"ws2sse[shim,redis] @ file:///build/wheels/{_wheel()}", *deployment.requirements.lines)
    return "".join(f"{line}\n" for line in lines)


def _wheel() -> str:
    return f"ws2sse-{version('ws2sse')}-py3-none-any.whl"
