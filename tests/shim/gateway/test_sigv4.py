"""What callers sign is verified; everything else is refused, with AWS's words where they are known."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from unittest import mock
from urllib.parse import quote, unquote_to_bytes, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import assume, example, given
from hypothesis import strategies as st

from shim.gateway import sigv4, sigv4_grant
from shim.gateway.sigv4 import Credential, SignatureRefused, Verifier

USER = Credential("AKIDUSER", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
ROLE = Credential("ASIDROLE", "another/secret", "a-session-token==")
STRANGER = Credential("AKIDNOBODY", "whatever")
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = AT.timestamp()
PATH = "/prod/@connections/BFaT_fALIAMCKug%3D"


@dataclass(frozen=True)
class Wire:
    """A request as a server sees it."""

    method: bytes
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> bytes:
        return dict(self.headers)[name]

    def with_header(self, name: bytes, value: bytes) -> Wire:
        return replace(self, headers=(*((n, v) for n, v in self.headers if n != name), (name, value)))

    def without_header(self, name: bytes) -> Wire:
        return replace(self, headers=tuple((n, v) for n, v in self.headers if n != name))

    def verified(self, verifier: Verifier | None = None, now: float = NOW) -> str:
        known = verifier or Verifier([USER, ROLE])
        return known.verify(self.method, self.path, self.query, self.headers, self.body, now)


def signed(
    method: str = "POST",
    path: str = PATH,
    *,
    params: dict[str, str] | None = None,
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"hello",
    credential: Credential = USER,
    region: str = "eu-west-1",
    service: str = "execute-api",
    at: datetime = AT,
) -> Wire:
    """What botocore signs, as it is sent."""
    request = AWSRequest(method, f"https://api.example.com{path}", data=body, params=params)
    for name, value in headers or []:
        request.headers[name] = value
    keys = Credentials(credential.access_key_id, credential.secret_access_key, credential.session_token)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4Auth(keys, service, region).add_auth(request)
    address = urlsplit(request.prepare().url)
    sent = [("host", "api.example.com"), *request.headers.items()]
    return Wire(
        method.encode(),
        path.encode(),
        address.query.encode(),
        tuple((name.lower().encode(), value.encode()) for name, value in sent),
        body,
    )


def refusal(wire: Wire, verifier: Verifier | None = None, now: float = NOW) -> SignatureRefused:
    with pytest.raises(SignatureRefused) as caught:
        wire.verified(verifier, now)
    assert caught.value.status == 403
    return caught.value


class TestRefused:
    def test_a_request_without_signature_is_told_so(self) -> None:
        refused = refusal(signed().without_header(b"authorization"))

        assert str(refused) == "MissingAuthenticationTokenException: Missing Authentication Token"

    def test_a_mismatch_shows_what_should_have_been_signed_as_aws_does(self) -> None:
        refused = refusal(replace(signed(), body=b"another"))
        digest = hashlib.sha256(b"another").hexdigest()
        canonical = (
            "POST\n/prod/%40connections/BFaT_fALIAMCKug%253D\n\nhost:api.example.com\nx-amz-date:20260301T120000Z\n\n"
            f"host;x-amz-date\n{digest}"
        )

        assert refused.error_type == "InvalidSignatureException"
        assert refused.message == (
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.\n\n"
            f"The Canonical String for this request should have been\n'{canonical}'\n\n"
            "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260301T120000Z\n"
            f"20260301/eu-west-1/execute-api/aws4_request\n{hashlib.sha256(canonical.encode()).hexdigest()}'\n"
        )

    def test_no_message_shows_a_secret_or_the_right_signature(self) -> None:
        right = signed(credential=ROLE)
        for wrong in (
            replace(right, body=b"x"),
            right.with_header(b"x-amz-security-token", b"x"),
            right.with_header(b"host", b"x"),
        ):
            words = repr(refusal(wrong))
            assert ROLE.secret_access_key not in words
            assert right.header(b"authorization")[-64:].decode() not in words

    def test_credentials_hide_their_secrets(self) -> None:
        assert repr(ROLE) == "Credential(access_key_id='ASIDROLE')"

    def test_an_unknown_access_key_is_refused_without_a_canonical_string(self) -> None:
        refused = refusal(signed(credential=STRANGER))

        assert str(refused) == "UnrecognizedClientException: The security token included in the request is invalid."

    def test_without_credentials_every_request_is_told_what_to_configure(self) -> None:
        for wire in (signed(), signed().without_header(b"authorization")):
            refused = refusal(wire, Verifier([]))
            assert refused.error_type == "ForbiddenException"
            assert "credentials file" in refused.message

    @pytest.mark.parametrize("token", [None, b"", b"a-session-token=", b"another", b"a-session-token==\xff"])
    def test_a_session_token_other_than_the_credential_s_is_refused(self, token: bytes | None) -> None:
        wire = signed(credential=ROLE).without_header(b"x-amz-security-token")
        if token is not None:
            wire = wire.with_header(b"x-amz-security-token", token)

        assert refusal(wire).error_type in {"UnrecognizedClientException", "InvalidSignatureException"}

    def test_a_session_token_for_a_credential_without_one_is_refused(self) -> None:
        wire = signed(headers=[("X-Amz-Security-Token", "mine")])

        assert refusal(wire).error_type == "UnrecognizedClientException"

    @pytest.mark.parametrize(
        ("off", "words"),
        [
            (-301, "Signature not yet current: 20260301T120000Z is still later than 20260301T115959Z."),
            (301, "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z."),
            (86_400, "Signature expired: 20260301T120000Z is now earlier than 20260302T115500Z."),
        ],
    )
    def test_a_clock_that_is_off_by_more_than_five_minutes_is_told_so(self, off: float, words: str) -> None:
        assert str(refusal(signed(), now=NOW + off)) == f"InvalidSignatureException: {words}"

    @pytest.mark.parametrize("off", [-300, 0, 300])
    def test_a_clock_that_is_off_by_five_minutes_is_accepted(self, off: float) -> None:
        assert signed().verified(now=NOW + off) == "AKIDUSER"

    def test_a_key_of_another_day_is_refused(self) -> None:
        midnight = datetime(2026, 3, 1, tzinfo=UTC)
        yesterday, today = signed(at=midnight - timedelta(seconds=1)), signed(at=midnight)
        mixed = yesterday.with_header(b"x-amz-date", today.header(b"x-amz-date"))

        assert "does not match YYYYMMDD" in refusal(mixed, now=midnight.timestamp()).message
        assert yesterday.verified(now=midnight.timestamp()) == "AKIDUSER"

    def test_another_region_is_refused_when_one_is_set(self) -> None:
        verifier = Verifier([USER], region="us-east-1")

        assert refusal(signed(), verifier).message == "Credential should be scoped to a valid region."
        assert signed(region="us-east-1").verified(verifier) == "AKIDUSER"

    def test_another_service_is_refused(self) -> None:
        refused = refusal(signed(service="s3"))

        assert refused.message == "Credential should be scoped to correct service: 'execute-api'."

    def test_unsigned_payloads_are_refused(self) -> None:
        wire = signed(headers=[("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")])

        assert "UNSIGNED-PAYLOAD is not accepted" in refusal(wire).message

    def test_a_content_hash_of_another_body_is_refused(self) -> None:
        wire = signed(headers=[("X-Amz-Content-SHA256", hashlib.sha256(b"another").hexdigest())])

        assert refusal(wire).error_type == "InvalidSignatureException"

    def test_signatures_in_the_query_string_are_refused(self) -> None:
        request = AWSRequest("GET", f"https://api.example.com{PATH}")
        SigV4QueryAuth(Credentials(USER.access_key_id, USER.secret_access_key), "execute-api", "eu-west-1").add_auth(
            request
        )
        wire = Wire(b"GET", PATH.encode(), urlsplit(request.url).query.encode(), ((b"host", b"api.example.com"),), b"")

        refused = refusal(wire)

        assert refused.error_type == "MissingAuthenticationTokenException"
        assert "header Authorization" in refused.message

    @pytest.mark.parametrize("name", [b"x-amz-date", b"host"])
    def test_a_signed_header_that_was_dropped_is_refused(self, name: bytes) -> None:
        assert refusal(signed().without_header(name)).error_type in {
            "IncompleteSignatureException",
            "InvalidSignatureException",
        }

    def test_host_must_be_signed(self) -> None:
        wire = signed()
        authorization = wire.header(b"authorization").replace(b"host;", b"")

        assert "'Host'" in refusal(wire.with_header(b"authorization", authorization)).message

    def test_every_amz_header_must_be_signed(self) -> None:
        assert "X-Amz-" in refusal(signed().with_header(b"x-amz-target", b"y")).message

    def test_the_header_that_cloudfront_adds_need_not_be_signed(self) -> None:
        assert signed().with_header(b"x-amz-cf-id", b"y").verified() == "AKIDUSER"

    @pytest.mark.parametrize("name", [b"authorization", b"x-amz-date", b"host"])
    def test_a_second_header_of_a_name_that_was_signed_is_refused(self, name: bytes) -> None:
        wire = signed()

        refusal(replace(wire, headers=(*wire.headers, (name, wire.header(name)))))

    @pytest.mark.parametrize(
        ("old", "new", "error_type"),
        [
            (b"AWS4-HMAC-SHA256 ", b"AWS4-HMAC-SHA1 ", "IncompleteSignatureException"),
            (b"AWS4-HMAC-SHA256 ", b"aws4-hmac-sha256 ", "IncompleteSignatureException"),
            (b"AWS4-HMAC-SHA256 ", b"Bearer ", "IncompleteSignatureException"),
            (b"Credential=AKIDUSER/", b"Credential=", "IncompleteSignatureException"),
            (b"Credential=", b"Cred=", "IncompleteSignatureException"),
            (b"Signature=", b"Sig=", "IncompleteSignatureException"),
            (b"SignedHeaders=", b"Headers=", "IncompleteSignatureException"),
            (b"SignedHeaders=", b"SignedHeaders=host, SignedHeaders=", "IncompleteSignatureException"),
            (b"SignedHeaders=host", b"SignedHeaders=HOST", "IncompleteSignatureException"),
            (b"SignedHeaders=host", b"SignedHeaders=host;;", "IncompleteSignatureException"),
            (b"aws4_request", b"aws5_request", "InvalidSignatureException"),
            (b"20260301/", b"20260302/", "InvalidSignatureException"),
            (b"eu-west-1", b"eu-west-2", "InvalidSignatureException"),
            (b"AKIDUSER", b"ASIDROLE", "UnrecognizedClientException"),
        ],
    )
    def test_an_authorization_that_says_something_else_is_refused(
        self, old: bytes, new: bytes, error_type: str
    ) -> None:
        wire = signed()
        changed = wire.with_header(b"authorization", wire.header(b"authorization").replace(old, new))

        assert changed != wire
        assert refusal(changed).error_type == error_type

    def test_an_endless_authorization_is_refused_before_anything_is_computed(self) -> None:
        wire = signed()
        endless = wire.with_header(b"authorization", wire.header(b"authorization") + b"," + b"x" * 4_096)

        assert refusal(endless).message == "Authorization header has more than 4096 bytes."

    def test_endless_signed_headers_are_refused(self) -> None:
        wire = signed(headers=[(f"h{number}", "x") for number in range(63)])

        assert "at most 64 names" in refusal(wire).message

    def test_a_repeated_access_key_id_is_an_error_of_the_configuration(self) -> None:
        with pytest.raises(ValueError, match="AKIDUSER comes twice"):
            Verifier([USER, replace(USER, secret_access_key="another")])

    def test_comparisons_take_constant_time(self) -> None:
        with mock.patch.object(sigv4.hmac, "compare_digest", wraps=sigv4.hmac.compare_digest) as compared:
            signed(credential=ROLE).verified()

        assert len(compared.call_args_list) == 2

    def test_an_unknown_access_key_costs_as_many_signatures_as_a_known_one(self) -> None:
        counts = []
        for credential in (USER, STRANGER):
            with (
                mock.patch.object(sigv4, "_sign", wraps=sigv4._sign) as signatures,
                mock.patch.object(sigv4_grant, "_signing_key", wraps=sigv4_grant._signing_key) as keys,
            ):
                refusal(replace(signed(credential=credential), body=b"x"))
            counts.append((signatures.call_count, keys.call_count))

        assert counts[0] == counts[1]


class TestAccepted:
    def test_temporary_credentials(self) -> None:
        assert signed(credential=ROLE).verified() == "ASIDROLE"

    def test_the_header_date_in_place_of_x_amz_date(self) -> None:
        wire = signed(headers=[("Date", "any")])

        assert b"x-amz-date" not in dict(wire.headers)
        assert wire.verified() == "AKIDUSER"

    @pytest.mark.parametrize(
        "sent",
        [
            "/prod/@connections/BFaT_fALIAMCKug=",
            "/prod/@connections/BFaT_fALIAMCKug%3D",
            "/prod/%40connections/BFaT_fALIAMCKug=",
            "/prod/%40connections/BFaT_fALIAMCKug%3D",
        ],
    )
    @pytest.mark.parametrize(
        "arrived",
        [
            "/prod/@connections/BFaT_fALIAMCKug=",
            "/prod/@connections/BFaT_fALIAMCKug%3D",
            "/prod/%40connections/BFaT_fALIAMCKug%3d",
            "/prod/%40connections/BFaT_fALIAMCKug%3D",
        ],
    )
    def test_a_path_that_a_proxy_wrote_in_another_way(self, sent: str, arrived: str) -> None:
        assert replace(signed(path=sent), path=arrived.encode()).verified() == "AKIDUSER"

    def test_the_parts_of_the_authorization_in_another_order(self) -> None:
        wire = signed()
        words = wire.header(b"authorization").removeprefix(b"AWS4-HMAC-SHA256 ").split(b", ")
        turned = b"AWS4-HMAC-SHA256 " + b",".join(reversed(words))

        assert wire.with_header(b"authorization", turned).verified() == "AKIDUSER"

    def test_the_names_of_signed_headers_in_another_order(self) -> None:
        wire = signed()
        turned = wire.header(b"authorization").replace(b"host;x-amz-date", b"x-amz-date;host")

        assert wire.with_header(b"authorization", turned).verified() == "AKIDUSER"

    def test_headers_that_are_not_signed_may_be_added_and_changed(self) -> None:
        assert signed().with_header(b"x-forwarded-for", b"192.0.2.1").verified() == "AKIDUSER"


class TestPublishedVectors:
    """Of AWS's own test suite, which signs for a service of its own.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """

    @pytest.mark.parametrize(
        ("method", "path", "query", "headers", "signature"),
        [
            (b"GET", b"/", b"", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (b"GET", b"//./a/../", b"", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (b"POST", b"/", b"", [], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                b"GET",
                b"/",
                b"Param2=value2&Param1=value1",
                [],
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                b"GET",
                "/\u1234".encode(),
                b"",
                [],
                "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
            ),
            (
                b"GET",
                b"/",
                b"",
                [(b"my-header1", b" value1"), (b"my-header2", b' "a   b   c"')],
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            ),
        ],
    )
    def test_are_verified(
        self, method: bytes, path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], signature: str
    ) -> None:
        names = ";".join(["host", *(name.decode() for name, _ in headers), "x-amz-date"])
        authorization = (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        sent = [
            (b"host", b"example.amazonaws.com"),
            *headers,
            (b"x-amz-date", b"20150830T123600Z"),
            (b"authorization", authorization.encode()),
        ]
        verifier = Verifier([replace(USER, access_key_id="AKIDEXAMPLE")], service="service")

        assert verifier.verify(method, path, query, sent, b"", 1_440_938_160.0) == "AKIDEXAMPLE"


class TestMemory:
    def test_only_signatures_that_were_right_are_remembered(self) -> None:
        verifier = Verifier([USER])
        refusal(replace(signed(), body=b"x"), verifier)
        refusal(signed(credential=STRANGER), verifier)
        assert not verifier._grants

        signed().verified(verifier)
        assert len(verifier._grants) == 1

    def test_a_remembered_key_does_not_make_a_wrong_signature_right(self) -> None:
        verifier = Verifier([USER])
        signed().verified(verifier)

        refusal(replace(signed(), body=b"x"), verifier)

    def test_what_is_remembered_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sigv4, "MOST_GRANTS", 8)
        monkeypatch.setattr(sigv4, "MOST_TIMES", 8)
        verifier = Verifier([USER])
        for second in range(30):
            signed(region=f"region-{second}", at=AT + timedelta(seconds=second)).verified(verifier)

        assert len(verifier._grants) <= 8
        assert len(verifier._times) <= 8


SEGMENT = st.text(st.sampled_from("abzAZ09-_.~@=%:+ äß/!$&'()*,;"), max_size=12)
NAME = st.from_regex(r"x-[a-z][a-z0-9-]{0,8}", fullmatch=True)
VALUE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\t"), max_size=20)


@st.composite
def requests(draw: st.DrawFn) -> Wire:
    segments = draw(st.lists(SEGMENT, max_size=4))
    safe = draw(st.sampled_from(["", "@", "@=", "@=:!$&'()*+,;"]))
    return signed(
        draw(st.sampled_from(["GET", "POST", "DELETE", "PUT"])),
        "/" + "/".join(quote(segment, safe=safe) for segment in segments),
        params=draw(st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=4)),
        headers=[
            header
            for header in draw(st.lists(st.tuples(NAME, VALUE), max_size=4))
            if header[0] not in {"x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amzn-trace-id"}
        ],
        body=draw(st.binary(max_size=64)),
        credential=draw(st.sampled_from([USER, ROLE])),
    )


