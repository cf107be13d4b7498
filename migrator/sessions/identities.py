"""Who connects in generated sessions: tokens that the authorizer accepts, and some that it must refuse."""

from __future__ import annotations

import ast
import hashlib
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import decode_source
from pathlib import Path

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from migrator.inventory.columns import column_of
from migrator.inventory.model import Authorizer, Inventory, TokenFacts
from migrator.inventory.record import Location
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.scenario import Pairs

CLIENTS = ("alice", "bob", "carol", "dave")
"""Clients of generated sessions. All but the last are in one group."""

GROUP_WORDS = ("tenant", "org", "team", "room", "group", "workspace", "company")

TOKEN_LIFETIME_S = 30 * 86_400
"""Seconds for which minted tokens are valid: longer than any dual run, and than the days that pass in its sessions."""


@dataclass(frozen=True, slots=True)
class Identities:
    """environment: variables that both sides need to accept them. reason: why there are none; '' when there are.

    tokens: those that accepted identities show, by their names.
    """

    accepted: tuple[Identity, ...] = ()
    refused: tuple[Identity, ...] = ()
    environment: Mapping[str, str] | None = None
    reason: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)


def identities_for(
    inventory: Inventory, authorizer: Authorizer | None, given: tuple[Identity, ...], seed: int, app: Path | None = None
) -> Identities:
    """Given identities come first; then what the code of the authorizer, or of $connect, says of its tokens.

    `app`: the application's folder, for a secret that stands in the code; None to go without such a secret.
    """
    if given:
        return _from_given(given)
    if authorizer is None:
        return _for_connect(inventory, seed, app)
    problem = _problem(authorizer)
    if problem or authorizer.token is None:
        return Identities(reason=_ask(authorizer, problem))
    place = _place(authorizer.token, authorizer.identity_sources)
    assert place is not None
    minter = _Minter(inventory, authorizer.token, place, _secret(authorizer.token, seed, app))
    return Identities(minter.accepted(), minter.refused(), minter.environment(), tokens=minter.tokens)


def _for_connect(inventory: Inventory, seed: int, app: Path | None) -> Identities:
    """Nobody that must be refused: what $connect makes of a bad token is for the legacy path to say."""
    token = inventory.apis[0].connect_token if inventory.apis else None
    place = _place(token, ()) if token is not None and _mintable(token) else None
    if token is None or place is None:
        extra = _client_parameters(inventory, frozenset())
        return Identities(tuple(Identity(name, query=_sampled(extra, name)) for name in CLIENTS))
    minter = _Minter(inventory, token, place, _secret(token, seed, app))
    return Identities(minter.accepted(), environment=minter.environment(), tokens=minter.tokens)


def group_of(client: str) -> str:
    return "team-blue" if client == CLIENTS[-1] else "team-red"


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
    if not token.secret_variable and token.secret_at is None:
        return "no environment variable holds its secret"
    if not _mintable(token):
        return f"it takes {', '.join(token.algorithms)} tokens, whose private key is not here"
    if _place(token, authorizer.identity_sources) is None:
        return "it is not known where it looks for the token"
    return ""


def _ask(authorizer: Authorizer, problem: str) -> str:
    return (
        f"No client can be made up for the authorizer {authorizer.name}: {problem}. Give identities in ws2sse.toml, "
        "as [[verify.identity]] with name, headers and query; one with refused = true tests a refusal."
    )


class _Minter:
    """Tokens with a secret, and who presents them in which place."""

    def __init__(self, inventory: Inventory, token: TokenFacts, place: tuple[str, str], secret: str) -> None:
        self._token, self._place, self._secret = token, place, secret
        self._algorithm = next((name for name in token.algorithms if name.startswith("HS")), "HS256")
        self._extra = _client_parameters(inventory, frozenset({place[1]}))
        self._now = int(time.time())
        self.tokens: dict[str, str] = {}
        """By the name of who shows it, as far as they are made."""

    def accepted(self) -> tuple[Identity, ...]:
        return tuple(self._present(name, self._secret, TOKEN_LIFETIME_S) for name in CLIENTS)

    def refused(self) -> tuple[Identity, ...]:
        other_secret = hashlib.sha512(self._secret.encode()).hexdigest()
        return (
            Identity("no-token", query=_sampled(self._extra, "alice"), refused=True),
            self._present("wrong-signature", other_secret, TOKEN_LIFETIME_S, refused=True, who="alice"),
            self._present("expired", self._secret, -3_600, refused=True, who="alice"),
        )

    def environment(self) -> dict[str, str]:
        return {self._token.secret_variable: self._secret} if self._token.secret_variable else {}

    def _present(self, name: str, key: str, expires_in: int, *, refused: bool = False, who: str = "") -> Identity:
        claims = {claim: _claim(claim, who or name) for claim in self._token.claims}
        claims = {"sub": who or name, **claims, "iat": self._now - 10, "exp": self._now + expires_in}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureKeyLengthWarning)  # a secret in code is as long as it is
            value = jwt.encode(claims, key, algorithm=self._algorithm)
        self.tokens[name] = value
        extra = _sampled(self._extra, who or name)
        return _presenting(name, self._place, self._token, value, extra, refused=refused)


def _mintable(token: TokenFacts) -> bool:
    known = bool(token.secret_variable) or token.secret_at is not None
    return known and (not token.algorithms or any(algorithm.startswith("HS") for algorithm in token.algorithms))


def _secret(token: TokenFacts, seed: int, app: Path | None) -> str:
    """The one in the code, which both sides keep; else one that both sides get in the environment."""
    if not token.secret_variable and token.secret_at is not None and app is not None:
        written = _text_at(app, token.secret_at)
        if written is not None:
            return written
    return hashlib.sha512(f"ws2sse dual run {seed}".encode()).hexdigest()


def _text_at(app: Path, place: Location) -> str | None:
    try:
        text = decode_source((app / place.path).read_bytes())
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = text.split("\n")
    on_line = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.lineno == place.line)
    there = (node.value for node in on_line if column_of(lines[place.line - 1], node.col_offset) == place.column)
    found = next(there, None)
    return found if isinstance(found, str) else None


def _presenting(
    name: str, place: tuple[str, str], token: TokenFacts, value: str, extra: Pairs, *, refused: bool
) -> Identity:
    if place[0] == "query":
        return Identity(name, query=((place[1], value), *extra), refused=refused)
    header = f"{token.scheme} {value}" if token.scheme else value
    return Identity(name, ((place[1], header),), extra, refused)


def _place(token: TokenFacts, identity_sources: tuple[str, ...]) -> tuple[str, str] | None:
    """('query' or 'header', name). The identity source decides, because without it the code is not even called."""
    for source in identity_sources:
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
    """Names of query parameters that $connect reads, or that the application's own clients put into the address."""
    found = dict.fromkeys(name for api in inventory.apis[:1] for name in api.connect_query if name not in known)
    for client in inventory.clients:
        _, _, query = (client.url or "").partition("?")
        for part in query.split("&"):
            name, equals, _ = part.partition("=")
            if equals and name.replace("_", "").replace("-", "").isalnum() and name not in known:
                found[name] = None
    return tuple(found)


def _sampled(names: tuple[str, ...], client: str) -> Pairs:
    return tuple((name, str(_claim(name, client))) for name in names)
