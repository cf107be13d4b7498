"""Ids of the form that API Gateway gives out."""

from __future__ import annotations

import base64
import secrets


def new_id() -> str:
    """Eleven random bytes as 16 characters, such as `BFaT_fALIAMCKug=`: never with a slash, always ending in `=`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode("ascii")
