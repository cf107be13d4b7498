"""AWS itself. Credentials and region as boto3 finds them.

`CONFORMANCE_ROLE` is the name of a role that Lambda may assume and that is allowed what `deployment.ROLE_POLICY` says;
it is not made here. Who runs this needs apigateway:*, lambda:*Function, lambda:AddPermission, iam:PassRole on that
role, logs:DeleteLogGroup, sts:GetCallerIdentity and execute-api:ManageConnections.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tests.conformance.model import STAGE, Api
from tests.conformance.signing import Keys
from tests.conformance.targets.deployment import RETRYING, Deployment
from tests.conformance.targets.target import Endpoint, TargetUnavailable

ROLE_VARIABLE = "CONFORMANCE_ROLE"


class Aws:
    """`wait_s` is long because functions start cold."""

    name = "aws"
    wait_s = 20.0

    def unservable(self, api: Api) -> str | None:
        return None

    @contextmanager
    def serve(self, apis: Mapping[str, Api]) -> Iterator[Mapping[str, Endpoint]]:
        """Says on standard error what it creates, before it does."""
        role = os.environ.get(ROLE_VARIABLE)
        if not role:
            raise TargetUnavailable(
                self.name, f"{ROLE_VARIABLE} must name a role for the functions; see targets/aws.py for what it needs"
            )
        session = boto3.session.Session()
        credentials, region = session.get_credentials(), session.region_name
        if credentials is None or region is None:
            raise TargetUnavailable(self.name, "there are no AWS credentials, or no region")
        frozen = credentials.get_frozen_credentials()
        keys = Keys(frozen.access_key, frozen.secret_key, frozen.token, region)
        try:
            account_id = session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise TargetUnavailable(self.name, f"the credentials can't be used: {error}") from error
        deployment = Deployment(
            cache(lambda service: session.client(service, config=RETRYING)),
            region=region,
            account_id=account_id,
            role_arn=f"arn:aws:iam::{account_id}:role/{role}",
            prefix=f"conformance-{uuid.uuid4().hex[:8]}-",
        )
        print(deployment.plan(apis), file=sys.stderr)
        with deployment.deployed(apis) as api_ids:
            yield {
                name: Endpoint(f"https://{api_id}.execute-api.{region}.amazonaws.com/{STAGE}", keys)
                for name, api_id in api_ids.items()
            }
