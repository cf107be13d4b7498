"""AWS as a table of answers: boto3 runs as ever, and what would go to the network is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from checklists.aws.access import AccountAccess

ACCOUNT = "111122223333"
REGION = "eu-west-1"
IDENTITY = {"Arn": f"arn:aws:iam::{ACCOUNT}:user/reader", "Account": ACCOUNT}

Answer = Mapping[str, Any] | Exception | Callable[[dict[str, Any]], Any]
"""What comes back: a body, an error, or what a function makes of the parameters."""


class Refusal(Exception):
    """An error as AWS answers it."""

    def __init__(self, code: str, message: str = "no", status: int = 400) -> None:
        self.code, self.message, self.status = code, message, status
        super().__init__(code, message)


class Answers:
    """`table`: 'lambda:ListFunctions' -> its answer. What is not in it answers with nothing, and without an error."""

    def __init__(self, table: Mapping[str, Answer] | None = None) -> None:
        self.table: dict[str, Answer] = {"sts:GetCallerIdentity": IDENTITY, **(table or {})}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        """Region, operation, parameters, in order."""

    def access(self) -> AccountAccess:
        """Good until another one is asked for: boto3's clients are slow to make, so that all tests share them."""
        object.__setattr__(_SHARED, "now", self)
        return _SHARED

    def operations(self) -> set[str]:
        return {operation for _, operation, _ in self.asked}

    def answer(self, region: str, operation: str, parameters: dict[str, Any]) -> Mapping[str, Any] | Exception:
        self.asked.append((region, operation, parameters))
        answer = self.table.get(operation, {})
        return deepcopy(answer(parameters) if callable(answer) else answer)  # boto3 changes what it reads


class _Shared(AccountAccess):
    now: Answers

    def __init__(self) -> None:
        session = boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="x", region_name=REGION)
        session.events.register("before-parameter-build", self._remember)
        session.events.register("before-call", self._answer)
        object.__setattr__(self, "_clients", {})
        super().__init__(session, "profile test", Config(retries={"total_max_attempts": 1}))

    def client(self, service, region):
        if (service, region) not in self._clients:
            self._clients[service, region] = super().client(service, region)
        return self._clients[service, region]

    def _remember(self, params, context, **_):
        context["asked"] = params

    def _answer(self, model, context, **_):
        operation = f"{model.service_model.service_name}:{model.name}"
        answer = self.now.answer(context["client_region"], operation, context["asked"])
        if isinstance(answer, Refusal):
            return _http(answer.status), {"Error": {"Code": answer.code, "Message": answer.message}}
        if isinstance(answer, Exception):
            raise answer
        return _http(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


def _http(status: int) -> AWSResponse:
    return AWSResponse("https://aws.test", status, {}, None)


_SHARED = _Shared()
