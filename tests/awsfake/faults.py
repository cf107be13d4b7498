"""What can go wrong on the way to AWS, to be injected for chosen operations.

aws.fail("lambda:Delete*", throttled(), times=2)
aws.fail("*", expired(), since=moment)
aws.fail("apigatewayv2:DeleteApi", answer_lost(), times=1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Request

Raises = Callable[[Request], BaseException]

_TALKS_QUERY = frozenset(
    {"iam", "sts", "cloudformation", "cloudwatch", "sns", "route53", "cloudfront", "elbv2", "autoscaling"}
)


@dataclass
class Fault:
    """`times` None: for ever. `skip`: so many calls get through first. `effect`: it is done all the same, and only the
    answer is lost."""

    pattern: str
    raises: Raises
    times: int | None = None
    skip: int = 0
    since: datetime | None = None
    account: str = ""
    region: str = ""
    when: Callable[[Request], bool] | None = None
    hit: int = 0

    @property
    def effect(self) -> bool:
        return getattr(self.raises, "effect", False)

    def strikes(self, request: Request) -> bool:
        """Counts the call when it is one of those meant."""
        if not fnmatchcase(request.name, self.pattern):
            return False
        if (self.account and self.account != request.account) or (self.region and self.region != request.region):
            return False
        if self.since is not None and request.world.clock.now() < self.since:
            return False
        if self.when is not None and not self.when(request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None and self.hit >= self.times:
            return False
        self.hit += 1
        return True


def _query(request: Request) -> bool:
    return request.service in _TALKS_QUERY


def denied() -> Raises:
    """The words of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""

    def error(request: Request) -> AwsError:
        action = f"{request.shown.service_model.signing_name}:{request.operation}"
        return AwsError(
            "AccessDenied" if _query(request) else "AccessDeniedException",
            f"User: arn:aws:sts::{request.account}:assumed-role/reader/test is not authorized to perform: {action} "
            f"because no identity-based policy allows the {action} action",
            403,
        )

    return error


def throttled() -> Raises:
    def error(request: Request) -> AwsError:
        if request.service in {"apigatewayv2", "apigateway", "lambda"}:
            return AwsError("TooManyRequestsException", "Too Many Requests", 429)
        if _query(request):
            return AwsError("Throttling", "Rate exceeded", 400)
        return AwsError("ThrottlingException", "Rate exceeded", 400)

    return error


def expired() -> Raises:
    """Credentials that were good, and are no longer."""
    return lambda request: AwsError(
        "ExpiredToken" if _query(request) else "ExpiredTokenException",
        "The security token included in the request is expired",
        403,
    )


def unsupported_region() -> Raises:
    """A region that the account has not enabled does not know the account's credentials:
    https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""
    return lambda request: AwsError(
        "InvalidClientTokenId" if _query(request) else "UnrecognizedClientException",
        "The security token included in the request is invalid",
        403,
    )


def clock_skewed() -> Raises:
    def error(request: Request) -> AwsError:
        return AwsError(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            403,
        )

    return error


def signature_expired() -> Raises:
    """What most services say of a clock that is wrong."""

    def error(request: Request) -> AwsError:
        now = request.world.clock.now()
        return AwsError(
            "SignatureDoesNotMatch" if _query(request) else "InvalidSignatureException",
            f"Signature expired: {now:%Y%m%dT%H%M%SZ} is now earlier than {now:%Y%m%dT%H%M%SZ} (the clock is late)",
            403,
        )

    return error


def server_error() -> Raises:
    return lambda request: AwsError("InternalServerError", "Internal server error", 500)


def unreachable() -> Raises:
    def error(request: Request) -> BaseException:
        return EndpointConnectionError(endpoint_url=f"https://{request.service}.{request.region}.amazonaws.com/")

    return error


def answer_lost() -> Raises:
    """It was done, and the connection broke before the answer came."""

    def error(request: Request) -> BaseException:
        return ReadTimeoutError(endpoint_url=f"https://{request.service}.{request.region}.amazonaws.com/")

    error.effect = True  # type: ignore[attr-defined]
    return error


def refused(code: str, message: str, status: int = 400) -> Raises:
    """Any answer of AWS's that is an error."""
    return lambda request: AwsError(code, message, status)


class ProcessDied(BaseException):
    """Stands for the end of the process: nothing catches it but the test."""


def dies(*, after_effect: bool = False) -> Raises:
    """The process ends at this call: before it reached AWS, or after AWS did it."""

    def error(request: Request) -> BaseException:
        return ProcessDied(request.name)

    error.effect = after_effect  # type: ignore[attr-defined]
    return error
