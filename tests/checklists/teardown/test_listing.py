from __future__ import annotations

from checklists.aws import types
from checklists.teardown.execute.listing import services_for, services_of_users
from migrator.scan import scan_application
from tests.awsfake import ACCOUNT, REGION, fake_aws
from tests.awsfake.estates import chat
from tests.checklists.teardown.site import site_of
from tests.running import CHAT


def test_users_of_a_table_are_looked_for_together_with_the_apis_that_tell_what_is_measured() -> None:
    """Without them nothing is known of any measurement, and a table could never go once its API is gone."""
    assert {"apigatewayv2", "cloudwatch", "dynamodb"} <= services_of_users(frozenset({types.TABLE}))
    assert "apigatewayv2" not in services_for(frozenset({types.TABLE}))


def test_what_a_person_edits_is_seen_too_so_that_it_is_written_down_before() -> None:
    """Here a parameter that holds the address. Nothing of a teardown is done before all is written down."""
    with fake_aws() as aws:
        app = chat(aws, in_stack=False)
        address = f"wss://{app.api}.execute-api.{REGION}.amazonaws.com/{app.stage}"
        with aws.quiet():
            aws.client("ssm").put_parameter(Name="/chat/socket", Value=address, Type="String")
        site = site_of(aws, app, scan_application(CHAT))
        snapshot = site.plan.step("snapshot")
        assert f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/chat/socket" in snapshot.covers
        seen = site.eyes.look({arn: site.plan.types[arn] for arn in snapshot.covers})
        assert seen.things.keys() == set(snapshot.covers)
