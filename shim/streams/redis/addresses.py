"""Addresses of Redis: one server, Sentinels that know which server it is, or nodes of a Cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Kind = Literal["server", "sentinel", "cluster"]

KINDS: Final[dict[str, tuple[Kind, bool]]] = {
    "redis": ("server", False),
    "rediss": ("server", True),
    "unix": ("server", False),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
"""Scheme -> what is there, and whether it speaks TLS."""

ADDRESSES: Final = (
    "redis://HOST:PORT/DB, redis+sentinel://HOST:PORT,…/NAME/DB, redis+cluster://HOST:PORT,…, "
    "the same with rediss for TLS, or unix:///PATH"
)

PORTS: Final[dict[Kind, int]] = {"server": 6379, "sentinel": 26379, "cluster": 6379}

MOST_HOSTS: Final = 100


class RedisUrlInvalid(ValueError):
    """Raised for an address that is none of a Redis. `problem` says nothing of it: it may hold a password."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return f"the address of Redis {self.problem}"


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """`hosts`: names and ports; none for a Unix socket at `path`. `master`: the name that Sentinels know it by.
    `sentinel_user`: name and password for the Sentinels themselves."""

    kind: Kind
    tls: bool
    hosts: tuple[tuple[str, int], ...]
    path: str
    user: tuple[str, str]
    database: int
    master: str
    sentinel_user: tuple[str, str]


def address_of(url: str) -> Address:
    """Raises RedisUrlInvalid."""
    scheme, marked, _rest = url.partition("://")
    if not marked or scheme not in KINDS:
        raise RedisUrlInvalid("begins as none of Redis does")
    kind, tls = KINDS[scheme]
    try:
        split = urlsplit(url)
    except ValueError:  # which would show the address
        raise RedisUrlInvalid("can't be read") from None
    userinfo, _, authority = split.netloc.rpartition("@")
    name, _, password = userinfo.partition(":")
    query = _query(split, kind)
    places = [] if scheme == "unix" else [_host(one, PORTS[kind]) for one in authority.split(",")]
    if len(places) > MOST_HOSTS or (kind == "server" and len(places) > 1):
        raise RedisUrlInvalid("names too many hosts")
    if scheme == "unix" and not split.path:
        raise RedisUrlInvalid("has no path")
    words = [] if scheme == "unix" else [unquote(word) for word in split.path.strip("/").split("/") if word]
    master = words.pop(0) if kind == "sentinel" and words else ""
    if kind == "sentinel" and not master:
        raise RedisUrlInvalid("does not name a master: redis+sentinel://host:26379/NAME")
    database = query.pop("db", words.pop(0) if words else "0")
    if words or not (database.isascii() and database.isdigit()) or (kind == "cluster" and database != "0"):
        raise RedisUrlInvalid("has a path that is no number of a database")
    return Address(
        kind=kind,
        tls=tls,
        hosts=tuple(places),
        path=unquote(split.path) if scheme == "unix" else "",
        user=(unquote(name), unquote(password)),
        database=int(database),
        master=master,
        sentinel_user=(query.pop("sentinel_username", ""), query.pop("sentinel_password", "")),
    )


def _query(split: SplitResult, kind: Kind) -> dict[str, str]:
    query = dict(parse_qsl(split.query, keep_blank_values=True))
    known = {"sentinel": {"db", "sentinel_username", "sentinel_password"}, "server": {"db"}, "cluster": set[str]()}
    if not query.keys() <= known[kind]:
        raise RedisUrlInvalid("has a query that is not known")
    return query


def _host(word: str, default: int) -> tuple[str, int]:
    name, _, port = word.rpartition(":") if word.rpartition("]")[2].find(":") >= 0 else (word, "", "")
    name = name.removeprefix("[").removesuffix("]")
    if not name or not ((port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536) or not port):
        raise RedisUrlInvalid("has a host or a port that is none")
    return unquote(name), int(port or default)
