"""The checker: it sees every change before it happens, and says which must not have been."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.awsfake import ACCOUNT, FakeAws
from tests.awsfake.estates import Chat
from tests.awsfake.request import Answer, Request
from tests.simulation.needs import needed_by, own_keys, taken_away
from tests.simulation.people import Deed
from tests.simulation.state import State, state_of

_FINAL = ("api:", "stage:", "function:", "table:", "stack:")
"""Kinds that can't be made again, so that they go only after the quiet period."""
_BEHIND_THE_DOOR = (*_FINAL, "mapping:", "record:")


class Watch:
    """`outside`: what others have, as people left it. `violations`: what must not have happened, in words."""

    def __init__(self, aws: FakeAws, chat: Chat, quiet: timedelta) -> None:
        self._aws, self._chat, self._quiet = aws, chat, quiet
        self.start: State = state_of(aws)
        self.own = own_keys(chat, self.start)
        self.outside: State = {key: value for key, value in self.start.items() if key not in self.own}
        self.hands_off: State = {}
        self.violations: list[str] = []
        self.signs: dict[str, list[datetime]] = {}
        self.planned_at: datetime | None = None
        self.closed_at: datetime | None = None
        aws.before.append(self._before)
        aws.after.append(self._after)

    def people_do(self, deed: Deed, rng: random.Random) -> str:
        """What they changed is theirs from then on."""
        with self._aws.quiet():
            before = state_of(self._aws)
            words = deed(self._chat, rng)
            after = state_of(self._aws)
        for key in before.keys() | after.keys():
            if before.get(key) == after.get(key):
                continue
            if key not in self.own:
                self.outside[key] = after[key]
            elif self.planned_at is not None:
                self.hands_off[key] = after[key]
            else:
                self.start[key] = after[key]
        if "tagged to be kept" in words:
            self.hands_off[f"api:{self._chat.api}"] = after[f"api:{self._chat.api}"]
        return words

    def sign_of_life(self, key: str) -> None:
        self.signs.setdefault(key, []).append(self._aws.clock.now())

    def check_deletion(self, keys: Iterable[str], who: str) -> None:
        """What is wrong with deleting them right now, together."""
        state, now = state_of(self._aws), self._aws.clock.now()
        going = set(keys) & state.keys()  # others AWS refuses, or it is so already
        for key in sorted(going):
            for why in self._objections(key, state, now, going):
                self.violations.append(f"{now:%Y-%m-%d %H:%M} {who}: {key} {why}")

    def _objections(self, key: str, state: State, now: datetime, going: set[str]) -> Iterable[str]:
        if key not in self.own:
            yield "is not the application's"
        if key in self.hands_off:
            yield "was changed by people after the plan was made"
        if needs := needed_by(key, state, set(self.outside)):
            yield f"is needed by {', '.join(needs)}"
        function = f"function:{key.removeprefix('logs:/aws/lambda/')}"
        if key.startswith("logs:") and function in state and function not in going:
            yield "goes before its function, which would make it again"
        seen_by = now - self._aws.metrics.lag - timedelta(seconds=90)
        if any(self.planned_at and self.planned_at <= at < seen_by for at in self.signs.get(key, ())):
            yield "has shown a sign of life since the plan was made"
        if not key.startswith(_BEHIND_THE_DOOR):
            return
        if self.closed_at is None:
            yield "goes while the door is open"
            return
        if key.startswith(_FINAL) and now - self.closed_at < self._quiet:
            yield f"goes {now - self.closed_at} after the door was closed, not {self._quiet}"
        knocks = [
            visit
            for visit in self._aws.traffic.visits
            if visit.door != "away" and self.closed_at + timedelta(minutes=1) <= visit.at < seen_by
        ]
        if knocks:
            yield f"goes although somebody knocked at {knocks[0].at:%Y-%m-%d %H:%M}"

    def _before(self, request: Request) -> None:
        if request.reads:
            return
        if request.account != ACCOUNT:
            self.violations.append(f"{request.name} in account {request.account}")
        self.check_deletion(taken_away(request, self._chat, state_of(self._aws)), request.name)

    def _after(self, request: Request, _answer: Answer) -> None:
        """Whether the door is open."""
        if request.reads:
            return
        if request.name.startswith("lambda:") and "Concurrency" in request.operation:
            closed = request.parameters.get("ReservedConcurrentExecutions") == 0
        elif request.name == "apigatewayv2:UpdateStage":
            settings = request.parameters.get("DefaultRouteSettings", {})
            closed = settings.get("ThrottlingRateLimit") == 0 or settings.get("ThrottlingBurstLimit") == 0
        else:
            return
        if not closed:
            self.closed_at = None
        elif self.closed_at is None:
            self.closed_at = self._aws.clock.now()
