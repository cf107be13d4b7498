"""Puts identities of today in the place of secrets that a recording does not have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import STANDS_FOR_A_SECRET
from shim.dualrun.record.scenario import Connect, Pairs, Send, Session, Step
from shim.dualrun.record.spoof import Spoof

MAX_NAMED = 5
"""Clients that a sentence names."""


@dataclass(frozen=True, slots=True)
class Substituted:
    """names: secret of today -> what stands for the one in its place in the recording.

    gaps: sentences on what could not be put in; empty when all was.
    """

    sessions: tuple[Session, ...]
    names: dict[str, str]
    gaps: tuple[str, ...] = ()


def with_identities(sessions: Sequence[Session], identities: Iterable[Identity]) -> Substituted:
    """A client has the identity whose `clients` name it, or that has its name; others that bring the same secrets have
    the next one of the accepted that is free."""
    clients = {client for session in sessions for client in session.clients}
    substitution = _Substitution(tuple(identities), clients)
    # Handshakes first: a message may hold a secret of somebody who connects later.
    connected = [_with_steps(session, map(substitution.handshake, session.steps)) for session in sessions]
    done = tuple(_with_steps(session, map(substitution.message, session.steps)) for session in connected)
    return Substituted(done, substitution.names, tuple(substitution.gaps()))


class _Substitution:
    def __init__(self, identities: tuple[Identity, ...], clients: set[str]) -> None:
        self.names: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._by_client = {client: one for one in identities for client in (one.clients or (one.name,))}
        self._free = [one for one in identities if not one.refused and not one.clients and one.name not in clients]
        self._by_secrets: dict[tuple[str, ...], Identity | None] = {}
        self._without: dict[str, None] = {}
        self._unknown = 0

    def handshake(self, step: Step) -> Step:
        if not isinstance(step, Connect):
            return step
        secrets = tuple(sorted({secret for _, value in (*step.headers, *step.query) for secret in _secrets_in(value)}))
        identity = self._by_client.get(step.client)
        if identity is None and secrets:
            identity = self._next(secrets)
            if identity is None:
                self._without[step.client] = None
        if identity is None:
            return step
        headers = self._pairs(step.headers, identity.headers)
        return replace(step, headers=headers, query=self._pairs(step.query, identity.query))

    def message(self, step: Step) -> Step:
        if not isinstance(step, Send | Spoof):
            return step
        text = STANDS_FOR_A_SECRET.sub(lambda found: self._value(found[0], step.text), step.text)
        self._unknown += STANDS_FOR_A_SECRET.search(text) is not None
        return replace(step, text=text)

    def gaps(self) -> Iterator[str]:
        if self._without:
            named = ", ".join(list(self._without)[:MAX_NAMED])
            more = f" and {len(self._without) - MAX_NAMED} more" if len(self._without) > MAX_NAMED else ""
            yield (
                f"There is no identity for {named}{more}, whose secrets the recording does not have. "
                "Give [[verify.identity]] with name, headers or query, and clients."
            )
        if self._unknown:
            yield f"{self._unknown} messages hold secrets that the recording does not have, and that no identity has."

    def _next(self, secrets: tuple[str, ...]) -> Identity | None:
        if secrets not in self._by_secrets:
            self._by_secrets[secrets] = self._free.pop(0) if self._free else None
        return self._by_secrets[secrets]

    def _pairs(self, recorded: Pairs, own: Pairs) -> Pairs:
        """The identity's, and those of the recording that are neither secret nor given."""
        given = {name.lower(): value for name, value in own}
        kept = []
        for name, value in recorded:
            secrets = _secrets_in(value)
            if name.lower() in given:
                if len(secrets) == 1:
                    self._remember(secrets[0], value, given[name.lower()])
            elif not secrets:
                kept.append((name, value))
        return (*kept, *own)

    def _remember(self, secret: str, recorded: str, value: str) -> None:
        """`Bearer hmac:…` and `Bearer abc`: abc is what the hash stands for."""
        before, _, after = recorded.partition(secret)
        if value.startswith(before) and value.endswith(after) and len(value) > len(before) + len(after):
            bare = value[len(before) : len(value) - len(after)]
            self.names[bare] = secret
            self._values[secret] = bare

    def _value(self, secret: str, text: str) -> str:
        value = self._values.get(secret)
        if value is None:
            return secret
        return json.dumps(value, ensure_ascii=False)[1:-1] if text.lstrip().startswith(("{", "[")) else value


def _secrets_in(value: str) -> list[str]:
    return STANDS_FOR_A_SECRET.findall(value)


def _with_steps(session: Session, steps: Iterable[Step]) -> Session:
    return replace(session, steps=tuple(steps))
