"""Verifies AWS Signature Version 4, on the bytes that came over the wire.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

Signatures in the query string, and bodies that are not signed, are refused.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

from shim.gateway.canonical import canonical_path, canonical_query, equivalent_paths, folded, joined_headers
from shim.gateway.sigv4_grant import (
    ALGORITHM,
    FORBIDDEN,
    INCOMPLETE,
    INVALID,
    MISSING,
    UNRECOGNIZED,
    Credential,
    Grant,
    GrantReader,
    SignatureRefused,
)

__all__ = ["Credential", "SignatureRefused", "Verifier"]

MOST_GRANTS: Final = 1_024
"""Signing keys that are kept. There is one for each client that signs in its own way, and day."""

MOST_TIMES: Final = 1_024
"""Times of requests that are kept: with 5 minutes of skew there are 601."""

ADDED_BY_FRONT_ENDS: Final = frozenset({b"x-amz-cf-id"})
"""Headers that begin with `x-amz-` and need not be signed: CloudFront adds its own to every request."""

NO_CREDENTIALS: Final = (
    "No credentials are configured that calls of @connections could be verified with. "
    "Name some, or a credentials file, in the configuration of the shim."
)
MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
INVALID_TOKEN: Final = "The security token included in the request is invalid."  # noqa: S105 - AWS's words

_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")


class Verifier:
    """Verifies requests that were signed with one of `credentials`. Safe to use from any thread.

    `region` None: any. `skew_s`: how far the time of a request may lie from ours, in seconds, either way.
    Raises ValueError when an access key id comes twice. Without credentials every request is refused.
    """

    def __init__(
        self,
        credentials: Iterable[Credential],
        *,
        region: str | None = None,
        service: str = "execute-api",
        skew_s: float = 300.0,
    ) -> None:
        self._reader = GrantReader(credentials, region, service)
        self._skew_s = skew_s
        self._grants: dict[bytes, Grant] = {}
        self._times: dict[bytes, float] = {}

    def verify(
        self,
        method: bytes,
        raw_path: bytes,
        query: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
        now: float,
    ) -> str:
        """The access key id of the caller. Names of headers are lower case; `now` is seconds since the epoch.

        Raises SignatureRefused.
        """
        present = dict(headers)
        if len(present) != len(headers):
            present = joined_headers(headers)
        return self.verify_headers(method, raw_path, query, present, body, now)

    def verify_headers(
        self, method: bytes, raw_path: bytes, query: bytes, present: Mapping[bytes, bytes], body: bytes, now: float
    ) -> str:
        """The same, for headers that came once each. Raises SignatureRefused."""
        authorization = present.get(b"authorization")
        if authorization is None or not self._reader:
            raise self._unsigned(query)
        prefix, _, signature = authorization.rpartition(b"Signature=")
        grant = self._grants.get(prefix)
        if grant is None or len(signature) != 64:  # another parameter follows
            grant, signature = self._reader.read(authorization)
        time = present.get(b"x-amz-date") or _time_of_date(present)
        self._check_time(time, grant, now)
        _check_headers(present, grant)
        payload = sha256(body).hexdigest().encode()
        if present.get(b"x-amz-content-sha256", payload) != payload:
            raise SignatureRefused(
                INVALID, "x-amz-content-sha256 is not the SHA-256 of the body; UNSIGNED-PAYLOAD is not accepted."
            )
        values = b"".join([b"%b:%b\n" % (name, folded(present[name])) for name in grant.names])
        after_path = b"%b\n%b\n%b\n%b" % (canonical_query(query), values, grant.signed_headers, payload)
        canonical = b"%b\n%b\n%b" % (method, canonical_path(raw_path), after_path)
        if not hmac.compare_digest(_sign(grant, time, canonical), signature):
            others = (b"%b\n%b\n%b" % (method, path, after_path) for path in equivalent_paths(raw_path))
            if not any(hmac.compare_digest(_sign(grant, time, other), signature) for other in others):
                raise _mismatch(grant, time, canonical)
        if not grant.known:
            raise SignatureRefused(UNRECOGNIZED, INVALID_TOKEN)
        if prefix not in self._grants:
            self._remember(prefix, grant)
        return grant.credential.access_key_id

    def _unsigned(self, query: bytes) -> SignatureRefused:
        if not self._reader:
            return SignatureRefused(FORBIDDEN, NO_CREDENTIALS)
        if b"X-Amz-Signature=" in query:
            return SignatureRefused(MISSING, "Missing Authentication Token: sign with the header Authorization.")
        return SignatureRefused(MISSING, "Missing Authentication Token")

    def _check_time(self, time: bytes, grant: Grant, now: float) -> None:
        at = self._times.get(time)
        if at is None:
            at = _seconds(time)
        if time[:8] != grant.day:
            raise SignatureRefused(
                INVALID, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
            )
        if now - at > self._skew_s:
            earliest = _basic(now - self._skew_s)
            raise SignatureRefused(INVALID, f"Signature expired: {time.decode()} is now earlier than {earliest}.")
        if at - now > self._skew_s:
            latest = _basic(now + self._skew_s)
            raise SignatureRefused(INVALID, f"Signature not yet current: {time.decode()} is still later than {latest}.")
        if len(self._times) >= MOST_TIMES:
            self._times.clear()
        self._times[time] = at

    def _remember(self, prefix: bytes, grant: Grant) -> None:
        """Only after its signature was right, so that nobody else can fill the memory."""
        if len(self._grants) >= MOST_GRANTS:
            self._grants.clear()
        self._grants[prefix] = grant


def _check_headers(present: Mapping[bytes, bytes], grant: Grant) -> None:
    names = grant.names
    for name in names:
        if name not in present:
            raise SignatureRefused(INVALID, f"The signed header '{name.decode()}' is not in the request.")
    for name in present:
        if name[:6] == b"x-amz-" and name not in names and name not in ADDED_BY_FRONT_ENDS:
            raise SignatureRefused(INVALID, "Every header that begins with 'X-Amz-' must be a 'SignedHeader'.")
    token = (grant.credential.session_token or "").encode()
    if not hmac.compare_digest(present.get(b"x-amz-security-token", b""), token):
        raise SignatureRefused(UNRECOGNIZED, INVALID_TOKEN)


def _time_of_date(present: Mapping[bytes, bytes]) -> bytes:
    """The header Date, for clients that send no X-Amz-Date, in the form that is signed."""
    date = present.get(b"date")
    if date is None:
        raise SignatureRefused(
            INCOMPLETE, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    try:
        at = parsedate_to_datetime(date.decode("latin-1"))
        return (at if at.tzinfo is None else at.astimezone(UTC)).strftime("%Y%m%dT%H%M%SZ").encode()
    except (ValueError, OverflowError):
        raise SignatureRefused(INCOMPLETE, "The header 'Date' is no date of HTTP.") from None


def _seconds(time: bytes) -> float:
    read = _TIME.fullmatch(time)
    try:
        if read:
            year, month, day, hour, minute, second = map(int, read.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        pass
    raise SignatureRefused(INCOMPLETE, "Date must be in ISO-8601 'basic format', such as 20150830T123600Z.")


def _basic(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _string_to_sign(grant: Grant, time: bytes, canonical: bytes) -> bytes:
    return b"%b\n%b\n%b\n%b" % (ALGORITHM, time, grant.scope, sha256(canonical).hexdigest().encode())


def _sign(grant: Grant, time: bytes, canonical: bytes) -> bytes:
    signing = grant.key.copy()
    signing.update(_string_to_sign(grant, time, canonical))
    return signing.hexdigest().encode()


def _mismatch(grant: Grant, time: bytes, canonical: bytes) -> SignatureRefused:
    """As AWS does, it shows what should have been signed: all of it is what the caller sent."""
    if not grant.known:
        return SignatureRefused(UNRECOGNIZED, INVALID_TOKEN)
    request = canonical.decode("latin-1")
    to_sign = _string_to_sign(grant, time, canonical).decode("latin-1")
    return SignatureRefused(
        INVALID,
        f"{MISMATCH}\n\nThe Canonical String for this request should have been\n'{request}'\n\n"
        f"The String-to-Sign should have been\n'{to_sign}'\n",
    )
