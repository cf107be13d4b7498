"""Addresses of Redis: which are understood, and that none that is refused is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.streams.redis.addresses import KINDS, RedisUrlInvalid, address_of
from shim.streams.redis.options import RedisOptions

SECRET = "kept-to-itself"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cache.example.org:6379",
        "http://cache.example.org",
        "redis://a,b",
        "redis://",
        "redis://a:0",
        "redis://a:65536",
        "redis://a:x",
        "redis://a/first",
        "redis://a/1/2",
        "redis://a?ssl_cert_reqs=none",
        "redis://a?socket_timeout=1",
        "unix://",
        "redis+sentinel://a:26379",
        "redis+sentinel://a:26379/main/x",
        "redis+sentinel://,/main",
        "redis+cluster://a/1",
        "redis+cluster://a?db=1",
        "redis+cluster://" + ",".join(["a"] * 101),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(RedisUrlInvalid):
        RedisOptions(url)


@given(st.text(), st.sampled_from([*KINDS, "http", ""]))
def test_no_refusal_and_no_option_shows_what_the_address_holds(rest: str, scheme: str) -> None:
    url = f"{scheme}://:{SECRET}@{rest}"
    try:
        shown = repr(RedisOptions(url))
    except RedisUrlInvalid as error:
        shown = f"{error} {error!r}"

    assert SECRET not in shown


def test_one_server() -> None:
    address = address_of("rediss://shim:p%40ss@cache.example.org/2")

    assert (address.kind, address.tls, address.hosts) == ("server", True, (("cache.example.org", 6379),))
    assert (address.user, address.database) == (("shim", "p@ss"), 2)
    assert address_of("redis://[::1]:7000").hosts == (("::1", 7000),)
    assert address_of("redis://[2001:db8::1]").hosts == (("2001:db8::1", 6379),)
    assert address_of("redis://:secret@a").user == ("", "secret")
    socket = address_of("unix://shim:secret@/run/redis/s?db=3")
    assert (socket.path, socket.hosts, socket.user, socket.database) == ("/run/redis/s", (), ("shim", "secret"), 3)


def test_sentinels() -> None:
    address = address_of("redis+sentinel://u:p@a,b:26380/main/1?sentinel_username=s&sentinel_password=w")

    assert (address.kind, address.tls, address.master, address.database) == ("sentinel", False, "main", 1)
    assert address.hosts == (("a", 26379), ("b", 26380))
    assert (address.user, address.sentinel_user) == (("u", "p"), ("s", "w"))


def test_a_cluster() -> None:
    address = address_of("rediss+cluster://clustercfg.example.org,[::1]:7001")

    assert (address.kind, address.tls) == ("cluster", True)
    assert address.hosts == (("clustercfg.example.org", 6379), ("::1", 7001))
    assert RedisOptions("redis+cluster://a").count == 8
    assert RedisOptions("redis+cluster://a", partitions=3).count == 3
    assert RedisOptions("redis://a").count == 1


def test_files_of_certificates_need_tls() -> None:
    with pytest.raises(RedisUrlInvalid, match="without TLS"):
        RedisOptions("redis://a", ca_file=Path("ca.pem"))
