"""serverless-offline, the npm package, with one process for each API; installed on first use."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.conformance.model import HERE, STAGE, Api
from tests.conformance.signing import Keys
from tests.conformance.targets.processes import free_port, running_process
from tests.conformance.targets.target import Endpoint, TargetUnavailable

FOLDER = HERE / "peers" / "serverless-offline"
KEYS = Keys("AKIDCONFORMANCE", "secret-of-the-suite")


class ServerlessOffline:
    name = "serverless-offline"
    wait_s = 3.0

    def unservable(self, api: Api) -> str | None:
        if any(route.models for route in api.routes.values()):
            return "the Serverless Framework can't declare models for WebSocket routes"
        if api.stage_variables or any("stageVariables" in source for source in api.identity_sources):
            return "the Serverless Framework can't declare stage variables"
        return None

    @contextmanager
    def serve(self, apis: Mapping[str, Api]) -> Iterator[Mapping[str, Endpoint]]:
        _install()
        with ExitStack() as started:
            endpoints = {}
            for name, api in apis.items():
                folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
                port = free_port()
                _write(folder, api, port)
                started.enter_context(
                    running_process(self.name, _command(port), cwd=folder, environment=_environment(), port=port)
                )
                endpoints[name] = Endpoint(f"http://127.0.0.1:{port}", KEYS)
            yield endpoints


def _install() -> None:
    if (FOLDER / "node_modules" / "serverless-offline").is_dir():
        return
    if shutil.which("npm") is None:
        raise TargetUnavailable("serverless-offline", "npm is needed to install it")
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, check=True)


def _write(folder: Path, api: Api, port: int) -> None:
    """An application of the Serverless Framework; JSON is YAML too."""
    shutil.copy(FOLDER / "handlers.mjs", folder)
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "serverless.yml").write_text(json.dumps(application(api, port), indent=1))


def application(api: Api, port: int) -> dict[str, Any]:
    """One function for each route, but $connect and $disconnect share theirs."""
    functions: dict[str, Any] = {}
    for key, route in api.routes.items():
        websocket: dict[str, Any] = {"route": key}
        if route.response:
            websocket["routeResponseSelectionExpression"] = "$default"
        if key == "$connect" and api.authorizer:
            websocket["authorizer"] = {"name": api.authorizer, "identitySource": list(api.identity_sources)}
        name = "lifecycle" if route.handler == "lifecycle" else f"route{len(functions)}"
        function = functions.setdefault(name, {"handler": f"handlers.{route.handler}", "events": []})
        function["events"].append({"websocket": websocket})
        if route.timeout_ms:
            function["timeout"] = max(1, route.timeout_ms // 1000)
    if api.authorizer:
        functions[api.authorizer] = {"handler": f"handlers.{api.authorizer}"}
    return {
        "service": "conformance",
        "frameworkVersion": "3",
        "plugins": ["serverless-offline"],
        "provider": {
            "name": "aws",
            "runtime": "nodejs20.x",
            "stage": STAGE,
            "websocketsApiRouteSelectionExpression": api.expression,
            "environment": {"CONFORMANCE_MANAGEMENT": f"http://127.0.0.1:{port}"},
        },
        "functions": functions,
    }


def _command(port: int) -> list[str]:
    ports = ["--websocketPort", str(port), "--httpPort", str(free_port()), "--lambdaPort", str(free_port())]
    command = str(FOLDER / "node_modules" / ".bin" / "serverless")
    return [command, "offline", "--host", "127.0.0.1", *ports, "--noSponsor"]


def _environment() -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": KEYS.access_key_id, "AWS_SECRET_ACCESS_KEY": KEYS.secret_access_key}
    return {**keys, "SLS_TRACKING_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off", "AWS_REGION": KEYS.region}
