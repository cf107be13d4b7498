"""An AWS in this process, for tests: moto, and what moto lacks or does otherwise than AWS.

    from tests.awsfake import fake_aws, throttled
    from tests.awsfake.estates import chat, shared

    with fake_aws() as aws:
        app = chat(aws)                                     # the example application, deployed
        aws.traffic.visit(app.api, "dev", times=20)         # 20 clients come and go
        aws.clock.advance(days=3)
        session = aws.session()                             # a boto3.Session, for the code under test
        aws.fail("lambda:ListFunctions", throttled(), times=2)
        ...
        assert not aws.calls.writes()

`aws.session(account, region)` knows any account of twelve digits; AssumeRole leads to that of the role. Regions other than
those given to `fake_aws(regions=…)` are such as nobody enabled. Lists come in pages of 2 (`aws.page_size`).

`aws.clock` stands still (2 March 2026, 9:00) unless told: `advance(days=1)`, `wait_until(moment)`; it has the `now()` and
`wait_until()` of the product's clocks. The machine's own clock is the same meanwhile. Waiting of botocore (retries, waiters)
moves it and takes no time.

`aws.traffic` are the clients of the account's APIs (`aws.traffic_of(account, region)` elsewhere): `visit` for many that
come and go, `connect` for one that stays. `Visit.door` says how it went. `aws.metrics.emit` adds what else was measured.

`aws.fail(pattern, what, times=, skip=, since=, account=, region=, when=)`, until `aws.heal()`: denied, throttled, expired,
unsupported_region, clock_skewed, signature_expired, server_error, unreachable, answer_lost (it was done all the same),
dies (the process ends there), refused(code, message). `aws.before` and `aws.after` take functions that see each request.

`aws.calls`: everything that was asked, `of("lambda:*")`, `writes()`. `with aws.quiet():` logs nothing and fails nothing.

What the fake has no answer for raises NotFaked, there and again at the end of the `with`, so that no test passes because
something caught it. Each rule that it keeps has a test in test_contract_*.py, which says where the rule comes from.
"""

from tests.awsfake.clock import FakeClock
from tests.awsfake.errors import AwsError, NotFaked
from tests.awsfake.faults import (
    ProcessDied,
    answer_lost,
    clock_skewed,
    denied,
    dies,
    expired,
    refused,
    server_error,
    signature_expired,
    throttled,
    unreachable,
    unsupported_region,
)
from tests.awsfake.world import ACCOUNT, REGION, FakeAws, fake_aws

__all__ = [
    "ACCOUNT",
    "REGION",
    "AwsError",
    "FakeAws",
    "FakeClock",
    "NotFaked",
    "ProcessDied",
    "answer_lost",
    "clock_skewed",
    "denied",
    "dies",
    "expired",
    "fake_aws",
    "refused",
    "server_error",
    "signature_expired",
    "throttled",
    "unreachable",
    "unsupported_region",
]
