"""One request to the fake, and where answers to requests are registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from tests.awsfake.world import FakeAws

Answer = dict[str, Any]

_READING = re.compile(
    r"[^:]+:(Get|List|Describe|BatchGet|Search|Lookup|Filter|Head|Query|Scan|Validate|Estimate|Detect)"
)


def reads(name: str) -> bool:
    """Whether an operation ('lambda:ListFunctions') changes nothing."""
    return name == "sts:AssumeRole" or bool(_READING.match(name))


@dataclass
class Request:
    """`parameters` are as the caller gave them to boto3. `shown` is the operation's model in botocore."""

    world: FakeAws
    account: str
    region: str
    service: str
    operation: str
    parameters: dict[str, Any]
    shown: OperationModel

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def reads(self) -> bool:
        return reads(self.name)


Answers = Callable[[Request], Answer | None]
Amends = Callable[[Request, Answer], None]

ANSWERS: dict[str, Answers] = {}
"""Operations that the fake answers itself; all others go to moto."""
GUARDS: dict[str, list[Answers]] = {}
"""What is looked at before moto does it: raises AwsError, or lets it pass."""
AMENDS: dict[str, list[Amends]] = {}
"""What is put right in moto's answer."""


def answers(*names: str) -> Callable[[Answers], Answers]:
    """`@answers("apigatewayv2:GetApis")`"""

    def register(function: Answers) -> Answers:
        for name in names:
            assert name not in ANSWERS, name
            ANSWERS[name] = function
        return function

    return register


def guards(*names: str) -> Callable[[Answers], Answers]:
    """Called before the operation is done, also before the fake's own answer."""

    def register(function: Answers) -> Answers:
        for name in names:
            GUARDS.setdefault(name, []).append(function)
        return function

    return register


def amends(*names: str) -> Callable[[Amends], Amends]:
    """Called with the answer, which it may change in place."""

    def register(function: Amends) -> Amends:
        for name in names:
            AMENDS.setdefault(name, []).append(function)
        return function

    return register
