"""Tickets that any node takes.

What a ticket stands for, headers with which a client may speak for itself, is sealed with the ticket: whoever can read
Redis can't.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from shim.faces.options import FaceOptions
from shim.faces.ticket_store import Captured, Unused, Used, digest_of

if TYPE_CHECKING:
    from shim.streams.redis.tickets import RedisTickets  # which needs the package redis


class SharedTickets:
    """Implements `TicketStore`."""

    def __init__(self, options: FaceOptions, tickets: RedisTickets) -> None:
        self._options = options
        self._tickets = tickets

    async def issue(self, ticket: str, unused: Unused) -> bool:
        options = self._options
        return await self._tickets.issue(
            _name(ticket),
            b"u" + _sealed(ticket, json.dumps(asdict(unused)).encode()),
            unused.source_ip,
            most=options.tickets,
            most_own=options.tickets_of_one_address,
            seconds=options.ticket_s,
        )

    async def find(self, ticket: str) -> Unused | Used | None:
        value = await self._tickets.find(_name(ticket))
        if value is None:
            return None
        kind, text = value[:1], value[1:]
        if kind != b"u":
            return Used(**json.loads(text))
        known = json.loads(_sealed(ticket, text))
        headers, query = ([(name, word) for name, word in known["captured"][part]] for part in ("headers", "query"))
        return Unused(Captured(headers, query), known["origin"], known["source_ip"])

    async def spend(self, ticket: str, unused: Unused) -> bool:
        return await self._tickets.spend(_name(ticket), _used(Used(unused.origin)), unused.source_ip)

    async def opened(self, ticket: str, used: Used) -> None:
        await self._tickets.opened(_name(ticket), _used(used))


def _used(used: Used) -> bytes:
    return b"s" + json.dumps(asdict(used)).encode()


def _name(ticket: str) -> str:
    return digest_of(ticket).hex()


def _sealed(ticket: str, text: bytes) -> bytes:
    """Sealed, or unsealed: a ticket is 256 bits that come from chance and seal one text only, so what SHAKE256 makes of
    it is a pad that nobody else has. https://csrc.nist.gov/pubs/fips/202/final"""
    pad = hashlib.shake_256(b"what a ticket stands for\0" + ticket.encode("utf-8", "surrogatepass")).digest(len(text))
    return (int.from_bytes(text, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(text), "big")
