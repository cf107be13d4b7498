"""What goes wrong, from the seed: in the calls, with the credentials, with clients, and by what people do meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from checklists.teardown.execute.ending import Ending
from checklists.teardown.settings import TeardownSettings
from tests.awsfake import (
    ACCOUNT,
    FakeAws,
    answer_lost,
    denied,
    expired,
    server_error,
    throttled,
    unreachable,
)
from tests.awsfake.estates import Chat
from tests.awsfake.request import Answer, Request
from tests.simulation.people import DEEDS
from tests.simulation.watch import Watch

_WRITES = (
    "apigatewayv2:Delete*",
    "apigatewayv2:Update*",
    "lambda:DeleteFunction",
    "lambda:*Concurrency",
    "cloudwatch:D*Alarm*",
    "dynamodb:CreateBackup",
    "dynamodb:DeleteTable",
    "iam:Delete*",
    "route53:Change*",
    "logs:Put*",
    "cloudformation:DeleteStack",
)
_READS = ("lambda:List*", "apigatewayv2:Get*", "cloudwatch:GetMetricData", "iam:Get*", "events:List*", "dynamodb:List*")
_KINDS = (
    "call fails",
    "death",
    "knock in a brownout",
    "knock in the quiet period",
    "people",
    "credentials expire",
    "throttled",
    "answer lost",
    "read denied",
    "unreachable",
    "sign of life",
    "late knock",
)


def settings_of(rng: random.Random) -> TeardownSettings:
    return TeardownSettings(
        accounts=(ACCOUNT,),
        brownouts_minutes=rng.choice([(1, 10), (1, 10, 60), (5,), (1,)]),
        lever=rng.choice(["auto", "concurrency", "throttle"]),
        working_hours=rng.choice(["09:00-17:00", ""]),
        poll_s=rng.choice([30, 60, 120]),
        quiet_days=rng.choice([7, 14]),
        business_cycle_days=14,
        delete_logs=rng.random() < 0.5,
        max_deletions=rng.choice([5, 50]),
    )


class Troubles:
    """`names`: of what this world suffers from. `account`, `typed`: what apply is called with."""

    def __init__(self, aws: FakeAws, chat: Chat, rng: random.Random, watch: Watch, tell: Callable[[str], None]) -> None:
        self._aws, self._chat, self._rng, self._watch, self._tell = aws, chat, rng, watch, tell
        self.account, self.typed = ACCOUNT, "example"
        kinds = rng.sample(_KINDS, rng.choice([0, 1, 1, 2, 2, 3]))
        if rng.random() < 0.08:
            kinds = [rng.choice(["another account", "plan too old", "not typed"])]
        self.names = tuple(kinds)
        self.deaths = sorted(rng.randint(1, 500) for _ in range(rng.choice([1, 2, 4]))) if "death" in kinds else []
        aws.metrics.lag = timedelta(seconds=rng.choice([0, 60, 150]))
        self._writes = 0
        self._deeds: dict[int, list[str]] = {}
        self._due: list[str] = []
        self._closings = 0
        self._knock_in = rng.randint(1, 3) if "knock in a brownout" in kinds else 0

    def begin(self) -> None:
        """Right after the plan was made."""
        rng, aws = self._rng, self._aws
        aws.before.append(self._before)
        aws.after.append(self._after)
        for kind in self.names:
            match kind:
                case "call fails":
                    aws.fail(
                        rng.choice(_WRITES), server_error(), times=rng.choice([1, 3, None]), skip=rng.randint(0, 3)
                    )
                case "throttled":
                    aws.fail(
                        rng.choice((*_WRITES, *_READS)),
                        throttled(),
                        times=rng.choice([1, 3, 40]),
                        skip=rng.randint(0, 9),
                    )
                case "answer lost":
                    aws.fail(rng.choice(_WRITES), answer_lost(), times=rng.choice([1, 2]), skip=rng.randint(0, 4))
                case "unreachable":
                    aws.fail(
                        rng.choice((*_WRITES, *_READS)),
                        unreachable(),
                        times=rng.choice([1, 5, 20]),
                        skip=rng.randint(0, 20),
                    )
                case "read denied":
                    aws.fail(rng.choice(_READS), denied(), times=rng.choice([1, 5]), skip=rng.randint(0, 30))
                case "credentials expire":
                    when = aws.clock.now() + self._some_time()
                    aws.fail("*", expired(), since=when)
                case "people":
                    for _ in range(rng.choice([1, 1, 2])):
                        self._plan_deed(rng.choice(sorted(DEEDS)))
                case "knock in the quiet period":
                    aws.clock.at(aws.clock.now() + timedelta(days=rng.uniform(1, 14)), self._visit)
                case "late knock":
                    aws.clock.at(aws.clock.now() + timedelta(days=rng.uniform(13, 40)), self._visit)
                case "sign of life":
                    aws.clock.at(aws.clock.now() + self._some_time(), self._live)
                case "another account":
                    self.account = "210987654321"
                case "not typed":
                    self.typed = "exampel"
                case "plan too old":
                    aws.clock.advance(minutes=61)
                case _:
                    pass

    def goes_on(self, ending: Ending, tries: int) -> bool:
        """Whether people try again, after what they could put right."""
        if ending.kind == "failed" and tries <= 4:
            self._aws.clock.advance(minutes=self._rng.choice([1, 30, 600]))
            if "expired" in " ".join(ending.words) or tries >= 3:
                self.end()
            return True
        return tries <= 2 and self._rng.random() < 0.3

    def end(self) -> None:
        """Credentials are renewed, and AWS is well again."""
        self._tell("what failed is put right")
        self._aws.heal()

    def _some_time(self) -> timedelta:
        rng = self._rng
        return rng.choice([timedelta(minutes=rng.uniform(0, 90)), timedelta(days=rng.uniform(0, 16))])

    def _plan_deed(self, name: str) -> None:
        if self._rng.random() < 0.5:
            when = self._aws.clock.now() + self._some_time()
            self._aws.clock.at(when, lambda: self._do(name))
        else:
            self._deeds.setdefault(self._rng.randint(0, 30), []).append(name)

    def _do(self, name: str) -> None:
        words = self._watch.people_do(DEEDS[name], self._rng)
        if words:
            self._tell(f"people: {words}")

    def _visit(self) -> None:
        visit = self._aws.traffic.visit(self._chat.api, self._chat.stage, domain=self._chat.domain)
        self._tell(f"somebody came: {visit.door}")

    def _live(self) -> None:
        """A function is invoked by somebody that nothing tells of."""
        name = self._chat.functions[self._rng.choice(["chat", "ping", "fallback"])]
        if self._aws.functions.invoke(self._chat.builder.account, self._chat.builder.region, name) == "ran":
            self._watch.sign_of_life(f"function:{name}")
            self._tell(f"{name} was invoked by somebody")

    def _before(self, request: Request) -> None:
        """People act between steps: at the first look after a change, which sees what they did."""
        if request.reads and self._due:
            due, self._due = self._due, []
            for name in due:
                self._do(name)

    def _after(self, request: Request, _answer: Answer) -> None:
        if request.reads:
            return
        self._due += self._deeds.pop(self._writes, [])
        self._writes += 1
        concurrency = request.name == "lambda:PutFunctionConcurrency"
        settings = request.parameters.get("DefaultRouteSettings", {})
        if (concurrency and request.parameters["ReservedConcurrentExecutions"] == 0) or (
            settings.get("ThrottlingRateLimit") == 0
        ):
            self._closings += 1
            if self._closings == self._knock_in:
                soon = self._aws.clock.now() + timedelta(seconds=self._rng.uniform(1, 58))
                self._aws.clock.at(soon, self._visit)
