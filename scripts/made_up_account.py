"""An AWS account that is made up, with examples/chat in it, whose last client left six weeks ago: its survey as a file.

Usage: python scripts/made_up_account.py FILE
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checklists.aws.access import AccountAccess
from checklists.aws.survey import survey
from migrator.writing import write_file
from tests.awsfake import REGION, fake_aws
from tests.awsfake.estates import chat, shared

WINDOW = timedelta(days=31)


def main() -> None:
    now = datetime.now(UTC)
    with fake_aws(now=now - timedelta(days=120), page_size=100) as aws:
        app = chat(aws, stage="prod")
        shared(app)  # what other parts of the company use too
        for week in range(11):
            aws.traffic.visit(app.api, app.stage, times=2_000 * (11 - week), messages=6)
            aws.clock.advance(days=7)
        aws.clock.wait_until(now)
        estate = survey([AccountAccess(aws.session())], [REGION], window=WINDOW, now=aws.clock.now())
    write_file(Path(sys.argv[1]), estate.model_dump_json(indent=1) + "\n")


if __name__ == "__main__":
    main()
