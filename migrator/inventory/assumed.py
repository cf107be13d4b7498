"""What a run on this machine takes for granted where nothing declares it. Never used against real AWS."""

from __future__ import annotations

import re
from typing import Final

ACCOUNT: Final = "123456789012"
"""The account of AWS's own examples, and of moto."""


def assumed_name(variable: str) -> str:
    """The name of a resource whose variable has no known value: 'CONNECTIONS_TABLE' -> 'connections-table'."""
    name = "-".join(re.findall(r"[a-z0-9]+", variable.lower()))[:200]
    return name if len(name) >= 3 else f"{name}-name".lstrip("-")


def plain_id(logical_id: str) -> str:
    """An id as AWS makes them, lower-case letters and digits, for a resource that gets one when it is deployed."""
    return "".join(character for character in logical_id.lower() if character.isalnum())
