"""What pydantic finds wrong with a value, in words."""

from __future__ import annotations

from pydantic import ValidationError


def first_problem(error: ValidationError, whole: str = "") -> str:
    """The first problem, as 'place: what is wrong'; of the value as a whole what is wrong alone, or after `whole`.
    The value itself is not told: it may be a secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or whole
    return f"{where}: {first['msg']}" if where else first["msg"]
