"""What an estate says of what it doesn't hold."""

from datetime import UTC, datetime

import pytest

from checklists.aws.estate import Account, Asked, Estate, Gap, Measurement, Thing

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
ROUTES = frozenset({"apigatewayv2:GetRoutes"})
API = "arn:aws:apigateway:eu-west-1::/apis/abc123"


def _estate(*gaps: Gap, asked: bool = True) -> Estate:
    answered = Asked(account="1", region="eu-west-1", operation="apigatewayv2:GetRoutes", calls=2, found=3)
    return Estate(
        started_at=NOW,
        finished_at=NOW,
        accounts=(Account(id="1"),),
        regions=("eu-west-1",),
        asked=(answered,) if asked else (),
        gaps=gaps,
    )


def _gap(subject: str = "") -> Gap:
    return Gap(account="1", region="eu-west-1", operation="apigatewayv2:GetRoutes", subject=subject, kind="denied")


def test_what_was_never_asked_is_not_known():
    assert not _estate(asked=False).known(ROUTES, "1", "eu-west-1")


def test_another_region_says_nothing():
    assert not _estate().known(ROUTES, "1", "us-east-1")


def test_a_gap_of_the_region_hides_everything_in_it():
    assert not _estate(_gap()).known(ROUTES, "1", "eu-west-1", API)


def test_a_gap_of_one_thing_hides_that_thing_alone():
    estate = _estate(_gap(API))
    assert not estate.known(ROUTES, "1", "eu-west-1", API)
    assert not estate.known(ROUTES, "1", "eu-west-1")
    assert estate.known(ROUTES, "1", "eu-west-1", API + "x")


def test_what_was_asked_and_answered_whole_is_known():
    assert _estate().known(ROUTES, "1", "eu-west-1")


@pytest.mark.parametrize(("protocol", "found"), [("WEBSOCKET", 1), ("HTTP", 0)])
def test_websocket_apis_are_told_from_http_apis(protocol: str, found: int):
    thing = Thing(
        arn=API,
        type="AWS::ApiGatewayV2::Api",
        id="abc123",
        name="chat",
        account="1",
        region="eu-west-1",
        properties={"ProtocolType": protocol},
    )
    estate = _estate().model_copy(update={"things": (thing,)})
    assert len(estate.websocket_apis()) == found
    assert estate.thing(API) == thing
    assert Estate.model_validate_json(estate.model_dump_json()) == estate


def _thing(arn: str) -> Thing:
    return Thing(arn=arn, type="t", id=arn, name=arn, account="1", region="eu-west-1")


def test_what_belongs_to_a_thing_is_told_from_neighbours_with_a_longer_name():
    arns = (API, f"{API}-b", f"{API}-b/routes/1", f"{API}/routes/2", f"{API}/stages/dev", f"{API}0", f"{API}4/routes/1")
    estate = _estate().model_copy(update={"things": tuple(map(_thing, arns))})
    assert [thing.arn for thing in estate.under(API)] == [f"{API}/routes/2", f"{API}/stages/dev"]


def test_a_copy_remembers_nothing_of_what_it_was_copied_from():
    estate = _estate()
    assert estate.thing(API) is None
    assert estate.model_copy(update={"things": (_thing(API),)}).thing(API) is not None


def test_a_measurement_is_found_by_all_its_dimensions():
    both = Measurement(
        subject=API,
        namespace="AWS/ApiGateway",
        metric="ConnectCount",
        dimensions={"ApiId": "abc123", "Stage": "dev"},
        start=NOW,
        end=NOW,
        period_s=300,
        total=None,
    )
    estate = _estate().model_copy(update={"measurements": (both,)})
    assert estate.measured("AWS/ApiGateway", "ConnectCount", {"Stage": "dev", "ApiId": "abc123"}) == (both,)
    assert estate.measured("AWS/ApiGateway", "ConnectCount", {"ApiId": "abc123"}) == ()
