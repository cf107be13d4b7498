"""The operator interface of a cut-over: what holds, what was changed, and changes, as JSON over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.errors import ChangeRefused, JournalBroken, JournalUnwritable
from shim.dualrun.cutover.journal import Entry, read_journal
from shim.dualrun.cutover.operator_calls import ACTION_HEADER, PATH
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.position import PositionInvalid
from shim.faces.console_access import check_action_header, check_no_other_site
from shim.faces.operators import TokenGate, who_asks
from shim.faces.posted import bounded_body
from shim.faces.refusal import Refusal

LOCAL: Final = "local"
"""Who somebody on this machine is while there are no operators with names."""

BODY_BYTES: Final = 1_048_576
BODY_S: Final = 10.0
MOST_ENTRIES: Final = 1_000

Handler = Callable[[Request], Awaitable[Response]]
Status = Callable[[], dict[str, Any]]


class OperatorFace:
    """The endpoints, each a function of the request. `status`: what holds now."""

    def __init__(self, control: Control, options: CutoverOptions, status: Status) -> None:
        self._control = control
        self._options = options
        self._status = status
        self._gate = TokenGate(options.operators) if options.operators else None

    def router(self) -> APIRouter:
        """GET and POST on `/-/cutover`, and GET on `/-/cutover/history`."""
        router = APIRouter()
        for path, method, handler in (
            ("", "GET", self.status),
            ("", "POST", self.change),
            ("/history", "GET", self.history),
        ):
            router.add_route(f"{PATH}{path}", _guarded(handler), methods=[method], include_in_schema=False)
        return router

    async def status(self, request: Request) -> Response:
        self._operator(request)
        return JSONResponse(self._status())

    async def history(self, request: Request) -> Response:
        """`?last=50`: so many entries at most, oldest first, read from the disk and checked."""
        self._operator(request)
        last = request.query_params.get("last", "50")
        if not last.isascii() or not last.isdigit() or not 0 < int(last[:9]) <= MOST_ENTRIES:
            raise Refusal(400, f"last is a number from 1 to {MOST_ENTRIES}")
        try:
            entries = await asyncio.to_thread(read_journal, self._options.journal)
        except OSError as error:
            raise Refusal(500, f"the journal can't be read ({error.strerror or error})") from error
        return JSONResponse({"total": len(entries), "entries": [shown_entry(one) for one in entries[-int(last) :]]})

    async def change(self, request: Request) -> Response:
        """`{"changes": {"stage": "tap"}, "why": "…", "seen": 4, "force": false}`"""
        operator = self._operator(request)
        check_action_header(request, ACTION_HEADER)
        words = _words(await bounded_body(request, BODY_BYTES, BODY_S))
        entry = await self._control.change(
            words["changes"], by=operator, why=words["why"], seen=words["seen"], force=words["force"]
        )
        return JSONResponse(shown_entry(entry))

    def _operator(self, request: Request) -> str:
        """Who asks. Raises Refusal."""
        check_no_other_site(request)
        return who_asks(request, self._gate, local=self._options.local) or LOCAL


def shown_entry(entry: Entry) -> dict[str, Any]:
    """As in the journal, but without its salt."""
    record = entry.to_record()
    record.pop("salt", None)
    return {**record, "digest": entry.digest}


def _guarded(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            response = await handler(request)
        except Refusal as refusal:
            response = refusal.response()
        except PositionInvalid as invalid:
            response = JSONResponse({"message": f"Nothing was changed: {invalid}."}, 400)
        except ChangeRefused as refused:
            response = JSONResponse({"message": str(refused), "number": refused.number}, 409)
        except JournalUnwritable as unwritable:
            response = JSONResponse({"message": str(unwritable)}, 507)
        except JournalBroken as broken:
            response = JSONResponse({"message": str(broken)}, 500)
        except ClientDisconnect:
            response = Response(status_code=400)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return answer


def _words(body: bytes) -> dict[str, Any]:
    """Raises Refusal."""
    try:
        words = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "the body must be JSON") from error
    given = {"changes": None, "why": None, "seen": None, "force": False}
    if not isinstance(words, dict) or set(words) - set(given):
        raise Refusal(400, f"the body must be a JSON object with {', '.join(given)}")
    given |= words
    if not isinstance(given["changes"], dict) or not isinstance(given["why"], str):
        raise Refusal(400, "changes must be an object, and why a text")
    if not isinstance(given["seen"], int | None) or isinstance(given["seen"], bool):
        raise Refusal(400, "seen must be a number, or be left out")
    if not isinstance(given["force"], bool):
        raise Refusal(400, "force must be true or false")
    return given
