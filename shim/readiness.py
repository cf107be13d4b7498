"""Whether clients should be sent here: what load balancers and orchestrators ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from shim.service import Service


class Readiness:
    """`unusable`: how many functions can't be imported. Anybody may ask, so nothing is told but states and numbers."""

    def __init__(self, service: Service, unusable: Callable[[], int]) -> None:
        self._service = service
        self._unusable = unusable
        self._leaving = False

    def leave(self) -> None:
        """Says `ending` from now on, though everybody is still served: whoever sends clients here has to notice."""
        self._leaving = True

    def answer(self) -> Response:
        """503 with `ending` when the process is told to end, before anything else; 503 with `away` while what keeps
        the connections has been away for too long. Else 200.

        `full` stays 200: nobody new is taken, but those who are connected come back here, and post here.
        """
        streams = self._service.streams
        if self._leaving or not self._service.accepting:
            return JSONResponse({"status": "ending"}, 503)
        if streams.is_away():
            return JSONResponse({"status": "away"}, 503)
        told: dict[str, Any] = {"status": "full" if streams.is_full() else "ready"}
        unusable = self._unusable()
        if unusable:
            told["unusable_functions"] = unusable
        return JSONResponse(told)
