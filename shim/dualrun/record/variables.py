"""`${NAME}` in what people write takes a variable of the environment, so that no secret stands in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class VariableMissing(Exception):
    """Raised when the environment has not what a text asks for."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return f"the environment has no variable {self.name}"


def with_variables(text: str, environment: Mapping[str, str]) -> str:
    """Raises VariableMissing."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise VariableMissing(found[1])
        return environment[found[1]]

    return _VARIABLE.sub(value, text)
