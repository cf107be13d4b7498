"""What nothing declares is made up, the same for both sides, and told; what is declared is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.inventory.assumed import assumed_name
from migrator.inventory.model import Handler, Inventory, Store
from migrator.inventory.record import Location
from migrator.sessions import plan_sessions
from migrator.sessions.assumptions import made_up

HERE = Location(path="app.py", line=3, column=1)
TABLE: dict[str, object] = {"TableName": "orders-table", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}


def inventory(**options: Any) -> Inventory:
    handler = Handler(
        id="app.py:f", path="app.py", module="app", function="f", language="python", environment={"OF_ONE": "1"}
    )
    return Inventory(application="app", environment={"OF_ALL": "1"}, handlers=(handler,), **options)


def test_what_is_declared_is_left_alone() -> None:
    plan = plan_sessions(inventory(required_variables={"OF_ONE": HERE, "OF_ALL": HERE}))
    assert (plan.environment.get("OF_ONE"), plan.environment["OF_ALL"], plan.assumed) == (None, "1", ())


def test_a_variable_that_code_needs_has_a_value_that_is_told() -> None:
    plan = plan_sessions(inventory(required_variables={"API_URL": HERE}, unresolved={"STAGE": "a parameter"}))
    assert (plan.environment["API_URL"], plan.environment["STAGE"]) == ("https://api-url.invalid", "dev")
    assert plan.assumed == (
        "No value of API_URL is declared (the code reads it at app.py:3:1), so it is 'https://api-url.invalid'; "
        "the environment can set it.",
        "No value of STAGE is declared (a parameter), so it is 'dev'; the environment can set it.",
    )


def test_the_callers_own_value_wins_and_nothing_else_of_the_caller_is_used() -> None:
    given = {"API_URL": "http://mine", "SECRET": "x"}
    plan = plan_sessions(inventory(required_variables={"API_URL": HERE}), given=given)
    assert (plan.environment["API_URL"], "SECRET" in plan.environment, plan.assumed) == ("http://mine", False, ())


def test_a_variable_names_the_table_that_was_assumed_for_it() -> None:
    store = Store(id="ORDERS_TABLE", variable="ORDERS_TABLE", assumed=TABLE)
    plan = plan_sessions(inventory(stores=(store,)))
    assert plan.environment["ORDERS_TABLE"] == "orders-table"
    assert plan.assumed[-1] == (
        "Nothing that is read declares the table orders-table; it was made with the key (id), as the code uses it."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JOBS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs-queue-url"),
        ("NEWS_TOPIC_ARN", "arn:aws:sns:eu-west-1:123456789012:news-topic"),
        ("STATE_MACHINE_ARN", "arn:aws:states:eu-west-1:123456789012:stateMachine:state-machine"),
        ("WORKER_ARN", "arn:aws:lambda:eu-west-1:123456789012:function:worker"),
        ("ENVIRONMENT", "live"),
        ("BUCKET_REGION", "eu-west-1"),
        ("IDLE_TIMEOUT", "60"),
        ("ENABLE_CACHE", "false"),
        ("LOG_LEVEL", "INFO"),
        ("BUCKET", "bucket"),
    ],
)
def test_a_value_looks_like_what_the_name_says(name: str, value: str) -> None:
    assert made_up(name, "eu-west-1", "live") == value


@given(st.text(max_size=300))
def test_every_name_has_a_value_that_a_resource_can_have(name: str) -> None:
    assert 3 <= len(assumed_name(name)) <= 255
    assert made_up(name, "us-east-1", "dev")
