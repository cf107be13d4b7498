"""What the console shows, as JSON: all of it bounded, none of it trusted."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from shim.faces.recent import Noted, Recent
from shim.observing import Connected, Disconnected, MessageHandled, Refused
from shim.service import Service
from shim.streams import Event, Snapshot

MOST_CONNECTIONS: Final = 100
MOST_HAPPENINGS: Final = 60
MOST_EVENTS: Final = 50
MOST_CHARACTERS: Final = 2_048
"""Of one text: a message that is longer is cut, and says so."""

Json = dict[str, Any]

Cutover = Callable[[], Json]
"""The stage of a cut-over and its running verdict: `stage`, `frozen`, `verdict`, `words`."""


class ConsoleFeed:
    """The service, as it is now. `backend`: what the page calls whoever stands behind it. `cutover` None: there is
    none."""

    def __init__(
        self,
        service: Service,
        recent: Recent,
        backend: str,
        *,
        cutover: Cutover | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._cutover = cutover
        self._service = service
        self._recent = recent
        self._backend = backend
        self._clock = clock

    async def state(self, find: str = "") -> Json:
        """Everything on the page. `find`: part of the ids or of the source addresses of connections to list."""
        recent, service = self._recent, self._service
        known = set(recent.connections)  # before the snapshots, so that who is accepted meanwhile stays known
        snapshots = await asyncio.to_thread(service.streams.snapshots)
        for gone in (known - {one.connection_id for one in snapshots}) & recent.connections.keys():
            del recent.connections[gone]  # its $disconnect is under way
        faces = Counter(one.face for one in recent.connections.values())
        found = [one for one in reversed(snapshots) if not find or self._is_found(one.connection_id, find)]
        return {
            "at": self._clock(),
            "api": service.api.name,
            "stage": service.api.stage,
            "backend": self._backend,
            "cutover": None if self._cutover is None else self._cutover(),
            "accepting": service.accepting,
            "running": service.messages_running,
            "totals": {
                "connected": recent.totals.connected,
                "refused": recent.totals.refused,
                "messages": recent.totals.messages,
                "failures": recent.totals.failures,
                "disconnected": recent.totals.disconnected,
                "pushes": service.pushes.sent,
                "pushesFailed": service.pushes.gone + service.pushes.too_large + service.pushes.slow,
                "pushesRefused": service.pushes.refused,
            },
            "open": {
                "all": len(snapshots),
                "sse": faces["sse"],
                "websocket": faces["websocket"],
                "detached": sum(not one.attached for one in snapshots),
                "keptBytes": sum(one.kept_bytes for one in snapshots),
            },
            "found": len(found),
            "connections": [self._listed(one) for one in found[:MOST_CONNECTIONS]],
            "routes": self._routes(),
            "happenings": [_happening(noted) for noted in _newest(recent.happenings, MOST_HAPPENINGS)],
            "failures": [_happening(noted) for noted in _newest(recent.failures, MOST_HAPPENINGS)],
        }

    async def connection(self, connection_id: str) -> Json:
        """One connection and its latest events. Raises Problem, or ConnectionGone."""
        words = await self._service.awaiting.get(connection_id)
        kept = await self._service.streams.awaiting.kept(connection_id)
        figures = self._recent.connections.get(connection_id)
        return {
            "id": connection_id,
            "face": None if figures is None else figures.face,
            "connectedAt": words["connectedAt"],
            "lastActiveAt": words["lastActiveAt"],
            "sourceIp": _cut(words["identity"]["sourceIp"]),
            "userAgent": _cut(words["identity"]["userAgent"]),
            "kept": len(kept),
            "events": [_event(event) for event in reversed(kept[-MOST_EVENTS:])],
            "messages": [_happening(noted) for noted in self._recent.messages_of(connection_id, MOST_EVENTS)],
        }

    def _is_found(self, connection_id: str, find: str) -> bool:
        figures = self._recent.connections.get(connection_id)
        return find in connection_id or (figures is not None and find in figures.source_ip)

    def _listed(self, snapshot: Snapshot) -> Json:
        figures = self._recent.connections.get(snapshot.connection_id)
        return {
            "id": snapshot.connection_id,
            "face": None if figures is None else figures.face,
            "sourceIp": "" if figures is None else _cut(figures.source_ip),
            "openedAt": snapshot.opened_at,
            "lastActiveAt": snapshot.last_active_at,
            "attached": snapshot.attached,
            "sent": snapshot.sent,
            "waitingBytes": snapshot.waiting_bytes,
            "received": 0 if figures is None else figures.messages,
            "failures": 0 if figures is None else figures.failures,
        }

    def _routes(self) -> list[Json]:
        rows = []
        for key, figures in self._recent.routes.items():
            p50, p95 = figures.quantiles_s(0.5, 0.95)
            rows.append(
                {
                    "key": _cut(key),
                    "calls": figures.calls,
                    "failures": figures.failures,
                    "lastAt": figures.last_at,
                    "p50": _ms(p50),
                    "p95": _ms(p95),
                }
            )
        return rows


def _newest(noted: Any, most: int) -> list[Noted]:  # noqa: ANN401 - a deque can't be sliced
    return [one for one, _ in zip(reversed(noted), range(most), strict=False)]


def _happening(noted: Noted) -> Json:
    told: Json = {"number": noted.number, "at": noted.at, "id": noted.happening.connection_id}
    match noted.happening:
        case Connected(_, face, source_ip, latency_s):
            return {**told, "kind": "connected", "face": face, "sourceIp": _cut(source_ip), "ms": _ms(latency_s)}
        case Refused(_, face, source_ip, status, message):
            why = {"status": status, "words": _cut(message)}
            return {**told, "kind": "refused", "face": face, "sourceIp": _cut(source_ip), **why}
        case MessageHandled(_, _, route_key, outcome, latency_s, body_bytes):
            route = None if route_key is None else _cut(route_key)
            figures = {"outcome": outcome, "ms": _ms(latency_s), "bytes": body_bytes}
            return {**told, "kind": "message", "route": route, **figures}
        case Disconnected(_, code, reason, failed):
            return {**told, "kind": "disconnected", "code": code, "words": _cut(reason), "failed": failed}


def _event(event: Event) -> Json:
    """Bytes that are no text are shown in hexadecimal."""
    payload = event.payload
    binary = isinstance(payload, bytes)
    text = payload[: MOST_CHARACTERS // 3].hex(" ") if isinstance(payload, bytes) else payload[:MOST_CHARACTERS]
    size = len(event.message.data)
    shown = MOST_CHARACTERS // 3 if binary else len(text.encode("utf-8", "replace"))
    return {"seq": event.seq, "at": event.at, "bytes": size, "text": text, "binary": binary, "cut": shown < size}


def _cut(text: str) -> str:
    return text if len(text) <= 256 else f"{text[:255]}…"


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
