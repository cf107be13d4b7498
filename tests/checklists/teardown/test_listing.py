from __future__ import annotations

from checklists.aws import types
from checklists.teardown.execute.listing import services_for, services_of_users


def test_users_of_a_table_are_looked_for_together_with_the_apis_that_tell_what_is_measured() -> None:
    """Without them nothing is known of any measurement, and a table could never go once its API is gone."""
    assert {"apigatewayv2", "cloudwatch", "dynamodb"} <= services_of_users(frozenset({types.TABLE}))
    assert "apigatewayv2" not in services_for(frozenset({types.TABLE}))
