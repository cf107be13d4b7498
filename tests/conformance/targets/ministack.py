"""ministack, the PyPI package, in an environment of its own; installed on first use, and started with AUTH=true."""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from tests.conformance.model import HERE, STAGE, Api
from tests.conformance.signing import Keys
from tests.conformance.targets.deployment import RETRYING, ROLE_POLICY, TRUST, Deployment
from tests.conformance.targets.processes import free_port, running_process
from tests.conformance.targets.target import Endpoint

FOLDER = HERE / "peers" / "ministack"
ACCOUNT = "000000000000"
REGION = "us-east-1"
ROOT = Keys("test", "test", region=REGION)
CALLER_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"}],
}


class Ministack:
    name = "ministack"
    wait_s = 3.0

    def unservable(self, api: Api) -> str | None:
        return "it has no CreateModel" if any(route.models for route in api.routes.values()) else None

    @contextmanager
    def serve(self, apis: Mapping[str, Api]) -> Iterator[Mapping[str, Endpoint]]:
        python = _installed()
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        environment = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "AWS_ACCESS_KEY_ID": ROOT.access_key_id,
            "AWS_SECRET_ACCESS_KEY": ROOT.secret_access_key,
        }
        command = [str(python), "-m", "ministack"]
        with running_process(self.name, command, cwd=FOLDER, environment=environment, port=port):
            client = cache(lambda service: _client(service, origin))
            _wait_for_iam(client("iam"))
            keys, role_arn = _caller(client("iam")), _role(client("iam"))
            api_path = f"{origin}/_aws/execute-api/{{apiId}}/{{stage}}"
            deployment = Deployment(
                client,
                region=REGION,
                account_id=ACCOUNT,
                role_arn=role_arn,
                prefix="conformance-",
                environment={"CONFORMANCE_MANAGEMENT": api_path},
            )
            with deployment.deployed(apis) as api_ids:
                yield {
                    name: Endpoint(api_path.format(apiId=api_id, stage=STAGE), keys) for name, api_id in api_ids.items()
                }


def _installed() -> Path:
    """Its Python."""
    folder = FOLDER / ".venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        requirements = str(FOLDER / "requirements.txt")
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    return python


def _client(service: str, origin: str) -> Any:
    session = boto3.session.Session(ROOT.access_key_id, ROOT.secret_access_key, region_name=REGION)
    return session.client(service, endpoint_url=origin, config=RETRYING)


def _wait_for_iam(iam: Any) -> None:
    """The port takes connections before services answer; botocore tries again."""
    iam.list_users()


def _caller(iam: Any) -> Keys:
    """Of a user: the signatures of the root user are not verified there."""
    iam.create_user(UserName="caller")
    iam.put_user_policy(UserName="caller", PolicyName="calls", PolicyDocument=json.dumps(CALLER_POLICY))
    made = iam.create_access_key(UserName="caller")["AccessKey"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"], region=REGION)


def _role(iam: Any) -> str:
    made = iam.create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="functions", PolicyName="pushes", PolicyDocument=json.dumps(ROLE_POLICY))
    return str(made["Role"]["Arn"])
