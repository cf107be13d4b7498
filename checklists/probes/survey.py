"""Whether a survey of AWS may be believed. An error is never an absence, and neither is what was not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from checklists.aws.estate import Estate, Gap, GapKind
from checklists.aws.types import GLOBAL_REGION
from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.probes.probe import SURVEY_HOURS
from checklists.probes.wording import count, listed

SKEW: Final = timedelta(minutes=15)
"""A survey may seem to be from the future by so much: two clocks are never the same."""

ONCE: Final = frozenset(
    {
        "iam:GetAccountAuthorizationDetails",
        "route53:ListHostedZones",
        "route53:ListResourceRecordSets",
        "cloudfront:ListDistributions",
        "cloudwatch:ListDashboards",
        "cloudwatch:GetDashboard",
    }
)
"""What a survey asks once for an account, in no region."""
ALSO_ONCE: Final = frozenset({"wafv2:ListWebACLs"})
"""What it asks in each region, and once besides: web ACLs of CloudFront lie in none."""

_WHY: Final[dict[GapKind, str]] = {
    "denied": "access was denied",
    "throttled": "AWS throttled the calls until we gave up",
    "expired": "the credentials had expired",
    "unsupported": "the region does not offer it",
    "not_enabled": "the service is not switched on",
    "clock_skew": "the clock of this machine is wrong",
    "unreachable": "AWS could not be reached",
    "limit": "there is more than the survey reads",
    "failed": "the call failed",
}


def unanswered(
    facts: Facts, operations: Iterable[str], *, arn: str = "", account: str = "", region: str = ""
) -> Evidence | None:
    """Why nothing can be said; None when every operation was asked for and answered whole, and lately.

    `arn`, `account`, `region`: of one thing; without them, in every account and region of the survey.
    """
    if facts.live is None:
        summary = "AWS was not asked: run this with --aws, or with --estate FILE."
        return Evidence(verdict="no_data", summary=summary)
    estate = facts.live.estate
    if estate.finished_at > facts.moment + SKEW:
        summary = f"The survey is dated {estate.finished_at:%Y-%m-%d %H:%M} UTC, which is later than now."
        return Evidence(verdict="error", summary=summary)
    if facts.moment - estate.finished_at > timedelta(hours=SURVEY_HOURS):
        summary = (
            f"The survey is of {estate.finished_at:%Y-%m-%d %H:%M} UTC, older than {SURVEY_HOURS} hours. Do it again."
        )
        return Evidence(verdict="stale", summary=summary)
    gaps, unasked = _holes(estate, operations, arn, account, region)
    if gaps:
        return Evidence(verdict="error", summary=_told(gaps))
    if unasked:
        places = listed([f"{operation} in {where}" for operation, where in unasked])
        return Evidence(verdict="no_data", summary=f"The survey did not ask {places}.")
    return None


def _holes(
    estate: Estate, operations: Iterable[str], arn: str, account: str, region: str
) -> tuple[list[Gap], list[tuple[str, str]]]:
    accounts = [account] if account else [one.id for one in estate.accounts]
    gaps: list[Gap] = []
    unasked: list[tuple[str, str]] = []
    for operation in operations:
        for one in accounts:
            for where in _places(estate, operation, region):
                wanted = frozenset({operation})
                found = estate.gaps_of(wanted, one, where, arn)
                gaps.extend(found)
                if not found and not estate.known(wanted, one, where, arn):
                    unasked.append((operation, where))
    return gaps, unasked


def _places(estate: Estate, operation: str, region: str) -> tuple[str, ...]:
    if operation in ONCE:
        return (GLOBAL_REGION,)
    if region:
        return (region,)
    return (*estate.regions, GLOBAL_REGION) if operation in ALSO_ONCE else estate.regions


def told(gap: Gap, number: int) -> str:
    """One sentence about `number` gaps that are alike."""
    where = f"{gap.account} {gap.region}"
    of = f", {count(number, 'time')}" if number > 1 else ""
    help_ = f" Allow {gap.permission}." if gap.permission else ""
    return f"{where}: {gap.operation}: {_WHY[gap.kind]}{of}.{help_}"


def _told(gaps: list[Gap]) -> str:
    """The commonest reason, what it hides, and the permission that would help."""
    kind = Counter(gap.kind for gap in gaps).most_common(1)[0][0]
    alike = [gap for gap in gaps if gap.kind == kind]
    operations = listed(sorted({gap.operation for gap in alike}))
    needed = sorted({gap.permission for gap in alike if gap.permission})
    more = count(len(gaps), "question")
    help_ = f" Allow {listed(needed)}." if kind == "denied" and needed else ""
    return f"AWS did not answer {more}: {_WHY[kind]} ({operations}).{help_}"