@given(requests())
@example(signed(path="//prod/./a/../%2E/@connections//x/"))
@example(signed(headers=[("x-a", "1"), ("x-a", " 2  3 ")]))
def test_what_botocore_signs_is_verified(wire: Wire) -> None:
    verifier = Verifier([USER, ROLE])

    assert wire.verified(verifier) == wire.verified(verifier)


@given(requests(), st.data())
def test_one_changed_bit_of_anything_signed_is_refused(wire: Wire, data: st.DataObject) -> None:
    signed_names = re.search(rb"SignedHeaders=([^,]*)", wire.header(b"authorization"))[1].split(b";")
    parts = ["method", "path", "query", "body", "signature", "scope", *signed_names]
    part = data.draw(st.sampled_from(parts))
    changed = _changed(wire, part, data)
    assume(changed is not None)

    refusal(changed)


def _changed(wire: Wire, part: str | bytes, data: st.DataObject) -> Wire | None:
    """None when the part is empty, or when the change leaves what it says as it was."""
    if part in {"method", "path", "query", "body"}:
        old = getattr(wire, part)
        new = _flipped(old, data)
        same = _meaning(part, old) == _meaning(part, new) if part in {"path", "query"} else old == new
        return None if same else replace(wire, **{part: new})
    authorization = wire.header(b"authorization")
    if part == "signature":
        return wire.with_header(b"authorization", authorization[:-64] + _flipped(authorization[-64:], data))
    if part == "scope":
        credential = re.search(rb"Credential=([^,]*)", authorization)[1]
        return wire.with_header(b"authorization", authorization.replace(credential, _flipped(credential, data)))
    old = wire.header(part)
    new = _flipped(old, data)
    return None if new.split() == old.split() else _with_last(wire, part, new)


