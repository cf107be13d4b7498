"""A large estate, surveyed in the tests' AWS: seconds and resident memory. `python -m bench.estate`"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from checklists.aws.access import AccountAccess
from checklists.aws.estate import Estate
from checklists.aws.survey import survey
from checklists.aws.types import API, FUNCTION
from tests.awsfake import FakeAws, fake_aws
from tests.awsfake.estates import big

REGIONS = ("eu-central-1", "us-east-1", "eu-west-1", "ap-northeast-1", "us-west-2")
MOST_SECONDS = 60.0
MOST_MEGABYTES = 300.0


@dataclass(frozen=True)
class Measured:
    """seconds: by the clock. processor_s: of this process. before_mb, peak_mb: resident memory of this process, which
    holds the AWS too, before the survey and at its most."""

    seconds: float
    processor_s: float
    before_mb: float
    peak_mb: float
    calls: int
    progress: int
    estate: Estate

    @property
    def good(self) -> bool:
        return self.seconds < MOST_SECONDS and self.peak_mb < MOST_MEGABYTES and not self.estate.gaps


def measure(aws: FakeAws) -> Measured:
    """Surveys all regions, with what CloudWatch counted."""
    counted = [0]
    aws.before.append(lambda _request: counted.__setitem__(0, counted[0] + 1))
    aws.calls.all = deque(maxlen=0)  # type: ignore[assignment]  # a log of all answers would be measured too
    told: list[int] = []

    def tell(phase: str, done: int, total: int) -> None:
        told.append(done)
        sys.stderr.write(f"\r{phase} {done}/{total}   ")

    before, began, processor = peak_mb(), time.perf_counter(), time.process_time()
    estate = survey(
        [AccountAccess(aws.session())], REGIONS, window=timedelta(days=30), now=aws.clock.now(), progress=tell
    )
    seconds, processor_s = time.perf_counter() - began, time.process_time() - processor
    sys.stderr.write("\n")
    return Measured(seconds, processor_s, before, peak_mb(), counted[0], len(told), estate)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apis", type=int, default=200, help="in each of five regions (200)")
    parser.add_argument("--functions", type=int, default=50, help="in each of five regions (50)")
    given = parser.parse_args()
    with fake_aws() as aws:
        big(aws, apis=given.apis, functions=given.functions, regions=REGIONS)
        found = measure(aws)
    estate = found.estate
    kinds = {kind: sum(1 for _ in estate.of_type(kind)) for kind in (API, FUNCTION)}
    whole = kinds == {API: given.apis * len(REGIONS), FUNCTION: given.functions * len(REGIONS)}
    print(f"{found.calls:,} calls, {len(estate.things):,} things, {len(estate.measurements):,} measurements")
    print(f"{found.seconds:.1f} s ({found.processor_s:.1f} s of processor time), {found.progress} steps told")
    print(f"{found.peak_mb:.0f} MB at most, {found.before_mb:.0f} MB of them before the survey")
    print(f"{len(estate.model_dump_json()) / 1e6:.1f} MB of JSON, {len(estate.gaps)} gaps")
    print("good" if whole and found.good else f"NOT good: under {MOST_SECONDS:.0f} s and {MOST_MEGABYTES:.0f} MB is")
    return 0 if whole and found.good else 1


if __name__ == "__main__":
    sys.exit(main())
