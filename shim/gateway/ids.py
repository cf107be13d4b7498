"""Ids of the form that API Gateway gives out."""

from __future__ import annotations

import base64
import secrets

ID_BYTES = 11
"""Random bytes of an id: 88 bits, too many to guess."""


def new_connection_id() -> str:
    """Of the same form as all others; apart, so that a dual run can give the same ones to both sides."""
    return new_id()


def new_id() -> str:
    """16 characters such as `BFaT_fALIAMCKug=`: never with a slash, always ending in `=`."""
    return id_of(secrets.token_bytes(ID_BYTES))


def id_of(drawn: bytes) -> str:
    """`drawn`: ID_BYTES of them."""
    return base64.urlsafe_b64encode(drawn).decode("ascii")
