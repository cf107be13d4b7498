"""https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-mappings.html"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.definition import ApiDefinition, DomainMapping
from shim.gateway.domains import DomainMappingInvalid, Mappings, Resolved

HOST = "ws.example.com"


def mappings(*domains: DomainMapping, stage: str = "dev") -> Mappings:
    return Mappings(ApiDefinition(name="a", routes={}, stage=stage, domains=domains))


V1 = mappings(DomainMapping(HOST, "v1"))
ROOT = mappings(DomainMapping(HOST))
BOTH = mappings(DomainMapping(HOST, "v1"), DomainMapping(HOST), DomainMapping(HOST, "v1/chat"))


@pytest.mark.parametrize(
    ("host", "base_path", "reason"),
    [
        ("", "", "has no host name"),
        ("ws.example.com:443", "", "has no host name"),
        ("ws example", "", "has no host name"),
        ("https://ws.example.com", "", "has no host name"),
        ("a." * 130 + "example.com", "", "has no host name"),
        ("local00000.execute-api.us-east-1.amazonaws.com", "", "is of the API's own host"),
        (HOST, "/v1", "has a base path that is not"),
        (HOST, "v1/", "has a base path that is not"),
        (HOST, "v1//chat", "has a base path that is not"),
        (HOST, "v 1", "has a base path that is not"),
        (HOST, "v%31", "has a base path that is not"),
        (HOST, "vé", "has a base path that is not"),
        (HOST, "v" * 301, "more than 300 characters"),
        (HOST, "ping", "keeps to itself"),
        (HOST, "sping/x", "keeps to itself"),
    ],
)
def test_a_mapping_that_could_not_be_made_is_refused(host: str, base_path: str, reason: str) -> None:
    with pytest.raises(DomainMappingInvalid, match=reason) as refused:
        mappings(DomainMapping(host, base_path))

    assert (refused.value.host, refused.value.base_path) == (host, base_path)
    assert f"{host}/{base_path}" in str(refused.value)


def test_a_mapping_is_there_once() -> None:
    with pytest.raises(DomainMappingInvalid, match="is there twice"):
        mappings(DomainMapping(HOST, "v1"), DomainMapping("WS.example.com.", "v1"))


@pytest.mark.parametrize("table", [V1, ROOT, BOTH, mappings()])
@pytest.mark.parametrize(
    "host", ["127.0.0.1:3001", "localhost", "[::1]:3001", "[::1]", "", "other.example.com", "x" * 9_999]
)
@pytest.mark.parametrize("path", ["/dev", "/dev/@connections/a%3D", "/healthz", "/ping", "/v1", "*", ""])
def test_on_a_host_that_is_no_custom_domain_the_path_is_as_it_is(table: Mappings, host: str, path: str) -> None:
    assert table.resolve(host, path) == Resolved(path, None)


@pytest.mark.parametrize(
    ("table", "path"),
    [
        (V1, "/"),
        (V1, ""),
        (V1, "*"),
        (V1, "v1"),
        (V1, "/v2"),
        (V1, "/V1"),
        (V1, "/v11"),
        (V1, "//v1"),
        (V1, "/v1%2F@connections/x"),
        (V1, "/dev"),
        (V1, "/dev/@connections/x"),
        (V1, "/v1/dev"),
        (V1, "/v1/dev/@connections/x"),
        (V1, "/ping"),
        (ROOT, "/dev"),
        (ROOT, "/dev/@connections/x"),
        (ROOT, "/ping"),
        (ROOT, "/sping"),
        (ROOT, "/ping/x"),
        (ROOT, ""),
    ],
)
def test_on_a_custom_domain_what_is_not_mapped_leads_nowhere(table: Mappings, path: str) -> None:
    assert table.resolve(HOST, path) is None


@pytest.mark.parametrize(
    ("table", "path", "canonical"),
    [
        (V1, "/v1", "/dev"),
        (V1, "/v1/", "/dev"),
        (V1, "/v1/@connections/BFaT_fALIAMCKug%3D", "/dev/@connections/BFaT_fALIAMCKug%3D"),
        (V1, "/v1/%40connections/a=", "/dev/%40connections/a="),
        (V1, "/%761/a%2Fb//c", "/dev/a%2Fb//c"),
        (V1, "/v1/development", "/dev/development"),
        (V1, "/v1/v1", "/dev/v1"),
        (ROOT, "/", "/dev"),
        (ROOT, "/@connections/a%3D", "/dev/@connections/a%3D"),
        (ROOT, "/pings", "/dev/pings"),
        (BOTH, "/v1/chat/@connections/x", "/dev/@connections/x"),
        (BOTH, "/v1/@connections/x", "/dev/@connections/x"),
        (BOTH, "/v1/chats", "/dev/chats"),
        (BOTH, "/v2", "/dev/v2"),
        (BOTH, "/@connections/x", "/dev/@connections/x"),
    ],
)
def test_the_longest_base_path_is_taken_away_and_the_rest_stays_as_it_came(
    table: Mappings, path: str, canonical: str
) -> None:
    assert table.resolve(HOST, path) == Resolved(canonical, HOST)


@pytest.mark.parametrize("host", [HOST, "WS.Example.COM", f"{HOST}:443", f"{HOST}.", f"{HOST}.:8443"])
def test_ports_case_and_a_trailing_dot_of_the_host_make_no_difference(host: str) -> None:
    assert V1.resolve(host, "/v1") == Resolved("/dev", HOST)


def test_a_base_path_may_be_called_as_the_stage() -> None:
    same = mappings(DomainMapping(HOST, "dev"))

    assert same.resolve(HOST, "/dev/@connections/x") == Resolved("/dev/@connections/x", HOST)


def test_a_wildcard_stands_for_one_label_and_an_exact_name_comes_first() -> None:
    wild = mappings(DomainMapping("*.example.com"), DomainMapping("ws.example.com", "v1"))

    assert wild.resolve("Acme.example.com", "/") == Resolved("/dev", "acme.example.com")
    assert wild.resolve(HOST, "/v1") == Resolved("/dev", HOST)
    assert wild.resolve(HOST, "/") is None
    for other in (
        "a.b.example.com",
        "example.com",
        "-.example.com",
        "a b.example.com",
        "a@b.example.com",
        ".example.com",
    ):
        assert wild.resolve(other, "/") == Resolved("/", None)


SEGMENTS = st.lists(st.text(st.sampled_from("ab$-_.+!*'()"), min_size=1, max_size=4), min_size=1, max_size=3)


@given(SEGMENTS, st.text(st.characters(codec="ascii", exclude_characters="?#")))
def test_what_follows_a_base_path_is_kept_letter_by_letter(segments: list[str], rest: str) -> None:
    base_path = "/".join(segments)
    table = mappings(DomainMapping(HOST, base_path), stage="live")

    resolved = table.resolve(HOST, f"/{base_path}/{rest}")
    if rest == "live" or rest.startswith("live/"):
        assert resolved is None
    else:
        assert resolved == Resolved(f"/live/{rest}" if rest else "/live", HOST)


@given(st.text(), st.text())
def test_no_host_and_no_path_make_it_fail(host: str, path: str) -> None:
    for table in (V1, ROOT, BOTH):
        resolved: Any = table.resolve(host, path)
        assert resolved is None or resolved.path == path or resolved.path.startswith("/dev")
