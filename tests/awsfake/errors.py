"""What AWS answers when it refuses, and what the fake says of itself."""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An answer of AWS that is an error. `fields`: what the error's shape has beside code and message."""

    def __init__(self, code: str, message: str, status: int = 400, **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


class NotFaked(Exception):
    """Raised when something is called that the fake does not know: it has no answer, and must not make one up."""

    def __init__(self, service: str, operation: str, why: str = "") -> None:
        super().__init__(f"the fake has no {service}:{operation}" + (f" ({why})" if why else ""))
        self.service = service
        self.operation = operation
