"""Who connects in generated sessions: tokens that the authorizer accepts, and some that it must refuse."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jwt

from migrator.configuration import configuration
from migrator.errors import ConfigurationInvalid
from migrator.inventory.model import Authorizer, Inventory, TokenFacts
from shim.dualrun.record.scenario import Pairs

CLIENTS = ("alice", "bob", "carol", "dave")
"""Clients of generated sessions. All but the last are in one group."""

GROUP_WORDS = ("tenant", "org", "team", "room", "group", "workspace", "company")

TOKEN_LIFETIME_S = 86_400
"""Seconds for which minted tokens are valid: longer than any dual run."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How a client presents itself at the handshake. refused: whether the authorizer must turn it away."""

    name: str
    headers: Pairs = ()
    query: Pairs = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Identities:
    """environment: variables that both sides need to accept them. reason: why there are none; '' when there are."""

    accepted: tuple[Identity, ...] = ()
    refused: tuple[Identity, ...] = ()
    environment: Mapping[str, str] | None = None
    reason: str = ""


def identities_for(
    inventory: Inventory, authorizer: Authorizer | None, given: tuple[Identity, ...], seed: int
) -> Identities:
    """Given identities come first; then what the authorizer's code says of its tokens."""
    if given:
        return _from_given(given)
    if authorizer is None:
        extra = _client_parameters(inventory, frozenset())
        return Identities(tuple(Identity(name, query=_sampled(extra, name)) for name in CLIENTS))
    problem = _problem(authorizer)
    if problem or authorizer.token is None:
        return Identities(reason=_ask(authorizer, problem))
    return _minted(inventory, authorizer, authorizer.token, seed)


def group_of(client: str) -> str:
    return "team-blue" if client == CLIENTS[-1] else "team-red"


def identities_from_config(app_dir: Path) -> tuple[Identity, ...]:
    """[[verify.identity]] of ws2sse.toml, else of [tool.ws2sse] in pyproject.toml; empty when there is none.

    Raises ConfigurationInvalid for keys and values that are not understood.
    """
    path, section = configuration(app_dir)
    verify = section.get("verify", {})
    entries = verify.get("identity", []) if isinstance(verify, dict) else verify
    if not isinstance(entries, list):
        raise ConfigurationInvalid(path, "verify.identity", repr(entries), "a list of tables")
    return tuple(_identity(path, number, entry) for number, entry in enumerate(entries, 1))


def _identity(path: Path, number: int, entry: object) -> Identity:
    key = f"verify.identity, number {number}"
    if not isinstance(entry, dict):
        raise ConfigurationInvalid(path, key, repr(entry), "a table")
    unknown = entry.keys() - {"name", "headers", "query", "refused"}
    if unknown:
        raise ConfigurationInvalid(
            path, key, f"a table with {', '.join(sorted(unknown))}", "name, headers, query, refused"
        )
    name, refused = entry.get("name"), entry.get("refused", False)
    if not isinstance(name, str) or not name:
        raise ConfigurationInvalid(path, f"{key}, name", repr(name), "text")
    if not isinstance(refused, bool):
        raise ConfigurationInvalid(path, f"{key}, refused", repr(refused), "true, false")
    return Identity(name, _pairs(path, key, entry, "headers"), _pairs(path, key, entry, "query"), refused)


def _pairs(path: Path, key: str, entry: dict[str, object], name: str) -> Pairs:
    value = entry.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ConfigurationInvalid(path, f"{key}, {name}", repr(value), "a table of texts")
    return tuple(value.items())


def _from_given(given: tuple[Identity, ...]) -> Identities:
    accepted = [identity for identity in given if not identity.refused]
    refused = tuple(identity for identity in given if identity.refused)
    if not accepted:
        return Identities(refused=refused, reason="No [[verify.identity]] is accepted; at least one is needed.")
    if len(accepted) == 1:
        # Two connections of one person show at least what one of them receives of the other's messages.
        only = accepted[0]
        accepted.append(Identity(f"{only.name}-2", only.headers, only.query))
    return Identities(tuple(accepted), refused)


