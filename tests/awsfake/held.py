"""moto's own state, where the fake looks at it or moves it without a request."""

from __future__ import annotations

from typing import Any

from moto.awslambda_simple.models import lambda_simple_backends
from moto.backends import get_backend


def moto_lambda(account: str, region: str) -> Any:
    return lambda_simple_backends[account][region]


def moto_logs(account: str, region: str) -> Any:
    return get_backend("logs")[account][region]


def moto_dynamodb(account: str, region: str) -> Any:
    return get_backend("dynamodb")[account][region]


def moto_route53(account: str) -> Any:
    return get_backend("route53")[account]["aws"]
