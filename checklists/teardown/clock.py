"""Time, which is passed in: a teardown takes weeks, and its tests don't."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

LONGEST_NAP_S: Final = 60.0
"""A machine that slept, or whose clock was set, is noticed after so long."""


class Clock(Protocol):
    def now(self) -> datetime:
        """In UTC."""
        ...

    def wait_until(self, moment: datetime) -> None:
        """Returns at once when that is past."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        while (left := (moment - self.now()).total_seconds()) > 0:
            time.sleep(min(left, LONGEST_NAP_S))


def next_working_time(now: datetime, hours: str) -> datetime:
    """`now`, or when the next working hours begin. `hours`: '09:00-17:00' UTC, Monday to Friday; '' for any time. Hours
    that end before they begin go over midnight, and belong to the day on which they began."""
    if not hours:
        return now
    opens, _, closes = hours.partition("-")
    for day in range(-1, 9):
        begin = _at(now + timedelta(days=day), opens)
        end = _at(now + timedelta(days=day), closes)
        end = end if end > begin else end + timedelta(days=1)
        if begin.weekday() < 5 and now < end:
            return max(now, begin)
    raise AssertionError("a week has working days")


def _at(day: datetime, time_of_day: str) -> datetime:
    hour, minute = map(int, time_of_day.split(":"))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
