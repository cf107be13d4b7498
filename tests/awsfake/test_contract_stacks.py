"""CloudFormation's stacks, which here may hold APIs of API Gateway v2 too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.awsfake import ACCOUNT, REGION, FakeAws
from tests.awsfake.estates import Chat, chat
from tests.awsfake.stacks import Resource, Stacks


@pytest.fixture
def app(aws: FakeAws) -> Chat:
    return chat(aws, domain="")


def _cloudformation(app: Chat) -> Any:
    return app.builder.client("cloudformation")


def _delete(app: Chat) -> str:
    """The stack's status a while later."""
    assert app.stack is not None
    _cloudformation(app).delete_stack(StackName=app.stack.name)
    app.builder.aws.clock.advance(minutes=5)
    return app.stack.status


def _there(app: Chat) -> dict[str, bool]:
    make = app.builder
    tables = make.client("dynamodb").list_tables()["TableNames"]
    return {"api": bool(make.client("apigatewayv2").get_apis()["Items"]), "table": app.table in tables}


def test_a_stack_takes_all_it_owns_with_it(app: Chat) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html"""
    assert app.stack is not None
    _cloudformation(app).delete_stack(StackName=app.stack.name)
    assert (
        _cloudformation(app).describe_stacks(StackName=app.stack.name)["Stacks"][0]["StackStatus"]
        == "DELETE_IN_PROGRESS"
    )
    _cloudformation(app).get_waiter("stack_delete_complete").wait(StackName=app.stack.name)
    app.builder.aws.clock.advance(minutes=1)
    assert _there(app) == {"api": False, "table": False}
    assert app.builder.client("lambda").list_functions()["Functions"] == []
    with pytest.raises(ClientError, match="does not exist"):
        _cloudformation(app).describe_stacks(StackName=app.stack.name)
    assert (
        _cloudformation(app).describe_stacks(StackName=app.stack.arn)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    )


def test_what_is_retained_outlives_its_stack(app: Chat) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"""
    assert app.stack is not None
    next(one for one in app.stack.resources if one.logical == "ConnectionsTable").policy = "Retain"
    assert _delete(app) == "DELETE_COMPLETE"
    assert _there(app) == {"api": False, "table": True}


def test_a_protected_stack_is_not_deleted(app: Chat) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html"""
    assert app.stack is not None
    _cloudformation(app).update_termination_protection(StackName=app.stack.name, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        _cloudformation(app).delete_stack(StackName=app.stack.name)
    assert app.stack.status == "CREATE_COMPLETE"


def test_a_stack_whose_exports_are_imported_stays_as_it_is_and_tells_it_only_among_its_events(app: Chat) -> None:
    """https://github.com/USSBA/aws-cft-tools/issues/27 and https://github.com/rlister/stax/issues/40"""
    assert app.stack is not None
    app.stack.exports["chat-table"] = app.table
    app.builder.aws.room(Stacks, ACCOUNT, REGION).create("reports", [], imports=("chat-table",))
    assert _cloudformation(app).list_imports(ExportName="chat-table")["Imports"] == ["reports"]
    assert _delete(app) == "CREATE_COMPLETE"
    event = _cloudformation(app).describe_stack_events(StackName=app.stack.name)["StackEvents"][0]
    assert event["ResourceStatusReason"] == "Export chat-table cannot be deleted as it is in use by reports"
    assert _there(app) == {"api": True, "table": True}


def test_an_export_that_nobody_imports_is_an_error(app: Chat) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html"""
    with pytest.raises(ClientError, match="is not imported by any stack"):
        _cloudformation(app).list_imports(ExportName="chat-table")


def test_an_api_that_a_domain_outside_leads_to_fails_the_deletion(aws: FakeAws) -> None:
    """https://github.com/amplify-education/serverless-domain-manager/issues/406"""
    app = chat(aws)
    assert _delete(app) == "DELETE_FAILED"
    assert app.stack is not None
    assert "WebsocketsApi" in app.stack.reason
    app.builder.client("apigatewayv2").delete_api_mapping(DomainName=app.domain, ApiMappingId=app.mapping)
    assert _delete(app) == "DELETE_COMPLETE"


def test_what_a_new_template_no_longer_has_is_deleted(app: Chat) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html"""
    assert app.stack is not None
    template = _cloudformation(app).get_template(StackName=app.stack.name)["TemplateBody"]
    template["Resources"] = {"ConnectionsTable": template["Resources"]["ConnectionsTable"]}
    _cloudformation(app).update_stack(StackName=app.stack.name, TemplateBody=json.dumps(template))
    app.builder.aws.clock.advance(minutes=5)
    assert app.stack.status == "UPDATE_COMPLETE"
    assert _there(app) == {"api": False, "table": True}


def test_resources_come_in_pages_and_lead_to_their_stack(app: Chat) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html"""
    assert app.stack is not None
    asked = _cloudformation(app).get_paginator("list_stack_resources")
    pages = list(asked.paginate(StackName=app.stack.name))
    found = [one["LogicalResourceId"] for page in pages for one in page["StackResourceSummaries"]]
    assert len(pages) > 1
    assert found == [one.logical for one in app.stack.resources]
    owner = _cloudformation(app).describe_stack_resources(PhysicalResourceId=app.api)["StackResources"][0]
    assert owner["StackName"] == app.stack.name


def test_a_resource_that_is_gone_already_does_not_hold_a_deletion_up(aws: FakeAws) -> None:
    """https://repost.aws/knowledge-center/cloudformation-stack-delete-failed"""
    stacks = aws.room(Stacks, ACCOUNT, REGION)
    stack = stacks.create("old", [Resource("Chat", "AWS::Lambda::Function", "never-there")])
    aws.client("cloudformation").delete_stack(StackName="old")
    aws.clock.advance(minutes=5)
    assert stack.status == "DELETE_COMPLETE"
