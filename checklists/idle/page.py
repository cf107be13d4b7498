"""docs/reference/idle-proof.md, with the numbers that the proof goes by."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from checklists.aws.measured import CAPACITY_METRICS
from checklists.idle.look import DECLARED, METRICS
from checklists.idle.proof import FRESH
from checklists.idle.signs import CONNECTS, DRAIN, INVOCATIONS, KNOCKS, MESSAGES
from checklists.idle.window import CONNECTION_LIFE, LATE, RETENTION, SHORTEST, SKEW

_PAGE: Final = """\
# When an API is idle

<!-- Made by scripts/reference.py from the code; edit that, not this. -->

No WebSocket connection lives longer than {life} hours. Where none was opened for longer, none is open. Who may come
back is another question, so the window is at least {shortest} days, and at least as long as the business cycle
(`business_cycle_days` in `[checklist]`).

CloudWatch has no datapoint where nothing was counted. It has none either where a metric is never sent, where the wrong
account was asked, or where the datapoints are too old. So no data is not zero: something has to show that a sign of
life would have been seen.

## What is looked at

| sign of life | of | note |
|--|--|--|
| `{connects}` | each stage, and the API as a whole | counts what goes to the integration of \
`$connect`; without such a route it is never sent, and is not needed |
| `{messages}` | each stage, and the API as a whole | both directions |
| `{invocations}` | each function that only this API uses | with several stages it tells of the API as a whole |
| `{reads}`, `{writes}` | each table that only this API uses, and its indexes | \
`{drain}` is a drain and no use: TTL consumes no capacity |

The API as a whole is looked at too, since a stage that was deleted meanwhile is in that alone. A busy `dev` beside an
idle `prod` is an API that is not idle.

## What comes out

| answer | when |
|--|--|
| refutes | any sign of life within the window, whatever else is missing, in a survey that is not too old |
| error | a question was refused, throttled or not answered; \
clocks that can't be right, by more than {skew} minutes; counts that can't be |
| no data | one of the conditions below does not hold |
| supports | all of them hold, and nothing was counted |

Only *supports* is a yes. It takes that

1. the window is long enough, and the stage stood before it began;
2. {operations} were called there and answered whole;
3. each sign was measured over the whole window, which ends at most {late} hour before the survey;
4. datapoints of that period are still kept at that age: {retention};
5. the survey is not older than {fresh} hours;
6. there is a **positive control**: the stage, or the API as a whole, was counted before the window; or knocks are
   counted within it; or another stage, or another API of the same account and region, is. Without a `$connect` route,
   earlier invocations of the API's own functions will do.

Without a `$connect` route nothing counts a client that connects and only listens; the answer says so then.

## Who still comes

{knocks} are knocks on a closed door. They are counted, with the time of the last one, and are no sign of life.
The newest sign of life is told even where it lies before the window. `--access-log FILE` reads an access log of the API
that was exported, and tells who comes, most first; it is read as the JSON or the text of AWS's own examples.
"""


def idle_page() -> str:
    kept = [f"{_period(period)} {_days(age)}" for period, age in RETENTION]
    return _PAGE.format(
        life=_hours(CONNECTION_LIFE),
        shortest=SHORTEST.days,
        connects=CONNECTS,
        messages=MESSAGES,
        invocations=INVOCATIONS,
        reads=CAPACITY_METRICS[0],
        writes=CAPACITY_METRICS[1],
        drain=DRAIN,
        skew=int(SKEW / timedelta(minutes=1)),
        operations=", ".join(f"`{name}`" for name in sorted(METRICS | DECLARED)),
        late=_hours(LATE),
        retention=", ".join(kept),
        fresh=_hours(FRESH),
        knocks=", ".join(f"`{name}`" for name in KNOCKS),
    )


def _hours(span: timedelta) -> int:
    return int(span / timedelta(hours=1))


def _days(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{_hours(span)} hours"


def _period(seconds: int) -> str:
    return f"from {seconds:,} s on" if seconds else "shorter ones"
