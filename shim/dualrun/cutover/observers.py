"""Everything that observes a cut-over, put together: pairs, shadows, and the verdict that both feed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shim.backends.bridge import Bridge
from shim.dualrun.compare.noise_file import NO_FILE
from shim.dualrun.compare.noise_reading import read_noise_file
from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.guard import Guard
from shim.dualrun.cutover.matchers import SameText, typed
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.pairs import Pairs
from shim.dualrun.cutover.rates import is_failure
from shim.dualrun.cutover.shadows import Shadows
from shim.dualrun.cutover.tapped_streams import TappedStreams
from shim.dualrun.cutover.verdict import Verdict
from shim.dualrun.cutover.watching import Watch
from shim.gateway.definition import ApiDefinition
from shim.gateway.selection import select_route
from shim.service import Handshake


class Observers:
    """`shadow_bridge`: opens the connections of shadows. `clock`: seconds since the epoch. Raises NoiseFileInvalid."""

    def __init__(
        self,
        api: ApiDefinition,
        streams: TappedStreams,
        shadow_bridge: Bridge,
        control: Control,
        options: CutoverOptions,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._streams = streams
        self._control = control
        self._options = options
        self.verdict = Verdict(options.fall_back, clock=clock)
        tapped = Watch("tap", SameText, settle_s=options.settle_s, session_s=options.session_s, clock=clock)
        settle_s = options.settle_s + options.shadow_timeout_s  # an answer may take so long, and is then given up
        noise = (
            NO_FILE
            if options.noise is None
            else read_noise_file(options.noise).on(datetime.fromtimestamp(clock(), UTC).date())
        )
        shadowed = Watch(
            "shadow",
            typed(noise),
            settle_s=settle_s,
            session_s=options.session_s,
            waivers=noise.waivers,
            clock=clock,
        )
        self._shadowed = shadowed
        self.pairs = Pairs(streams, tapped, options.pairs)
        self.shadows = Shadows(shadow_bridge, shadowed, self.verdict.rates, options, over=self._look_away)
        self.guard = Guard(control, self.verdict, (tapped, shadowed), options)
        self._acting: Counter[str] = Counter()
        self._busy = 0

    def shadows_route(self, body: str) -> bool:
        """Whether a message is for a route that is shadowed."""
        routes = {*self._options.read_only_routes, *self._control.position.mutating_routes}
        if not routes:
            return False
        return select_route(self._api.selection_expression, body, {*self._api.routes, *routes}) in routes

    def shadow(self, connection_id: str, handshake: Handshake) -> None:
        """A client gets a shadow, unless there are as many as may be. What it was sent already is looked at too."""
        if not self.shadows.begin(connection_id, handshake):
            return

        def sent(text: str) -> None:
            self._shadowed.note(connection_id, "legacy", text, expected=self._is_alone(connection_id))

        self._streams.watch_sent(connection_id, sent)
        for event in self._streams.kept(connection_id):
            self._shadowed.note(connection_id, "legacy", event.message.data.decode("utf-8", "replace"), expected=False)

    def watch_new(self, connection_id: str) -> None:
        """Counts what the new service says that it failed at."""

        def sent(text: str) -> None:
            if is_failure(text):
                self.verdict.rates.add("new", "integration_error", 0.0)

        self._streams.watch_sent(connection_id, sent)

    def answered(self, connection_id: str, reply: str) -> None:
        """The answer that a client was given without its stream."""
        self._shadowed.note(connection_id, "legacy", reply)

    def begin_work(self, connection_id: str | None) -> None:
        """The old service is asked something; `connection_id` None: not by a client with a shadow."""
        self._busy += 1
        if connection_id is not None:
            self._acting[connection_id] += 1

    def end_work(self, connection_id: str | None) -> None:
        self._busy -= 1
        if connection_id is not None:
            self._acting[connection_id] -= 1
            if not self._acting[connection_id]:
                del self._acting[connection_id]

    def ended(self, connection_id: str, code: int, reason: str) -> None:
        """A connection ended."""
        self.pairs.ended(connection_id, code, reason)
        self.shadows.end(connection_id)
        self._look_away(connection_id)

    def to_record(self) -> dict[str, Any]:
        return {
            **self.verdict.to_record(),
            "pairs": len(self.pairs),
            "shadows": len(self.shadows),
            "shadow_problems": dict(self.shadows.problems),
        }

    def _look_away(self, connection_id: str) -> None:
        self._streams.watch_sent(connection_id, None)

    def _is_alone(self, connection_id: str) -> bool:
        """Whether all that the old service does now is for this client's shadowed actions: then they are what causes
        what the client is sent."""
        acting = self._acting.get(connection_id, 0)
        return acting > 0 and acting == self._busy
