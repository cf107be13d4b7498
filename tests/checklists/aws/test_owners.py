"""Which stack owns a thing, and who made it."""

from __future__ import annotations

import pytest

from checklists.aws import types
from checklists.aws.collect.stacks import read_template
from checklists.aws.estate import Thing
from checklists.aws.owners import manager, owned, owners

API_A, API_B = ("arn:aws:apigateway:eu-west-1::/apis/aaa", "arn:aws:apigateway:eu-west-1::/apis/bbb")


def thing(arn: str, type_: str, id_: str, region: str = "eu-west-1", **tags: str) -> Thing:
    return Thing(arn=arn, type=type_, id=id_, name=id_, account="1", region=region, tags=tags)


def stack(arn: str, *resources: tuple[str, str], region: str = "eu-west-1", **properties) -> Thing:
    listed = [{"ResourceType": type_, "PhysicalResourceId": id_} for type_, id_ in resources]
    return thing(arn, types.STACK, arn, region).model_copy(update={"properties": {"Resources": listed, **properties}})


def test_a_thing_of_the_same_name_in_another_region_is_not_owned():
    here = stack("s", (types.FUNCTION, "send"))
    assert owners([here], [thing("f", types.FUNCTION, "send", "us-east-1")]) == {}


def test_a_thing_of_another_type_is_not_owned():
    assert owners([stack("s", (types.TABLE, "chat"))], [thing("f", types.FUNCTION, "chat")]) == {}


def test_a_role_is_owned_from_any_region():
    assert owners([stack("s", (types.ROLE, "r"))], [thing("arn:r", types.ROLE, "r", "global")]) == {"arn:r": "s"}


def test_routes_of_two_apis_with_one_id_belong_to_the_stacks_of_their_apis():
    stacks = [stack("a", (types.API, "aaa"), (types.ROUTE, "r1")), stack("b", (types.API, "bbb"), (types.ROUTE, "r1"))]
    things = [
        thing(API_A, types.API, "aaa"),
        thing(API_B, types.API, "bbb"),
        thing(f"{API_A}/routes/r1", types.ROUTE, "r1"),
        thing(f"{API_B}/routes/r1", types.ROUTE, "r1"),
    ]
    assert owners(stacks, things) == {API_A: "a", API_B: "b", f"{API_A}/routes/r1": "a", f"{API_B}/routes/r1": "b"}


def test_a_nested_stack_is_its_parent_s_and_what_it_lists_is_its_own():
    inner, outer = stack("inner", (types.FUNCTION, "f")), stack("outer", (types.STACK, "inner"))
    assert owners([inner, outer], [inner, outer, thing("arn:f", types.FUNCTION, "f")]) == {
        "inner": "outer",
        "arn:f": "inner",
    }


def test_a_stack_that_may_not_be_read_is_told_by_the_tag():
    tags = {"aws:cloudformation:stack-id": "arn:stack"}
    (found,) = owned([thing("f", types.FUNCTION, "f").model_copy(update={"tags": tags})])
    assert (found.stack, found.manager) == ("arn:stack", "cloudformation")


@pytest.mark.parametrize(
    ("of", "made_by"),
    [
        (stack("s", ("AWS::CDK::Metadata", "m")), "cdk"),
        (stack("s", Outputs=[{"OutputKey": "ServerlessDeploymentBucketName"}]), "serverless"),
        (stack("s", Transforms=["AWS::Serverless-2016-10-31"]), "sam"),
        (stack("s"), "cloudformation"),
        (None, None),
    ],
)
def test_who_made_it_as_the_stack_tells(of, made_by):
    assert manager(thing("f", types.FUNCTION, "f"), of) == made_by


@pytest.mark.parametrize(
    "tags", [{"ManagedBy": "Terraform"}, {"terraform": "true"}, {"Terraform": ""}, {"iac": "opentofu"}]
)
def test_terraform_as_teams_tag_it(tags):
    assert manager(thing("f", types.FUNCTION, "f", **tags), None) == "terraform"


def test_a_tag_that_denies_terraform():
    assert manager(thing("f", types.FUNCTION, "f", terraform="false"), None) is None


@pytest.mark.parametrize(
    "body",
    [
        {"Resources": {"T": {"DeletionPolicy": "Retain"}, "U": {}}},
        '{"Resources": {"T": {"DeletionPolicy": "Retain"}, "U": {}}}',
        "Resources:\n  T:\n    DeletionPolicy: Retain\n    Name: !Sub '${X}'\n  U: {Type: X}\n",
    ],
)
def test_deletion_policies_in_all_forms_of_a_template(body):
    assert read_template(body) == {"T": "Retain"}


@pytest.mark.parametrize("body", ["", "- a\n", "a: [", "{", "[1]", "x" * 2_000_001, None, "just words"])
def test_a_template_that_can_not_be_read_is_not_one_without_policies(body):
    assert read_template(body) is None
