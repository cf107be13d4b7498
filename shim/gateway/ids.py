"""Ids of the form that API Gateway gives out."""

from __future__ import annotations

import base64
import secrets

ID_BYTES = 11
"""Random bytes of an id: 88 bits, too many to guess."""


def new_id() -> str:
    """16 characters such as `BFaT_fALIAMCKug=`: never with a slash, always ending in `=`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(ID_BYTES)).decode("ascii")
