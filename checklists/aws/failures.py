"""What an error of AWS means for what is known: never that something is absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's, from which its other errors of connections come
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    OperationNotPageableError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    UnknownServiceError,
)

from checklists.aws.estate import GapKind
from shim.redaction import redact

MOST_MESSAGE: Final = 300

_DENIED: Final = (
    "AccessDenied",
    "AuthorizationError",
    "ForbiddenException",
    "NotAuthorized",
    "UnauthorizedException",
    "UnauthorizedOperation",
)
_THROTTLED: Final = (
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "Throttl",
    "TooManyRequests",
)
"""As botocore's `_retry.json` has them, and Lambda's and API Gateway's TooManyRequestsException."""
_EXPIRED: Final = ("ExpiredToken", "RequestExpiredToken", "TokenRefreshRequired", "InvalidToken")
_IN_DOUBT: Final = ("InvalidClientTokenId", "UnrecognizedClient", "AuthFailure", "InvalidAccessKeyId")
"""Said of keys that are gone, and of good keys in a region that the account has not enabled:
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""
_UNSUPPORTED: Final = (
    "InvalidAction",
    "NotImplemented",
    "OperationNotSupported",
    "OptInRequired",
    "RegionDisabled",
    "UnknownOperation",
    "UnsupportedOperation",
)
_NOT_ENABLED: Final = ("DataUnavailable", "NotSubscribed", "SubscriptionRequired")
_SKEWED: Final = ("RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired")
_SIGNATURE: Final = ("SignatureDoesNotMatch", "InvalidSignature", "IncompleteSignature")
_SKEW_WORDS: Final = ("Signature expired", "Signature not yet current")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"""


@dataclass(frozen=True)
class Failure:
    kind: GapKind
    code: str
    message: str
    in_doubt: bool = False
    """Whether it may be that the credentials are gone, or only that the region is not enabled."""
    no_connection: bool = False
    """Whether there was nobody at the address: then there will be nobody for the next call."""


def failure(error: Exception) -> Failure:
    """What kind of gap an error leaves. Errors of code that is not AWS's are not for here: they are raised."""
    if isinstance(error, ClientError):
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), str(said.get("Message", ""))
        return Failure(_kind(code, message), code[:100], _words(message), in_doubt=code.startswith(_IN_DOUBT))
    nobody = isinstance(error, EndpointConnectionError | ConnectTimeoutError)
    return Failure(_kind_without_answer(error), type(error).__name__, _words(str(error)), no_connection=nobody)


IMPORTED_BY_NOBODY: Final = frozenset({"ValidationError: is not imported by any stack"})
"""What ListImports answers of an export that no stack imports:
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html"""


def is_code(error: Exception, codes: frozenset[str]) -> bool:
    """`codes`: 'ValidationError: not imported' where the code alone doesn't tell: its message has these words."""
    if not isinstance(error, ClientError):
        return False
    told = error.response.get("Error", {})
    several = (one.partition(": ") for one in codes)
    return any(told.get("Code") == code and words in str(told.get("Message", "")) for code, _, words in several)


def _kind(code: str, message: str) -> GapKind:
    kinds: tuple[tuple[tuple[str, ...], GapKind], ...] = (
        (_SKEWED, "clock_skew"),
        (_EXPIRED, "expired"),
        (_IN_DOUBT, "expired"),
        (_DENIED, "denied"),
        (_THROTTLED, "throttled"),
        (_UNSUPPORTED, "unsupported"),
        (_NOT_ENABLED, "not_enabled"),
    )
    if code.startswith(_SIGNATURE) and message.startswith(_SKEW_WORDS):
        return "clock_skew"
    return next((kind for starts, kind in kinds if code.startswith(starts)), "failed")


def _kind_without_answer(error: Exception) -> GapKind:
    if isinstance(error, ConnectionError | HTTPClientError):
        return "unreachable"
    if isinstance(error, NotImplementedError | UnknownServiceError | NoRegionError | OperationNotPageableError):
        return "unsupported"
    signed_out = NoCredentialsError | CredentialRetrievalError | TokenRetrievalError | UnauthorizedSSOTokenError
    if isinstance(error, signed_out):
        return "expired"
    assert isinstance(error, BotoCoreError), error
    return "failed"


def _words(message: str) -> str:
    return redact(" ".join(message[: 4 * MOST_MESSAGE].split()))[:MOST_MESSAGE]