def _with_last(wire: Wire, name: bytes, value: bytes) -> Wire:
    last = max(index for index, header in enumerate(wire.headers) if header[0] == name)
    headers = list(wire.headers)
    headers[last] = (name, value)
    return replace(wire, headers=tuple(headers))


def _flipped(value: bytes, data: st.DataObject) -> bytes:
    if not value:
        return value
    position = data.draw(st.integers(0, len(value) * 8 - 1))
    changed = bytearray(value)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def _meaning(part: str, value: bytes) -> list[bytes]:
    """Equal for two ways to write the same path or query."""
    if part == "query":
        return sorted(unquote_to_bytes(pair.replace(b"+", b" ")) for pair in value.split(b"&"))
    segments: list[bytes] = []
    for segment in value.split(b"/"):
        if segment == b"..":
            del segments[-1:]
        elif segment not in {b"", b"."}:
            segments.append(unquote_to_bytes(segment))
    return segments


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"authorization", b"x-amz-date", b"date", b"host", b"x-amz-y"]), st.binary(max_size=80)
        ),
        max_size=6,
    ),
    st.binary(max_size=40),
    st.binary(max_size=40),
    st.binary(max_size=10),
)
def test_no_bytes_give_anything_but_a_refusal(
    headers: list[tuple[bytes, bytes]], path: bytes, query: bytes, body: bytes
) -> None:
    refusal(Wire(b"POST", path, query, tuple(headers), body))


