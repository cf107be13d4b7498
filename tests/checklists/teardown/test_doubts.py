"""Applications made from one template look alike in AWS: a plan says when no name tells which of them an API is."""

import pytest

from checklists.aws import types
from checklists.referrers.model import Declared, Matching, Pair
from checklists.teardown.doubts import doubts
from checklists.teardown.rendering import write_plan
from tests.checklists.teardown import world
from tests.checklists.teardown.test_planning import planned


def _matched(why: str, name: str = "", arn: str = world.API) -> Matching:
    declared = Declared(kind="api", id="WebsocketsApi", type=types.API, name=name)
    return Matching(pairs=(Pair(declared=declared, live=arn, why=why),))


@pytest.mark.parametrize(
    ("why", "application"),
    [
        ("logical id WebsocketsApi of stack parcel-tracker-prod", "parcel-tracker"),
        ("logical id WebsocketsApi of stack ParcelTracker", "parcel_tracker"),
        ("has the same 3 routes", "ABC"),
    ],
)
def test_an_api_with_the_applications_name_is_not_doubted(why, application):
    assert doubts(_matched(why), world.estate(), (world.API,), application) == ()


def test_an_api_of_the_declared_name_is_not_doubted():
    name = world.estate().thing(world.API).name
    assert doubts(_matched(f"named {name}", name), world.estate(), (world.API,), "parcels") == ()


def test_an_api_that_stays_is_not_spoken_of():
    assert doubts(_matched("has the same 3 routes"), world.estate(), (), "parcels") == ()


def test_an_api_that_only_looks_alike_is_doubted_once_and_says_how_it_was_found():
    twice = Matching(pairs=_matched("logical id WebsocketsApi of stack desk-prod").pairs * 2)
    (said,) = doubts(twice, world.estate(), (world.API,), "parcels")
    assert "logical id WebsocketsApi of stack desk-prod" in said
    assert "[checklist] apis" in said


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_savings_of_less_than_a_cent_are_not_told(form):
    plan = planned()
    little, more = (
        step.model_copy(update={"saves_usd_month": saves})
        for step, saves in zip(plan.steps[:2], (0.004, 1.5), strict=True)
    )
    text = write_plan(plan.model_copy(update={"steps": (little, more)}), form)
    assert "$1.50 a month" in text
    assert "$0.00 a month" not in text
