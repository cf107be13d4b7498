"""Pushes as boto3 puts them on the wire: signed one by one, each with its own time, body and invocation id.

botocore takes some 60 µs for a request, so twenty thousand would be old before they are sent. This signs the same
bytes in a sixth of the time; the tests hold it against botocore's own signature.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

SERVICE = "execute-api"


@dataclass
class Signer:
    """Signs for one host, which includes the port. `region` is the API's."""

    host: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    _keys: dict[str, hmac.HMAC] = field(default_factory=dict, repr=False)

    def post(self, path: str, body: bytes, now: datetime | None = None) -> bytes:
        """A whole request. `path` as it goes over the wire: '@' as it is, '=' as %3D."""
        moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        signature = self.signature(path, body, moment)
        scope = f"{moment[:8]}/{self.region}/{SERVICE}/aws4_request"
        return (
            f"POST {path} HTTP/1.1\r\n"
            f"Host: {self.host}\r\n"
            "Accept-Encoding: identity\r\n"
            "User-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.7 "
            "md/pyimpl#CPython m/e,Z,N,E,b cfg/retry-mode#standard Botocore/1.44.5\r\n"
            f"X-Amz-Date: {moment}\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders=host;x-amz-date, Signature={signature}\r\n"
            f"amz-sdk-invocation-id: {uuid.uuid4()}\r\n"
            "amz-sdk-request: attempt=1; max=3\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def signature(self, path: str, body: bytes, moment: str) -> str:
        """SigV4 over host and x-amz-date; each segment of the wire path is encoded once more."""
        canonical = (
            f"POST\n{quote(path, safe='/~')}\n\nhost:{self.host}\nx-amz-date:{moment}\n\nhost;x-amz-date\n"
            f"{hashlib.sha256(body).hexdigest()}"
        )
        scope = f"{moment[:8]}/{self.region}/{SERVICE}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        keyed = self._key(moment[:8]).copy()
        keyed.update(text.encode())
        return keyed.hexdigest()

    def _key(self, day: str) -> hmac.HMAC:
        if day not in self._keys:
            key = f"AWS4{self.secret_key}".encode()
            for part in (day, self.region, SERVICE, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._keys[day] = hmac.new(key, digestmod="sha256")
        return self._keys[day]
