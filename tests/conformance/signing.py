"""Requests signed as AWS documents it, and on demand wrongly. It shares no code with what is tested, nor with botocore.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Keys:
    """What a caller of @connections signs with."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    region: str = "us-east-1"


def signed_headers(
    keys: Keys,
    method: str,
    host: str,
    path: str,
    body: bytes,
    wrongly: Mapping[str, object],
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Headers to send. `path`: as on the wire, percent-encoded. `wrongly`: any of

    none        true: no signature at all
    secret, access_key_id, region, service: another one
    skew_s      the clock is ahead by so many seconds
    path        another path is signed
    body        another body is signed
    method      another method is signed
    unsigned    a header, part of the request, that is changed after it was signed
    """
    sent = {"Host": host, **(extra or {})}
    if wrongly.get("none"):
        return sent
    keys = replace(
        keys,
        secret_access_key=str(wrongly.get("secret", keys.secret_access_key)),
        access_key_id=str(wrongly.get("access_key_id", keys.access_key_id)),
        region=str(wrongly.get("region", keys.region)),
    )
    service = str(wrongly.get("service", "execute-api"))
    at = datetime.now(UTC) + timedelta(seconds=float(str(wrongly.get("skew_s", 0))))
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    sent["X-Amz-Date"] = stamp
    if keys.session_token:
        sent["X-Amz-Security-Token"] = keys.session_token
    lower = {name.lower(): value.strip() for name, value in sent.items()}
    names = ";".join(sorted(lower))
    signed_path = str(wrongly.get("path", path)).partition("?")[0]
    signed_body = str(wrongly["body"]).encode() if "body" in wrongly else body
    canonical = "\n".join(
        [
            str(wrongly.get("method", method)),
            "/".join(quote(segment, safe="-_.~") for segment in signed_path.split("/")),
            "",
            *(f"{name}:{lower[name]}" for name in sorted(lower)),
            "",
            names,
            hashlib.sha256(signed_body).hexdigest(),
        ]
    )
    scope = f"{day}/{keys.region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    credential = f"{keys.access_key_id}/{scope}"
    sent["Authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
    if "unsigned" in wrongly:
        sent[str(wrongly["unsigned"])] = "changed"
    return sent
