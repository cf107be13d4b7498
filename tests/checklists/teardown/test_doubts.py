"""Applications made from one template look alike in AWS: without a name no plan is made."""

import pytest

from checklists.aws import types
from checklists.referrers.model import Declared, Matching, Pair
from checklists.teardown.doubts import check_names
from checklists.teardown.errors import ApisDoubtful
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
    check_names(_matched(why), world.estate(), (world.API,), application)


def test_an_api_of_the_declared_name_is_not_doubted():
    name = world.estate().thing(world.API).name
    check_names(_matched(f"named {name}", name), world.estate(), (world.API,), "parcels")


def test_an_api_that_stays_is_not_spoken_of():
    check_names(_matched("has the same 3 routes"), world.estate(), (), "parcels")


def test_an_api_that_only_looks_alike_is_doubted_once_and_says_how_it_was_found():
    twice = Matching(pairs=_matched("logical id WebsocketsApi of stack desk-prod").pairs * 2)
    with pytest.raises(ApisDoubtful) as caught:
        check_names(twice, world.estate(), (world.API,), "parcels")
    (said,) = caught.value.doubts
    assert "(logical id WebsocketsApi of stack desk-prod)" in said
    assert str(caught.value).endswith("When it is this one's, name it: --api NAME, or [checklist] apis.")


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