def _problem(authorizer: Authorizer) -> str:
    token = authorizer.token
    if authorizer.type == "AWS_IAM":
        return "it checks AWS signatures (AWS_IAM)"
    if token is None:
        return "its code was not understood"
    if not token.secret_variable:
        return "no environment variable holds its secret"
    if token.algorithms and not any(algorithm.startswith("HS") for algorithm in token.algorithms):
        return f"it takes {', '.join(token.algorithms)} tokens, whose private key is not here"
    if _place(authorizer, token) is None:
        return "it is not known where it looks for the token"
    return ""


def _ask(authorizer: Authorizer, problem: str) -> str:
    return (
        f"No client can be made up for the authorizer {authorizer.name}: {problem}. Give identities in ws2sse.toml, "
        "as [[verify.identity]] with name, headers and query; one with refused = true tests a refusal."
    )


def _minted(inventory: Inventory, authorizer: Authorizer, token: TokenFacts, seed: int) -> Identities:
    assert token.secret_variable is not None
    algorithm = next((name for name in token.algorithms if name.startswith("HS")), "HS256")
    secret = hashlib.sha512(f"ws2sse dual run {seed}".encode()).hexdigest()
    other_secret = hashlib.sha512(secret.encode()).hexdigest()
    place = _place(authorizer, token)
    assert place is not None
    now = int(time.time())
    extra = _client_parameters(inventory, frozenset({place[1]}))

    def present(name: str, key: str, expires_in: int, *, refused: bool = False, who: str = "") -> Identity:
        claims = {claim: _claim(claim, who or name) for claim in token.claims}
        claims = {"sub": who or name, **claims, "iat": now - 10, "exp": now + expires_in}
        value = jwt.encode(claims, key, algorithm=algorithm)
        return _presenting(name, place, token, value, _sampled(extra, who or name), refused=refused)

    accepted = tuple(present(name, secret, TOKEN_LIFETIME_S) for name in CLIENTS)
    refused = (
        Identity("no-token", query=_sampled(extra, "alice"), refused=True),
        present("wrong-signature", other_secret, TOKEN_LIFETIME_S, refused=True, who="alice"),
        present("expired", secret, -3_600, refused=True, who="alice"),
    )
    return Identities(accepted, refused, {token.secret_variable: secret})


def _presenting(
    name: str, place: tuple[str, str], token: TokenFacts, value: str, extra: Pairs, *, refused: bool
) -> Identity:
    if place[0] == "query":
        return Identity(name, query=((place[1], value), *extra), refused=refused)
    header = f"{token.scheme} {value}" if token.scheme else value
    return Identity(name, ((place[1], header),), extra, refused)


def _place(authorizer: Authorizer, token: TokenFacts) -> tuple[str, str] | None:
    """('query' or 'header', name). The identity source decides, because without it the code is not even called."""
    for source in authorizer.identity_sources:
        for prefix, place in (("route.request.querystring.", "query"), ("route.request.header.", "header")):
            if source.startswith(prefix):
                return place, source.removeprefix(prefix)
    if token.query:
        return "query", token.query
    return ("header", token.header) if token.header else None


def _claim(name: str, client: str) -> object:
    lower = name.lower()
    if lower in {"exp", "iat", "nbf"}:
        return int(time.time()) - 10
    if any(word in lower for word in GROUP_WORDS):
        return [group_of(client)] if lower.endswith("s") else group_of(client)
    if "role" in lower:
        return ["member"] if lower.endswith("s") else "member"
    if "email" in lower:
        return f"{client}@example.com"
    return client


def _client_parameters(inventory: Inventory, known: frozenset[str]) -> tuple[str, ...]:
    """Names of query parameters that the application's own clients put into the address."""
    found: dict[str, None] = {}
    for client in inventory.clients:
        _, _, query = (client.url or "").partition("?")
        for part in query.split("&"):
            name, equals, _ = part.partition("=")
            if equals and name.replace("_", "").replace("-", "").isalnum() and name not in known:
                found[name] = None
    return tuple(found)


def _sampled(names: tuple[str, ...], client: str) -> Pairs:
    return tuple((name, str(_claim(name, client))) for name in names)