@given(st.data(), st.sampled_from([b"authorization", b"x-amz-date", b"host"]), st.binary(max_size=6))
def test_no_bytes_inside_of_what_was_signed_give_anything_but_a_refusal(
    data: st.DataObject, name: bytes, inserted: bytes
) -> None:
    wire = signed()
    value = wire.header(name)
    start, end = sorted((data.draw(st.integers(0, len(value))), data.draw(st.integers(0, len(value)))))
    changed = value[:start] + inserted + value[end:]
    assume(changed.split() != value.split() and changed.replace(b" ", b"") != value.replace(b" ", b""))

    refusal(wire.with_header(name, changed))


@given(
    st.binary(max_size=40)
    | st.from_regex(rb"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d [A-Z+-]?\d{0,6}")
)
@example(b"Mon, 01 Jan 0001 00:00:00 +2359")
@example(b"Fri, 31 Dec 9999 23:59:59 -2359")
def test_no_date_gives_anything_but_a_refusal(date: bytes) -> None:
    refusal(signed(headers=[("Date", "any")]).with_header(b"date", date))


def test_a_client_that_writes_its_parameters_in_another_order_is_known_again() -> None:
    wire = signed()
    scheme, _, parameters = wire.header(b"authorization").partition(b" ")
    credential, names, signature = parameters.split(b", ")
    wire = wire.with_header(b"authorization", scheme + b" " + b", ".join([credential, signature, names]))
    verifier = Verifier([USER])

    assert [wire.verified(verifier) for _ in range(3)] == [USER.access_key_id] * 3
