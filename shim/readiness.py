"""Whether clients should be sent here: what load balancers and orchestrators ask.

Of `streams` alone: a migrated application carries this module as its own code.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import JSONResponse, Response

from shim.streams import Streams


class Readiness:
    """`accepting`: whether anybody is still taken. `numbers`: what else is told, where it is not 0. Anybody may ask, so
    nothing is told but states and numbers."""

    def __init__(
        self,
        streams: Streams,
        numbers: Callable[[], dict[str, int]],
        accepting: Callable[[], bool] = lambda: True,
    ) -> None:
        self._streams = streams
        self._numbers = numbers
        self._accepting = accepting
        self._leaving = False

    def leave(self) -> None:
        """Says `ending` from now on, though everybody is still served: whoever sends clients here has to notice."""
        self._leaving = True

    def answer(self) -> Response:
        """503 with `ending` when the process is told to end, before anything else; 503 with `away` while what keeps
        the connections has been away for too long. Else 200.

        `full` stays 200: nobody new is taken, but those who are connected come back here, and post here.
        """
        if self._leaving or not self._accepting():
            return JSONResponse({"status": "ending"}, 503)
        if self._streams.is_away():
            return JSONResponse({"status": "away"}, 503)
        status = "full" if self._streams.is_full() else "ready"
        return JSONResponse({"status": status, **{name: count for name, count in self._numbers().items() if count}})
