"""The fake AWS as a test holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import boto3
import time_machine
from moto import mock_aws
from moto.moto_api._internal import mock_random

import tests.awsfake.answers  # noqa: F401  registers them
from tests.awsfake import faults
from tests.awsfake.calls import Call, CallLog
from tests.awsfake.clock import FakeClock
from tests.awsfake.connections import Connections
from tests.awsfake.errors import AwsError, NotFaked
from tests.awsfake.faults import Fault, Raises
from tests.awsfake.functions import Functions
from tests.awsfake.memory import Memory
from tests.awsfake.metrics import MetricStore
from tests.awsfake.paging import cut, pager
from tests.awsfake.request import AMENDS, ANSWERS, GUARDS, Answer, Request
from tests.awsfake.session import LOADER, FakeSession, forget_clients
from tests.awsfake.traffic import Traffic
from tests.awsfake.wire import wired

ACCOUNT = "123456789012"
REGION = "eu-central-1"

_MOTO = frozenset(
    [
        "lambda",
        "dynamodb",
        "logs",
        "cloudwatch",
        "iam",
        "route53",
        "events",
        "sqs",
        "sns",
        "scheduler",
        "stepfunctions",
        "cloudfront",
        "s3",
        "secretsmanager",
        "resourcegroupstaggingapi",
        "application-autoscaling",
    ]
)
Room = TypeVar("Room")


class FakeAws:
    """Any number of accounts and regions. State that moto can't hold is in rooms, one per account, region and kind."""

    def __init__(self, clock: FakeClock, regions: tuple[str, ...], page_size: int) -> None:
        self.clock = clock
        self.regions = regions
        self.page_size = page_size
        self.datapoints_page = 100_800
        self.loader = LOADER
        self.calls = CallLog()
        self.metrics = MetricStore(clock)
        self.faults: list[Fault] = []
        self.healed = False
        self.not_faked: list[NotFaked] = []
        self.before: list[Callable[[Request], None]] = []
        self.after: list[Callable[[Request, Answer], None]] = []
        self.aliases: dict[str, str] = {}
        self.memory = Memory()
        self.functions = Functions(self)
        self.connections = Connections()
        self._traffic: dict[tuple[str, str], Traffic] = {}
        self._rooms: dict[tuple[str, str, type], Any] = {}
        self._lock = threading.RLock()

    def session(self, account: str = ACCOUNT, region: str = REGION) -> boto3.Session:
        """A session of a role in the account; every region and service can be asked with it."""
        return FakeSession(account, region)

    def client(self, service: str, account: str = ACCOUNT, region: str = REGION) -> Any:
        """For tests themselves; what they ask is logged as all else."""
        return FakeSession(account, region).client(service)

    def traffic_of(self, account: str, region: str) -> Traffic:
        """Clients of the APIs there."""
        return self._traffic.setdefault((account, region), Traffic(self, account, region, self.connections))

    @property
    def traffic(self) -> Traffic:
        """Clients of the APIs of ACCOUNT in REGION."""
        return self.traffic_of(ACCOUNT, REGION)

    def room(self, kind: type[Room], account: str, region: str) -> Room:
        found = self._rooms.get((account, region, kind))
        if found is None:
            found = self._rooms[account, region, kind] = kind(self, account, region)  # type: ignore[call-arg]
        return found  # type: ignore[no-any-return]

    def rooms(self, kind: type[Room]) -> Iterator[Room]:
        """Of all accounts and regions."""
        return (room for (_, _, of), room in list(self._rooms.items()) if of is kind)

    def fail(self, pattern: str, raises: Raises, **how: Any) -> Fault:
        """`aws.fail("lambda:*", denied())`; see faults.Fault for `times`, `skip`, `since`, `account`, `region`, `when`."""
        fault = Fault(pattern, raises, **how)
        self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Nothing fails any more."""
        self.healed = True
        self.faults.clear()

    def account_of(self, access_key: str) -> str:
        digits = access_key[4:]
        return digits if digits.isdigit() and len(digits) == 12 else ACCOUNT

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """What is asked meanwhile is neither logged nor fails: an estate is built, a checker looks."""
        calls, failing, before, after = self.calls, self.faults, self.before, self.after
        self.calls, self.faults, self.before, self.after = CallLog(), [], [], []
        try:
            yield
        finally:
            self.calls, self.faults, self.before, self.after = calls, failing, before, after

    def answers_at_once(self, request: Request) -> bool:
        """Whether nothing can go wrong on the way, and moto need not be asked: botocore is left out then."""
        if any(fnmatchcase(request.name, fault.pattern) for fault in self.faults) or request.region not in self.regions:
            return False
        return request.reads and (request.name in ANSWERS or self.memory.knows(request))

    def answer(self, request: Request, moto: Callable[[], Answer]) -> Answer:
        """One request. One at a time, from whatever thread it comes."""
        with self._lock:
            call = Call(
                self.clock.now(),
                request.account,
                request.region,
                request.service,
                request.operation,
                request.parameters,
            )
            self.calls.add(call)
            try:
                return self._answer(request, moto)
            except BaseException as error:
                call.error = error.code if isinstance(error, AwsError) else type(error).__name__
                raise

    def _answer(self, request: Request, moto: Callable[[], Answer]) -> Answer:
        for hook in self.before:
            hook(request)
        if request.region not in self.regions and request.region != "aws-global":
            raise faults.unsupported_region()(request)
        struck = next((fault for fault in self.faults if fault.strikes(request)), None)
        if struck is not None and not struck.effect:
            raise struck.raises(request)
        for guard in GUARDS.get(request.name, ()):
            guard(request)
        answer = self._done(request, moto)
        for amend in AMENDS.get(request.name, ()):
            amend(request, answer)
        pages = pager(self.loader, request.service, request.operation)
        if pages is not None:
            answer = cut(request, pages, answer)
        for told in self.after:
            told(request, answer)
        if struck is not None:
            raise struck.raises(request)
        return answer

    def _done(self, request: Request, moto: Callable[[], Answer]) -> Answer:
        own = ANSWERS.get(request.name)
        if own is not None:
            return own(request) or {}
        if request.service not in _MOTO:
            raise self._unknown(NotFaked(request.service, request.operation))
        try:
            return self.memory.answer(request, moto)
        except NotImplementedError as error:
            raise self._unknown(NotFaked(request.service, request.operation, str(error))) from error

    def _unknown(self, error: NotFaked) -> NotFaked:
        self.not_faked.append(error)
        return error


@contextmanager
def fake_aws(
    *,
    now: datetime | None = None,
    regions: tuple[str, ...] = (REGION, "us-east-1", "eu-west-1", "ap-northeast-1", "us-west-2"),
    page_size: int = 2,
) -> Iterator[FakeAws]:
    """An empty AWS in this process. All other regions are such as the accounts have not enabled. The machine's own clock
    is the fake's meanwhile. At its end it raises NotFaked when something was asked that it had no answer for."""
    clock = FakeClock(now) if now else FakeClock()
    world = FakeAws(clock, regions, page_size)
    mock_random.seed(0)
    with ExitStack() as running:
        running.enter_context(mock_aws(config={"lambda": {"use_docker": False}}))
        machine = running.enter_context(time_machine.travel(clock.now(), tick=False))
        clock.moved.append(machine.move_to)
        running.enter_context(wired(world))
        yield world
        if any(fault.hit for fault in world.faults) or world.healed:
            forget_clients()
        if world.not_faked:
            raise world.not_faked[0]
