"""The page on the survey says what the code does; `python -m tests.docs.test_survey_page` writes its table anew."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import redirect_stdout
from io import StringIO
from typing import get_args

from checklists.aws import collect
from checklists.aws.access import RETRIES
from checklists.aws.calls import MOST_PAGES, MOST_SECONDS
from checklists.aws.collect.parameters import MOST_VALUES
from checklists.aws.estate import GapKind
from checklists.aws.measured import FUNCTION_METRICS, GATEWAY_METRICS, LOG_METRICS
from checklists.aws.metrics import MOST_POINTS_OF_ONE
from checklists.aws.permissions import OPERATIONS
from checklists.aws.retention import LONGEST
from tests.running import ROOT

PAGE = ROOT / "docs" / "reference" / "survey.md"
TABLE = re.compile(r"(<!-- made: permissions -->\n).*?(<!-- end -->)", re.DOTALL)


def permissions() -> str:
    """A row for each service that the survey reads, and nothing of what only Cost Explorer needs."""
    called = {"cloudwatch:GetMetricData", "iam:ListAccountAliases"}
    called |= {operation for one in (*collect.COLLECTORS, *collect.CLOSER_LOOKS) for operation in one.operations}
    actions: dict[str, set[str]] = defaultdict(set)
    for operation in called:
        for action in OPERATIONS[operation][0]:
            actions[action.partition(":")[0]].add(action)
    rows = [
        f"| {service} | {', '.join(f'`{one}`' for one in sorted(several))} |" for service, several in actions.items()
    ]
    return "\n".join(["| service | actions |", "|--|--|", *sorted(rows)]) + "\n"


def written(page: str) -> str:
    return TABLE.sub(lambda found: found[1] + permissions() + found[2], page)


def test_the_table_of_permissions_is_that_of_the_code():
    page = PAGE.read_text()
    assert page == written(page)


def test_every_kind_of_gap_is_explained():
    rows = re.findall(r"^\| (\w+) \| ", PAGE.read_text(), re.MULTILINE)
    assert set(get_args(GapKind)) <= set(rows)


def test_the_numbers_are_those_of_the_code():
    page = " ".join(PAGE.read_text().split())
    assert f"{MOST_PAGES:,} pages or {MOST_SECONDS / 60:.0f} minutes" in page
    assert f"{MOST_VALUES:,} values of parameters" in page
    assert f"{LONGEST.days} days" in page
    assert f"at most {MOST_POINTS_OF_ONE:,} points" in page
    assert RETRIES.retries["total_max_attempts"] == 6
    assert "after six attempts" in page
    for metrics in (GATEWAY_METRICS, FUNCTION_METRICS, LOG_METRICS):
        assert ", ".join(metrics) in page


def test_the_example_prints_what_the_page_says():
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (said,) = re.findall(r"```\n(.*?)```", PAGE.read_text().split(script)[1].partition("```\n")[2], re.DOTALL)
    out = StringIO()
    with redirect_stdout(out):
        exec(compile(script, str(PAGE), "exec"), {})
    assert out.getvalue() == said


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
