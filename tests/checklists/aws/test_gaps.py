"""Nothing takes an error for absence."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from checklists.aws.collect import CLOSER_LOOKS, COLLECTORS
from checklists.aws.estate import Estate
from checklists.aws.permissions import OPERATIONS, permission
from tests.checklists.aws.answers import ACCOUNT, IDENTITY, REGION, Answers, Refusal
from tests.checklists.aws.stand import CHAT, account, function, function_arn, look

ERRORS = {
    "denied": Refusal("AccessDeniedException", "User is not authorized to perform this", 403),
    "throttled": Refusal("TooManyRequestsException", "Rate exceeded", 429),
    "expired": Refusal("ExpiredTokenException", "The security token included in the request is expired", 403),
    "unsupported": Refusal("OptInRequired", "The region is not enabled", 403),
    "clock_skew": Refusal("SignatureDoesNotMatch", "Signature expired: 20260901T120000Z is now earlier", 403),
    "unreachable": ConnectTimeoutError(endpoint_url="https://aws.test"),
}
ASKED = sorted(
    {"cloudwatch:GetMetricData", "iam:ListAccountAliases"}
    | {operation for one in (*COLLECTORS, *CLOSER_LOOKS) for operation in one.operations}
)


WHERE_TO_LOOK = frozenset({"apigatewayv2", "lambda"})
"""Services that tell what to ask others about."""


@pytest.mark.parametrize("operation", ASKED)
def test_an_operation_that_is_denied_leaves_a_gap_that_says_what_would_allow_it(operation):
    services = WHERE_TO_LOOK | {operation.partition(":")[0]}
    estate = look(account() | {operation: ERRORS["denied"]}, services=services)
    assert_not_known(estate, operation, "denied")
    assert {gap.permission for gap in estate.gaps if gap.operation == operation} == {permission(operation)}


@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_an_error_leaves_a_gap_wherever_it_comes_and_nothing_is_known(kind):
    """Once where things are listed, and once where they are listed and then asked about, each for all collectors."""
    answers = Answers()
    look(answers)
    listing = answers.operations() & set(ASKED)
    for operations in (set(ASKED), set(ASKED) - listing):
        estate = look(account() | dict.fromkeys(operations, ERRORS[kind]))
        for operation in operations:
            assert_not_known(estate, operation, kind)


def test_a_function_whose_variables_lambda_may_not_decrypt_leaves_a_gap():
    """https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentError.html"""
    error = {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt your environment variables"}
    listed = {"Functions": [function("sealed") | {"Environment": {"Error": error}}]}
    estate = look(account() | {"lambda:ListFunctions": listed}, services=frozenset({"lambda"}))
    (gap,) = [gap for gap in estate.gaps if gap.operation == "lambda:ListFunctions"]
    assert (gap.kind, gap.code, gap.subject) == ("failed", "AccessDeniedException", function_arn("sealed"))
    assert "unable to decrypt" in gap.message
    assert not estate.known(frozenset({"lambda:ListFunctions"}), ACCOUNT, REGION)


def assert_not_known(estate: Estate, operation: str, kind: str) -> None:
    gaps = [gap for gap in estate.gaps if gap.operation == operation]
    assert {gap.kind for gap in gaps} == {kind}
    for place in {(gap.account, gap.region) for gap in gaps}:
        assert not estate.known(frozenset({operation}), *place)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refusal("AccessDenied"), "denied"),
        (Refusal("UnauthorizedOperation"), "denied"),
        (Refusal("Throttling"), "throttled"),
        (Refusal("ThrottlingException"), "throttled"),
        (Refusal("RequestLimitExceeded"), "throttled"),
        (Refusal("ExpiredToken"), "expired"),
        (Refusal("RequestTimeTooSkewed"), "clock_skew"),
        (Refusal("InvalidSignatureException", "Signature not yet current: 20260901T120000Z"), "clock_skew"),
        (Refusal("SignatureDoesNotMatch", "Check your AWS Secret Access Key"), "failed"),
        (Refusal("UnknownOperationException"), "unsupported"),
        (Refusal("SubscriptionRequiredException"), "not_enabled"),
        (Refusal("InternalFailure", status=500), "failed"),
        (NotImplementedError("no such action"), "unsupported"),
        (NoCredentialsError(), "expired"),
        (ReadTimeoutError(endpoint_url="https://aws.test"), "unreachable"),
        (EndpointConnectionError(endpoint_url="https://aws.test"), "unreachable"),
    ],
    ids=lambda value: getattr(value, "code", None) or getattr(type(value), "__name__", value),
)
def test_every_error_has_its_kind(error, kind):
    (gap,) = look({"apigatewayv2:GetApis": error}, services=frozenset({"apigatewayv2"})).gaps_of(
        frozenset({"apigatewayv2:GetApis"}), ACCOUNT, REGION
    )
    assert gap.kind == kind


def test_keys_that_a_region_does_not_know_while_they_are_good_elsewhere_mean_that_it_is_off():
    off = Refusal("UnrecognizedClientException", "The security token included in the request is invalid")
    estate = look({"lambda:ListFunctions": off}, services=frozenset({"lambda"}))
    assert {gap.kind for gap in estate.gaps if gap.operation == "lambda:ListFunctions"} == {"unsupported"}
    assert estate.known(frozenset({"lambda:ListEventSourceMappings"}), ACCOUNT, REGION)


def test_keys_that_nobody_knows_any_more_are_expired():
    known = iter((IDENTITY,))
    gone = Refusal("InvalidClientTokenId", "The security token included in the request is invalid")
    estate = look({"lambda:ListFunctions": gone, "sts:GetCallerIdentity": lambda _: next(known, gone)})
    assert "expired" in {gap.kind for gap in estate.gaps if gap.operation == "lambda:ListFunctions"}


def test_keys_in_doubt_while_sts_is_silent_give_up_no_more_than_the_region():
    answers = iter((IDENTITY,))
    silent = ReadTimeoutError(endpoint_url="https://aws.test")
    doubt = Refusal("InvalidClientTokenId", "The security token included in the request is invalid")
    estate = look({"lambda:ListFunctions": doubt, "sts:GetCallerIdentity": lambda _: next(answers, silent)})
    assert {gap.kind for gap in estate.gaps if gap.operation == "lambda:ListFunctions"} == {"unsupported"}
    assert estate.known(frozenset({"apigatewayv2:GetApis"}), ACCOUNT, REGION)


def test_nothing_more_is_asked_of_an_account_whose_credentials_expired():
    answers = Answers(account(iam__ListAccountAliases=ERRORS["expired"]))
    estate = look(answers)
    assert answers.operations() == {"sts:GetCallerIdentity", "iam:ListAccountAliases"}
    assert not estate.things
    for one in (*COLLECTORS, *CLOSER_LOOKS):
        for operation in one.operations:
            region = REGION if one.reach == "region" else "global"
            assert {gap.kind for gap in estate.gaps_of(frozenset({operation}), ACCOUNT, region)} == {"expired"}


def test_pages_that_came_before_an_error_are_kept_and_are_not_all():
    def pages(parameters):
        if "NextToken" in parameters:
            return Refusal("TooManyRequestsException")
        return {"Items": [{"ApiId": "chat123456", "ProtocolType": "WEBSOCKET"}], "NextToken": "more"}

    estate = look({"apigatewayv2:GetApis": pages})
    assert estate.thing(CHAT)
    for operation in ("apigatewayv2:GetApis", "apigatewayv2:GetRoutes"):
        assert not estate.known(frozenset({operation}), ACCOUNT, REGION)


def test_a_gap_of_one_api_leaves_what_is_known_of_another():
    def routes(parameters):
        return Refusal("AccessDeniedException") if parameters["ApiId"] == "chat123456" else {"Items": []}

    apis = [{"ApiId": "chat123456", "ProtocolType": "WEBSOCKET"}, {"ApiId": "other99999", "ProtocolType": "WEBSOCKET"}]
    estate = look({"apigatewayv2:GetApis": {"Items": apis}, "apigatewayv2:GetRoutes": routes})
    ask = frozenset({"apigatewayv2:GetRoutes"})
    assert not estate.known(ask, ACCOUNT, REGION, CHAT)
    assert estate.known(ask, ACCOUNT, REGION, f"arn:aws:apigateway:{REGION}::/apis/other99999")


def test_what_the_survey_does_not_ask_for_is_not_known():
    estate = look(account(), services=frozenset({"lambda"}))
    assert not estate.known(frozenset({"apigatewayv2:GetApis"}), ACCOUNT, REGION)
    assert not estate.known(frozenset({"cloudwatch:GetMetricData"}), ACCOUNT, REGION)


def test_an_account_without_a_websocket_api_is_known_to_have_no_route():
    estate = look({})
    assert estate.known(frozenset({"apigatewayv2:GetApis", "apigatewayv2:GetRoutes"}), ACCOUNT, REGION)


def test_the_survey_calls_what_the_table_of_permissions_has_and_nothing_else():
    answers = Answers(account())
    assert not look(answers).gaps
    assert answers.operations() == set(OPERATIONS)
    assert set(ASKED) | {"sts:GetCallerIdentity"} == set(OPERATIONS)
