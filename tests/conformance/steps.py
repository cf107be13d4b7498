"""What a step of a case may do. `on` is the connection, by default `a`; `${a}` is its id once it was identified.

connect   {as, query, headers, subprotocols, user_agent, compression, path, watched, identify} and what is expected:
          status (101), subprotocol, body, response_headers. `watched`: its events go to `observed`
send      {text | json | binary | parts | repeat: [text, times]}
receive   a matcher for the next frame; `quietly`: true ignores what it says
receive_all   {frames: [matchers]}, in any order
silence   nothing has arrived that was not received: the next frame is the answer to a message sent now
observed  {kind: CONNECT | MESSAGE | DISCONNECT | AUTHORIZER, pushed} and a matcher for the event
unobserved  {kind}: no such event has come before the observer answers a message sent now
close     {code, reason, cut: true}; code null sends none
closed    {code, reason}: the other side closes; without a code any will do
ping      a pong comes
call      @connections: {method, to | id, data, data_hex, stage, path, headers, wrongly} -> {status, error_type, body,
          header}; `wrongly`: see `signing.py`
request   any other: {method, path, headers, body} -> the same
sdk       boto3: {do, to | id, data, times, secret, endpoint_path} -> {raises, status, returns}, or
          {refused: status} for any ClientError
remember  {as, path}: a member of the last frame, for `${…}`
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from websockets.exceptions import InvalidHandshake, InvalidStatus

from tests.conformance.calls import Response
from tests.conformance.connection import Connection
from tests.conformance.matching import MISSING, Different, check, check_value, find
from tests.conformance.model import Api, CaseInvalid
from tests.conformance.requests import call_connections, call_sdk, check_response, send_request
from tests.conformance.targets.target import Endpoint

_VARIABLE = re.compile(r"\$\{([a-z_]+)\}")
_OBSERVER = "observer"
Said = Mapping[str, Any]


class Steps:
    """Runs the steps of one case. To be closed."""

    def __init__(self, api: Api, endpoint: Endpoint, wait_s: float) -> None:
        self._api, self._endpoint, self._wait_s = api, endpoint, wait_s
        self._connections: dict[str, Connection] = {}
        self._variables: dict[str, str] = {"stage": endpoint.parts.path.rpartition("/")[2]}
        self._frame: str | bytes = ""
        self._fences = 0

    def run(self, step: Said) -> None:
        """Raises Different, or CaseInvalid for a verb that is none."""
        ((verb, said),) = step.items()
        method: Callable[[Any], None] | None = getattr(self, f"_{verb}", None)
        if method is None or verb not in VERBS:
            raise CaseInvalid(self._api.name, f"{verb} is no verb")
        method(self._filled(said) if isinstance(said, Mapping) else {"on": said})

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _connect(self, said: Said) -> None:
        headers = [*said["headers"].items()] if isinstance(said.get("headers"), Mapping) else []
        headers += [tuple(pair) for pair in said.get("headers", ()) if not isinstance(said["headers"], Mapping)]
        if said.get("watched"):
            headers.append(("X-Observer", self._watch()))
        if self._api.authorizer and self._api.identity_sources and said.get("as") == _OBSERVER:
            headers.append(("Auth", "allow"))
        address = self._endpoint.websocket + said.get("path", "")
        address += f"?{said['query']}" if "query" in said else ""
        wanted = said.get("status", 101)
        try:
            connection = Connection(
                address,
                headers,
                wait_s=self._wait_s,
                subprotocols=said.get("subprotocols"),
                user_agent=said.get("user_agent"),
                compression="deflate" if said.get("compression") else None,
            )
        except InvalidStatus as refused:
            answer = refused.response
            told = {name.lower(): value for name, value in answer.headers.raw_items()}
            check_response(
                Response(answer.status_code, told, (answer.body or b"").decode("utf-8", "replace")),
                {"status": wanted, "body": said.get("body"), "header": said.get("response_headers")},
            )
            return
        except (InvalidHandshake, OSError, EOFError) as error:
            raise Different(f"the handshake failed: {error}") from error
        self._connections[said.get("as", "a")] = connection
        if wanted != 101:
            raise Different(f"expected the handshake to be refused with {wanted}, and it was accepted")
        if "subprotocol" in said and connection.subprotocol != said["subprotocol"]:
            raise Different(f"expected the subprotocol {said['subprotocol']}, got {connection.subprotocol}")
        if said.get("identify"):
            self._identify(said.get("as", "a"))

    def _send(self, said: Said) -> None:
        message: Any
        if "binary" in said:
            message = bytes.fromhex(said["binary"])
        elif "parts" in said:
            message = [part.replace("<32k>", "x" * 32_768) for part in said["parts"]]
        elif "repeat" in said:
            message = said["repeat"][0] * said["repeat"][1]
        elif "json" in said:
            message = json.dumps(said["json"], ensure_ascii=False)
        else:
            message = said["text"]
        self._on(said).send(message)

    def _receive(self, said: Said) -> None:
        self._frame = self._on(said).receive()
        check(said, self._frame)

    def _receive_all(self, said: Said) -> None:
        waiting = list(said["frames"])
        while waiting:
            self._frame = self._on(said).receive()
            for matcher in waiting:
                try:
                    check(matcher, self._frame)
                except Different:
                    continue
                waiting.remove(matcher)
                break
            else:
                raise Different(f"none of the expected frames is {self._frame[:200]!r}")

    def _silence(self, said: Said) -> None:
        connection, nonce = self._on(said), self._ask(self._on(said))
        frame = connection.receive()
        try:
            answer = json.loads(frame)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or answer.get("nonce") != nonce:
            raise Different(f"nothing was expected, and a frame arrived: {frame[:200]!r}")

    def _observed(self, said: Said) -> None:
        told = self._next_event(said["kind"])
        check_value(said, told["event"])
        if "pushed" in said and told.get("pushed") != said["pushed"]:
            raise Different(f"expected that a push was answered with {said['pushed']}, got {told.get('pushed')}")

    def _unobserved(self, said: Said) -> None:
        observer = self._connections[_OBSERVER]
        nonce = self._ask(observer)
        while True:
            told = observer.receive_json()
            if not isinstance(told, dict) or told.get("nonce") == nonce:
                return
            if told.get("kind") == said["kind"]:
                raise Different(f"a {said['kind']} event came that should not have")

    def _close(self, said: Said) -> None:
        if said.get("cut"):
            self._on(said).cut()
        else:
            self._on(said).close(said.get("code", 1000), said.get("reason", ""))

    def _closed(self, said: Said) -> None:
        code, reason = self._on(said).closed_with()
        if code != said.get("code", code):
            raise Different(f"expected the close code {said['code']}, got {code}")
        if "reason" in said and reason != said["reason"]:
            raise Different(f"expected the close reason {said['reason']!r}, got {reason!r}")

    def _ping(self, said: Said) -> None:
        self._on(said).ping(said.get("data", ""))

    def _call(self, said: Said) -> None:
        call_connections(self._endpoint, said, self._id(said) if "path" not in said else "", self._wait_s)

    def _request(self, said: Said) -> None:
        send_request(self._endpoint, said, self._wait_s)

    def _sdk(self, said: Said) -> None:
        call_sdk(self._endpoint, said, self._id(said), self._wait_s)

    def _remember(self, said: Said) -> None:
        value = find(json.loads(self._frame), said["path"])
        if value is MISSING:
            raise Different(f"there is no {said['path']} in {self._frame[:200]!r}")
        self._variables[said["as"]] = str(value)

    def _watch(self) -> str:
        """The id of the connection that watches."""
        if _OBSERVER not in self._connections:
            self._connect({"as": _OBSERVER})
            self._identify(_OBSERVER)
        return self._variables[_OBSERVER]

    def _identify(self, name: str) -> None:
        connection = self._connections[name]
        nonce = self._ask(connection)
        answer = connection.receive_json()
        if not isinstance(answer, dict) or answer.get("nonce") != nonce:
            raise Different(f"the message whoami was answered with {str(answer)[:200]}")
        self._variables[name] = str(answer["connectionId"])
        self._variables[f"{name}_encoded"] = quote(self._variables[name], safe="")

    def _ask(self, connection: Connection) -> str:
        """The nonce with which the answer to whoami will come."""
        self._fences += 1
        nonce = f"fence {self._fences}"
        connection.send(self._api.whoami.replace("${nonce}", nonce))
        return nonce

    def _next_event(self, kind: str) -> dict[str, Any]:
        while True:
            told = self._connections[_OBSERVER].receive_json()
            if isinstance(told, dict) and told.get("kind") == kind:
                return told

    def _id(self, said: Said) -> str:
        return str(said["id"]) if "id" in said else self._variables[said.get("to", "a")]

    def _on(self, said: Said) -> Connection:
        return self._connections[said.get("on", "a")]

    def _filled(self, said: Any) -> Any:
        """With `${…}` replaced, at every depth."""
        if isinstance(said, str):
            return _VARIABLE.sub(lambda found: self._variables.get(found[1], found[0]), said)
        if isinstance(said, Mapping):
            return {key: self._filled(value) for key, value in said.items()}
        return [self._filled(value) for value in said] if isinstance(said, list) else said


VERBS = frozenset(
    [
        "connect",
        "send",
        "receive",
        "receive_all",
        "silence",
        "observed",
        "unobserved",
        "close",
        "closed",
        "ping",
        "call",
        "request",
        "sdk",
        "remember",
    ]
)
