"""Values that say when: ISO 8601, HTTP dates, access-log dates, times of day, and seconds since 1970."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

WINDOW_S: Final = 60.0
"""How far two runs may be apart in 'value minus time of receipt'. Sessions take seconds, and what is shown in
one may have been stored early in it; a wrong time zone (15 minutes or more) or unit is far outside."""

ISO: Final = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
LOG: Final = r"\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}"
HTTP: Final = r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|[+-]\d{4})"
CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?[AaPp][Mm])?"

_FORMS: Final = {
    name: re.compile(form) for name, form in (("iso", ISO), ("log", LOG), ("http", HTTP), ("clock", CLOCK))
}
_EPOCHS: Final = ((1e9, 1.0, "s"), (1e12, 1e3, "ms"), (1e15, 1e6, "us"), (1e18, 1e9, "ns"))
"""From September 2001 until 2286 in each unit."""

_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Moment:
    """form: equal when two values are written alike. resolution: seconds that the form can't tell apart.

    period: seconds after which the form repeats; None for a form with a date.
    """

    form: str
    seconds: float
    resolution: float = 0.0
    period: float | None = None


def moment_of_number(value: float) -> Moment | None:
    """Seconds, milli-, micro- or nanoseconds since 1970, by magnitude."""
    if not is_moment(value):
        return None
    per_second, unit = next(epoch[1:] for epoch in _EPOCHS if value < epoch[0] * 10)
    # JSON has one kind of number: 1.0 is 1.
    digits = "int" if value == int(value) else "float"
    return Moment(f"{digits}:{unit}", value / per_second, 1.0 if unit == "s" else 0.0)


def is_moment(value: float) -> bool:
    """Whether `moment_of_number` finds one."""
    return 1e9 <= value < 1e19 and (value < 1e10 or 1e12 <= value < 1e13 or 1e15 <= value < 1e16 or value >= 1e18)


def moment_of_text(text: str) -> Moment | None:
    """None when the whole text is no moment in a known form."""
    if text.isascii() and text.isdigit():
        found = moment_of_number(int(text)) if len(text) < 20 else None
        return Moment(f"text:{found.form}", found.seconds, found.resolution) if found else None
    for name, form in _FORMS.items():
        if form.fullmatch(text):
            try:
                return _READERS[name](text)
            except (ValueError, OverflowError):
                return None
    return None


def close_in_time(left: Moment, left_at: float, right: Moment, right_at: float, window_s: float = WINDOW_S) -> bool:
    """Whether both are as far from the time at which they were received. `*_at`: seconds since 1970."""
    if left.form != right.form:
        return False
    apart = abs((left.seconds - left_at) - (right.seconds - right_at))
    if left.period:
        apart %= left.period
        apart = min(apart, left.period - apart)
    return apart <= window_s + left.resolution


def is_now(moment: Moment, at: float) -> bool:
    """Whether it is the time at which it was received."""
    return close_in_time(moment, at, Moment(moment.form, at, moment.resolution, moment.period), at)


def _iso(text: str) -> Moment:
    plain = text.replace(",", ".")
    if plain.endswith("Z"):
        plain = plain[:-1] + "+00:00"
    parsed = datetime.fromisoformat(plain)
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    resolution = _DAY if len(text) == 10 else (1.0 if text.count(":") > 1 else 60.0)
    return Moment(f"iso:{_picture(text)}", aware.timestamp(), resolution)


def _log(text: str) -> Moment:
    return Moment("log", datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z").timestamp(), 1.0)


def _http(text: str) -> Moment:
    return Moment("http", parsedate_to_datetime(text).timestamp(), 1.0)


def _clock(text: str) -> Moment:
    half = text[-2:].lower() if text[-1] in "mM" else ""
    hours, minutes, *seconds = text[: len(text) - len(half)].strip().split(":")
    hour = int(hours) % 12 + (12 if half == "pm" else 0) if half else int(hours)
    if hour > 23 or int(minutes) > 59:
        raise ValueError(text)
    value = hour * 3600 + int(minutes) * 60 + (float(seconds[0]) if seconds else 0.0)
    form = re.sub(r"^\d{1,2}", "0", text) if half else text
    return Moment(f"clock:{_picture(form)}", value, 1.0 if seconds else 60.0, _DAY)


def _picture(text: str) -> str:
    """The form that a moment is written in: its digits as zeros, a zone's offset and am or pm left as one."""
    return re.sub(r"[AaPp][Mm]$", "am", re.sub(r"[+-](?=\d{2}:?\d{2}$)", "+", re.sub(r"\d", "0", text)))


_READERS: Final = {"iso": _iso, "log": _log, "http": _http, "clock": _clock}
