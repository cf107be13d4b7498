"""Where the token goes: a browser can't add a header to a WebSocket, so it was in the address; fetch can."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from migrator.inventory.model import Authorizer, Client, Inventory, TokenFacts

ADDRESS_IS_LOGGED: Final = "The token stays in the query string, where logs see it"


@dataclass(frozen=True)
class TokenOptions:
    """What the constructor is told, and why."""

    options: tuple[tuple[str, str], ...]
    reason: str

    def source(self, quote: str) -> str:
        """The options as an object literal; '' when there are none."""
        listed = ", ".join(f"{name}: {_literal(value, quote)}" for name, value in self.options)
        return f"{{ {listed} }}" if listed else ""


def token_options(client: Client, inventory: Inventory) -> TokenOptions:
    place, parameter = client.token, client.token_parameter
    if place != "query" or parameter is None:
        return TokenOptions((), "")
    facts = [api.authorizer for api in inventory.apis if api.authorizer]
    known = [(authorizer, authorizer.token) for authorizer in facts if authorizer.token]
    fitting = [(authorizer, token) for authorizer, token in known if token.query == parameter]
    if not fitting:
        return TokenOptions((), f"{ADDRESS_IS_LOGGED}: no authorizer is known to read {parameter!r} or a header.")
    headers = {(token.header, token.scheme) for _, token in fitting}
    required = [authorizer.name for authorizer, _ in fitting if _requires_parameter(authorizer, parameter)]
    if required:
        return TokenOptions((), f"{ADDRESS_IS_LOGGED}: {required[0]} has {parameter!r} as an identity source.")
    if len(headers) > 1 or fitting[0][1].header is None:
        return TokenOptions((), f"{ADDRESS_IS_LOGGED}: {fitting[0][0].name} doesn't accept it in a header.")
    header = fitting[0][1].header
    reason = f"The token goes in the {header} header instead of the query parameter {parameter!r}."
    return TokenOptions((("tokenParameter", parameter), *_unusual(fitting[0][1])), reason)


def _unusual(token: TokenFacts) -> tuple[tuple[str, str], ...]:
    options: list[tuple[str, str]] = []
    if token.header and token.header.lower() != "authorization":
        options.append(("tokenHeader", token.header))
    if (token.scheme or "") != "Bearer":
        options.append(("tokenScheme", token.scheme or ""))
    return tuple(options)


def _requires_parameter(authorizer: Authorizer, parameter: str) -> bool:
    return f"route.request.querystring.{parameter}" in authorizer.identity_sources


def _literal(value: str, quote: str) -> str:
    """A JavaScript string that may also stand in a page."""
    inner = json.dumps(value)[1:-1].replace("</", "<\\/")
    return f'"{inner}"' if quote == '"' else "'" + inner.replace('\\"', '"').replace("'", "\\'") + "'"
