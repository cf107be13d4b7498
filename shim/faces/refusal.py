"""Why a request of a client is not served."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse


class Refusal(Exception):
    """Raised where a request is turned down; becomes `{"message": …}` with this status and these headers."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(status, message)

    def __str__(self) -> str:
        return self.message

    def response(self) -> JSONResponse:
        return JSONResponse({"message": self.message}, self.status, self.headers)
