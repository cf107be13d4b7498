"""What the header Authorization of AWS Signature Version 4 says, all but the signature itself.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

ALGORITHM: Final = b"AWS4-HMAC-SHA256"

LONGEST_AUTHORIZATION: Final = 4_096
"""Bytes of an Authorization header. SDKs send about 300."""

MOST_SIGNED_HEADERS: Final = 64

MISSING: Final = "MissingAuthenticationTokenException"
INCOMPLETE: Final = "IncompleteSignatureException"
INVALID: Final = "InvalidSignatureException"
UNRECOGNIZED: Final = "UnrecognizedClientException"
FORBIDDEN: Final = "ForbiddenException"

_HEADER_NAME = re.compile(rb"[a-z0-9!#$%&'*+.^_`|~-]+")
_PARAMETERS = ("Credential", "Signature", "SignedHeaders")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a caller signs with. `session_token`: of temporary credentials; None for those of a user."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class SignatureRefused(Exception):
    """Raised for a request whose signature is not right. `error_type` is what SDKs turn into an exception; `message`
    has nothing that the caller did not send."""

    status: Final = 403

    def __init__(self, error_type: str, message: str) -> None:
        self.error_type, self.message = error_type, message
        super().__init__(error_type, message)

    def __str__(self) -> str:
        return f"{self.error_type}: {self.message}"


@dataclass(frozen=True, slots=True)
class Grant:
    """The same for all requests that a client signs in the same way on one day. `known` False: nobody has this access
    key, and `credential` is one that nobody can have."""

    credential: Credential
    known: bool
    day: bytes
    scope: bytes
    names: tuple[bytes, ...]
    """The signed headers, sorted."""
    signed_headers: bytes
    key: hmac.HMAC = field(repr=False)
    """To be copied and fed with the string to sign."""


class GrantReader:
    """Reads Authorization headers of callers who may have `credentials`.

    `region` None: any. Raises ValueError when an access key id comes twice.
    """

    def __init__(self, credentials: Iterable[Credential], region: str | None, service: str) -> None:
        self._credentials: dict[bytes, Credential] = {}
        for credential in credentials:
            access_key_id = credential.access_key_id.encode()
            if access_key_id in self._credentials:
                raise ValueError(f"the access key id {credential.access_key_id} comes twice")
            self._credentials[access_key_id] = credential
        self._nobody = Credential("", secrets.token_hex(20))
        self._region = None if region is None else region.encode()
        self._service = service.encode()

    def __bool__(self) -> bool:
        return bool(self._credentials)

    def read(self, authorization: bytes) -> tuple[Grant, bytes]:
        """The grant and the signature, which is still to be compared. An unknown access key costs what a known one
        does. Raises SignatureRefused."""
        given = _parameters(authorization)
        credential_scope = given["Credential"].split(b"/")
        if len(credential_scope) != 5:
            raise SignatureRefused(
                INCOMPLETE,
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
            )
        access_key_id, day, region, service, term = credential_scope
        self._check_scope(region, service, term)
        known = self._credentials.get(access_key_id)
        credential = known or self._nobody
        names = _names(given["SignedHeaders"])
        grant = Grant(
            credential=credential,
            known=known is not None,
            day=day,
            scope=b"/".join(credential_scope[1:]),
            names=names,
            signed_headers=b";".join(names),
            key=_signing_key(credential.secret_access_key, day, region, service),
        )
        return grant, given["Signature"]

    def _check_scope(self, region: bytes, service: bytes, term: bytes) -> None:
        wrong = []
        if self._region not in {None, region}:
            wrong.append("Credential should be scoped to a valid region.")
        if service != self._service:
            wrong.append(f"Credential should be scoped to correct service: '{self._service.decode()}'.")
        if term != b"aws4_request":
            wrong.append("Credential should be scoped with a valid terminator: 'aws4_request'.")
        if wrong:
            raise SignatureRefused(INVALID, " ".join(wrong))


def _parameters(authorization: bytes) -> Mapping[str, bytes]:
    if len(authorization) > LONGEST_AUTHORIZATION:
        raise SignatureRefused(INCOMPLETE, f"Authorization header has more than {LONGEST_AUTHORIZATION} bytes.")
    algorithm, _, rest = authorization.partition(b" ")
    if algorithm != ALGORITHM:
        raise SignatureRefused(INCOMPLETE, f"Authorization header requires the algorithm '{ALGORITHM.decode()}'.")
    given: dict[str, bytes] = {}
    for part in rest.split(b","):
        raw_name, equals, value = part.strip(b" ").partition(b"=")
        name = raw_name.decode("latin-1")
        if not equals or name in given:
            raise SignatureRefused(
                INCOMPLETE, "Authorization header has a part that is no key=value pair, or a second one."
            )
        given[name] = value
    missing = [name for name in _PARAMETERS if name not in given]
    if missing:
        words = [f"Authorization header requires '{name}' parameter." for name in missing]
        raise SignatureRefused(INCOMPLETE, " ".join(words))
    return given


def _names(signed_headers: bytes) -> tuple[bytes, ...]:
    """Sorted, as they are signed, in whichever order they are named."""
    names = tuple(sorted(set(signed_headers.split(b";"))))
    if len(names) > MOST_SIGNED_HEADERS or not all(map(_HEADER_NAME.fullmatch, names)):
        raise SignatureRefused(INCOMPLETE, f"SignedHeaders are at most {MOST_SIGNED_HEADERS} names in lower case.")
    if b"host" not in names:
        raise SignatureRefused(INVALID, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    return names


def _signing_key(secret: str, day: bytes, region: bytes, service: bytes) -> hmac.HMAC:
    key = b"AWS4" + secret.encode()
    for part in (day, region, service, b"aws4_request"):
        key = hmac.digest(key, part, "sha256")
    return hmac.new(key, digestmod="sha256")
