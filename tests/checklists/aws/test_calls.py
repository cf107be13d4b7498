"""The one way to call: pages to their end, bounds, and what is not asked again."""

from __future__ import annotations

from itertools import count

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from checklists.aws.access import RETRIES
from checklists.aws.calls import MOST_PAGES, MOST_SECONDS, Answer, Caller, Reply
from checklists.aws.ledger import Ledger
from tests.checklists.aws.answers import ACCOUNT, REGION, Answers, Refusal

PLACE = (ACCOUNT, REGION)


def caller(answers: Answers, ledger: Ledger | None = None, clock=lambda: 0.0) -> Caller:
    return Caller(answers.access(), PLACE, REGION, ledger or Ledger(), lambda: True, clock)


def three_pages(key: str, token: str = "NextToken"):
    def answer(parameters):
        page = int(parameters.get(token, "0"))
        return {key: [{"page": page}]} | ({token: str(page + 1)} if page < 2 else {})

    return answer


@pytest.mark.parametrize(
    ("operation", "key", "token", "parameters"),
    [
        ("apigatewayv2:GetApis", "Items", "NextToken", {}),
        ("apigatewayv2:GetApiMappings", "Items", "NextToken", {"DomainName": "d"}),
        ("apigatewayv2:GetVpcLinks", "Items", "NextToken", {}),
        ("events:ListEventBuses", "EventBuses", "NextToken", {}),
        ("wafv2:ListWebACLs", "WebACLs", "NextMarker", {"Scope": "REGIONAL"}),
        ("stepfunctions:ListStateMachines", "stateMachines", "nextToken", {}),
    ],
)
def test_all_pages_are_read_whether_or_not_botocore_pages(operation, key, token, parameters):
    ledger = Ledger()
    answer = caller(Answers({operation: three_pages(key, token)}), ledger).items(operation, key, **parameters)
    assert answer == Answer(({"page": 0}, {"page": 1}, {"page": 2}))
    (asked,) = ledger.asked()
    assert (asked.operation, asked.calls, asked.found) == (operation, 3, 3)


@pytest.mark.parametrize("operation", ["apigatewayv2:GetApis", "apigatewayv2:GetVpcLinks"])
def test_a_page_that_names_itself_as_the_next_does_not_go_on_for_ever(operation):
    ledger = Ledger()
    answers = Answers({operation: {"Items": [{"a": 1}], "NextToken": "same"}})
    answer = caller(answers, ledger).items(operation, "Items")
    assert not answer.whole
    assert len(answers.asked) <= 3
    assert [gap.kind for gap in ledger.gaps()] == ["failed"]


def test_a_listing_without_an_end_is_cut_and_says_so():
    ledger, numbers = Ledger(), count()
    answers = Answers({"apigatewayv2:GetVpcLinks": lambda _: {"Items": [], "NextToken": str(next(numbers))}})
    assert not caller(answers, ledger).items("apigatewayv2:GetVpcLinks", "Items").whole
    assert len(answers.asked) == MOST_PAGES
    (gap,) = ledger.gaps()
    assert (gap.kind, gap.message) == ("limit", "stopped after 2000 pages; there may be more")
    assert ledger.asked() == ()


def test_a_listing_that_takes_too_long_is_cut_and_says_so():
    ledger, ticks = Ledger(), count(0, MOST_SECONDS)
    answers = Answers({"apigatewayv2:GetVpcLinks": three_pages("Items")})
    answer = caller(answers, ledger, lambda: next(ticks)).items("apigatewayv2:GetVpcLinks", "Items")
    assert not answer.whole
    assert [gap.kind for gap in ledger.gaps()] == ["limit"]


def test_an_answer_of_none_is_told_from_one_that_did_not_come():
    none, denied = Refusal("ResourceNotFoundException", status=404), Refusal("AccessDeniedException", status=403)
    absent = frozenset({"ResourceNotFoundException"})
    for error, reply in ((none, Reply(None, known=True)), (denied, Reply(None, known=False))):
        asking = caller(Answers({"lambda:GetPolicy": error}))
        assert asking.one("lambda:GetPolicy", absent=absent, FunctionName="f") == reply


def test_not_found_is_an_error_where_it_does_not_mean_absence():
    ledger = Ledger()
    none = Refusal("ResourceNotFoundException", status=404)
    assert not caller(Answers({"lambda:GetPolicy": none}), ledger).one("lambda:GetPolicy", FunctionName="f").known
    assert [gap.kind for gap in ledger.gaps()] == ["failed"]


def test_a_service_that_nobody_answers_for_is_asked_once():
    answers = Answers({"sqs:ListQueues": ConnectTimeoutError(endpoint_url="https://aws.test")})
    ledger = Ledger()
    asking = caller(answers, ledger)
    for _ in range(3):
        asking.items("sqs:ListQueues", "QueueUrls")
    asking.one("sqs:GetQueueAttributes", QueueUrl="https://q", AttributeNames=["All"])
    assert len(answers.asked) == 1
    assert {gap.kind for gap in ledger.gaps()} == {"unreachable"}
    assert asking.items("sns:ListTopics", "Topics").whole


def test_an_answer_that_is_late_does_not_keep_others_from_being_asked():
    late = ReadTimeoutError(endpoint_url="https://aws.test")
    answers = Answers({"sqs:ListQueues": late})
    asking = caller(answers)
    assert not asking.items("sqs:ListQueues", "QueueUrls").whole
    assert asking.one("sqs:GetQueueAttributes", QueueUrl="https://q", AttributeNames=["All"]).known


def test_the_first_reason_of_a_gap_stands():
    ledger = Ledger()
    errors = iter([Refusal("AccessDeniedException", "no", 403), Refusal("ThrottlingException")])
    asking = caller(Answers({"sns:ListTopics": lambda _: next(errors)}), ledger)
    asking.items("sns:ListTopics", "Topics")
    asking.items("sns:ListTopics", "Topics")
    assert [gap.kind for gap in ledger.gaps()] == ["denied"]


def test_secrets_in_error_messages_are_hidden_and_long_ones_cut():
    ledger = Ledger()
    said = "token=abcdef0123456789 " + "x" * 1_000
    caller(Answers({"sns:ListTopics": Refusal("Odd", said)}), ledger).items("sns:ListTopics", "Topics")
    (gap,) = ledger.gaps()
    assert "abcdef" not in gap.message
    assert len(gap.message) == 300


def test_retries_are_those_of_botocore_and_bounded():
    assert RETRIES.retries == {"mode": "adaptive", "total_max_attempts": 6}
    assert (RETRIES.connect_timeout, RETRIES.read_timeout) == (5, 30)
