"""The names that links read are those that a survey writes: the example application in the fake, alone and shared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from checklists.aws import types
from checklists.aws.access import AccountAccess
from checklists.aws.estate import Estate
from checklists.aws.survey import survey
from checklists.referrers.fates import fates
from checklists.referrers.links import links
from checklists.referrers.matching import match
from checklists.referrers.model import Fate
from checklists.referrers.orphans import orphans
from migrator.inventory.model import Inventory
from migrator.scan.application import scan_application
from tests.awsfake import fake_aws
from tests.awsfake.estates import Chat, Shared, chat, shared
from tests.awsfake.world import REGION
from tests.running import CHAT


@dataclass
class Seen:
    built: Chat
    inventory: Inventory
    alone: Estate
    shared: Estate
    others: Shared

    def fates(self, estate: Estate) -> dict[str, Fate]:
        """By ARN."""
        uses = links(estate, self.inventory)
        found = fates(estate, uses, frozenset({self.built.api_arn}), self.inventory)
        return {fate.subject: fate for fate in found}


def _of(found: dict[str, Fate], type_: str, name: str) -> Fate:
    """`type_` as it stands in ARNs: 'function:', 'table/'."""
    return next(fate for arn, fate in found.items() if arn.endswith((f":{type_}{name}", f"/{type_}{name}")))


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """Busy 70 days ago, and silent since."""
    with fake_aws(page_size=100) as aws:
        built = chat(aws)
        aws.clock.advance(days=100)
        aws.traffic.visit(built.api, built.stage, times=2)
        aws.clock.advance(days=70)

        def look() -> Estate:
            return survey([AccountAccess(aws.session())], [REGION], window=timedelta(days=30), now=aws.clock.now())

        alone = look()
        others = shared(built)
        yield Seen(built, scan_application(CHAT), alone, look(), others)


def test_whatever_others_use_too_stays(seen: Seen) -> None:
    found, others = seen.fates(seen.shared), seen.others
    stays = {
        ("table/", others.table): "keep",
        ("function:", others.function): "edit",
        ("role/", others.role): "edit",
        ("domainnames/", others.domain): "keep",
        ("alarm:", others.alarm): "edit",
        ("dashboard/", others.dashboard): "edit",
        ("policy/", "operators"): "edit",
    }
    assert {of: _of(found, *of).verdict for of in stays} == stays
    elsewhere = (others.presence, others.reports, others.http_api, others.rest_api)
    assert not [arn for arn in found if arn.endswith(elsewhere)]


def _statements(fate: Fate) -> list[dict[str, Any]]:
    return list(json.loads(str(fate.changes[0].parameters["PolicyDocument"]))["Statement"])


def test_what_is_edited_keeps_what_is_of_others(seen: Seen) -> None:
    found, others = seen.fates(seen.shared), seen.others
    assert [one["Sid"] for one in _statements(_of(found, "policy/", "operators"))] == ["Both", "All", "Bucket"]
    narrowed = _statements(_of(found, "policy/", "operators"))[0]["Resource"]
    assert narrowed == [f"arn:aws:execute-api:{REGION}:123456789012:{others.http_api}/*"]
    alarm = _of(found, "alarm:", others.alarm).changes[0].parameters
    assert (alarm["Metrics"][1]["Expression"], alarm["Threshold"]) == ("web", 10.0)  # type: ignore[index, call-overload]
    body = json.loads(str(_of(found, "dashboard/", others.dashboard).changes[0].parameters["DashboardBody"]))
    assert [one["properties"].get("title") for one in body["widgets"]] == ["Web requests", "Both", None]
    assert [len(one["properties"].get("metrics", ())) for one in body["widgets"]] == [1, 1, 0]


def test_alone_all_of_it_goes(seen: Seen) -> None:
    found = seen.fates(seen.alone)
    assert {fate.verdict for fate in found.values()} == {"delete"}
    whole = {one.arn for one in seen.alone.things if one.type != types.STACK}
    assert {fate.subject for fate in found.values()} == whole
    assert orphans(seen.alone) == ()


def test_everything_that_is_declared_is_live(seen: Seen) -> None:
    found = match(seen.inventory, seen.alone)
    assert (found.declared_only, found.live_only, found.ambiguous) == ((), (), ())
    assert {pair.why.rsplit(" ", 1)[-1] for pair in found.pairs} == {"tenant-chat-dev"}
