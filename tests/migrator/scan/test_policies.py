"""What functions may do in AWS, as their infrastructure says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Inventory
from migrator.inventory.permissions import Permissions, PolicyStatement
from tests.migrator.scan.applications import SERVERLESS, scan
from tests.migrator.scan.cdk.programs import PUSH, script
from tests.migrator.scan.test_cloudformation import API, CODE, INTEGRATION, ROUTE

TABLE = """
  Rooms:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
"""


def only(inventory: Inventory) -> Permissions:
    [handler] = inventory.handlers
    assert handler.permissions is not None
    return handler.permissions


def sam(folder: Path, properties: str, resources: str = "") -> Permissions:
    template = API.replace("Properties: {CodeUri: say/}", f"Properties:\n      CodeUri: say/\n{properties}")
    return only(scan(folder, {"template.yaml": template + ROUTE + INTEGRATION + TABLE + resources, "say/app.py": CODE}))


def said(found: Permissions) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(item.effect, item.actions or item.not_actions, item.resources) for item in found.statements]


# What must not be taken for a permission


def test_what_a_function_has_none_of(tmp_path: Path) -> None:
    assert sam(tmp_path, "") == Permissions()


def test_a_role_from_elsewhere_is_told_and_may_deny(tmp_path: Path) -> None:
    found = sam(tmp_path, "      Role: arn:aws:iam::123456789012:role/shop")

    assert found.statements == ()
    assert [(part.reason, part.may_deny) for part in found.unread] == [("its role is declared elsewhere", True)]


@pytest.mark.parametrize(
    ("statement", "denies"),
    [
        ("{Effect: Allow, Action: !Ref Actions, Resource: '*'}", False),
        ("{Effect: Deny, Action: !Ref Actions, Resource: '*'}", True),
        ("{Effect: !Ref Effect, Action: 's3:*', Resource: '*'}", True),
        ("{Effect: Allow, Action: 's3:*'}", False),
        ("{Effect: Deny, Action: 's3:*', Resource: []}", True),
        ("{Effect: Allow, Action: 's3:*', Resource: '*', Condition: !Ref Condition}", False),
        ("{Effect: Allow, Action: 's3:*', Resource: '*', Principal: '*'}", False),
        ("!If [Some, {Effect: Allow, Action: 's3:*', Resource: '*'}, !Ref 'AWS::NoValue']", False),
        (
            "!If [Some, {Effect: Allow, Action: 's3:*', Resource: a}, {Effect: Allow, Action: 's3:*', Resource: b}]",
            False,
        ),
        ("!If [Some, {Effect: Allow, Action: 's3:*', Resource: a}, {Effect: Deny, Action: 's3:*', Resource: b}]", True),
    ],
)
def test_a_statement_that_cannot_be_read_is_no_permission_and_tells_whether_it_may_deny(
    tmp_path: Path, statement: str, denies: bool
) -> None:
    found = sam(tmp_path, f"      Policies:\n        - Statement:\n            - {statement}")

    assert found.statements == ()
    assert [part.may_deny for part in found.unread] == [denies]


def test_a_policy_template_that_is_not_known_is_told(tmp_path: Path) -> None:
    found = sam(tmp_path, "      Policies:\n        - NewestPolicy: {TableName: x}")

    assert found.statements == ()
    assert [(part.reason, part.may_deny) for part in found.unread] == [
        ("the policy template NewestPolicy is not known here", False)
    ]


# What is read


def test_every_element_of_a_statement_is_kept(tmp_path: Path) -> None:
    statement = """
      Policies:
        - Version: '2012-10-17'
          Statement:
            - Sid: Own
              Effect: Deny
              NotAction: ['dynamodb:GetItem', 'dynamodb:Query']
              NotResource: !GetAtt Rooms.Arn
              Condition: {StringNotEquals: {'aws:RequestedRegion': [!Ref 'AWS::Region', eu-west-1]}, Bool: {'a:b': true}}
    """
    [found] = sam(tmp_path, statement).statements

    assert found == PolicyStatement(
        effect="Deny",
        not_actions=("dynamodb:GetItem", "dynamodb:Query"),
        not_resources=("${Rooms.Arn}",),
        conditions={
            "StringNotEquals": {"aws:RequestedRegion": ("${AWS::Region}", "eu-west-1")},
            "Bool": {"a:b": ("true",)},
        },
        location=found.location,
    )


@pytest.mark.parametrize(
    ("resource", "text"),
    [
        ("'*'", "*"),
        ("'a${b}'", "a${!b}"),
        ("!GetAtt Rooms.Arn", "${Rooms.Arn}"),
        ("!Sub '${Rooms.Arn}/index/*'", "${Rooms.Arn}/index/*"),
        ("!Sub ['${A}/${B}', {A: !GetAtt Rooms.Arn, B: x}]", "${Rooms.Arn}/x"),
        ("!Sub 'a${!b}${Rooms}'", "a${!b}${Rooms}"),
        ("!Join [':', [arn, !Ref 'AWS::Partition', !Ref Rooms]]", "arn:${AWS::Partition}:${Rooms}"),
        ("!ImportValue rooms-arn", "${import rooms-arn}"),
        ("'arn:aws:s3:::{{resolve:ssm:/bucket}}'", "arn:aws:s3:::${ssm:/bucket}"),
        ("!FindInMap [A, B, C]", "${value in template.yaml:26}"),
    ],
)
def test_what_only_the_deployment_knows_has_its_name(tmp_path: Path, resource: str, text: str) -> None:
    policies = (
        f"      Policies:\n        - Statement:\n          - {{Effect: Allow, Action: 's3:*', Resource: {resource}}}"
    )
    [found] = sam(tmp_path, policies).statements

    assert found.resources == (text,)


def test_templates_and_managed_policies_of_sam(tmp_path: Path) -> None:
    policies = """
      Policies:
        - AmazonSQSReadOnlyAccess
        - arn:aws:iam::aws:policy/service-role/Some
        - DynamoDBReadPolicy: {TableName: !Ref Rooms}
    """
    found = sam(tmp_path, policies)

    assert found.managed_policies == (
        "arn:${AWS::Partition}:iam::aws:policy/AmazonSQSReadOnlyAccess",
        "arn:aws:iam::aws:policy/service-role/Some",
    )
    [statement] = found.statements
    assert "dynamodb:Query" in statement.actions
    table = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Rooms}"
    assert statement.resources == (table, f"{table}/index/*")


def test_a_role_and_the_policies_that_name_it(tmp_path: Path) -> None:
    resources = """
  Own:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: !Ref Bound
      ManagedPolicyArns: [!Ref Shared]
      Policies: [{PolicyName: a, PolicyDocument: {Statement: {Effect: Allow, Action: 'a:A', Resource: '*'}}}]
  More:
    Type: AWS::IAM::Policy
    Properties: {Roles: [!Ref Own], PolicyDocument: {Statement: [{Effect: Allow, Action: 'b:B', Resource: '*'}]}}
  Others:
    Type: AWS::IAM::Policy
    Properties: {Roles: [!Ref Other], PolicyDocument: {Statement: [{Effect: Allow, Action: 'c:C', Resource: '*'}]}}
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: 'd:D', Resource: '*'}]}}
"""
    found = sam(tmp_path, "      Role: !GetAtt Own.Arn", resources)

    assert {actions for _effect, actions, _resources in said(found)} == {("a:A",), ("b:B",), ("d:D",)}
    assert found.boundaries == ("${Bound}",)
    assert found.managed_policies == found.unread == ()


def test_what_is_not_known_of_the_serverless_framework_may_deny(tmp_path: Path) -> None:
    provider = SERVERLESS.replace("name: aws\n", "name: aws\n      iam: ${file(gone.yml)}\n")
    inventory = scan(tmp_path, {"serverless.yml": provider, "app.py": CODE + "connect = say = handler\n"})

    for handler in inventory.handlers:
        assert handler.permissions is not None
        assert [part.may_deny for part in handler.permissions.unread] == [True]


def test_the_serverless_framework_has_one_role_for_all_functions(tmp_path: Path) -> None:
    role = "iam: {role: {statements: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}], managedPolicies: ['arn:aws:x']}}"
    provider = SERVERLESS.replace("name: aws\n", f"name: aws\n      {role}\n")
    inventory = scan(tmp_path, {"serverless.yml": provider, "app.py": CODE + "connect = say = handler\n"})

    for handler in inventory.handlers:
        assert handler.permissions is not None
        assert said(handler.permissions) == [("Allow", ("s3:GetObject",), ("*",))]
        assert handler.permissions.managed_policies == ("arn:aws:x",)


def test_the_cdk_has_statements_and_grants(tmp_path: Path) -> None:
    program = """
    const say = fn('say');
    const rooms = new dynamodb.Table(this, 'Rooms', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
    });
    rooms.addGlobalSecondaryIndex({ indexName: 'i', partitionKey: { name: 'r', type: dynamodb.AttributeType.STRING } });
    rooms.grantReadData(say);
    rooms.grantStream(say);
    say.addToRolePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, actions: ['a:A'], resources: ['*'], conditions: { StringEquals: { 'a:b': 'c' } },
    }));
    api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', say) });
    """
    found = only(script(tmp_path, program, {"functions/say.py": PUSH}))

    assert said(found)[0] == ("Deny", ("a:A",), ("*",))
    assert found.statements[0].conditions == {"StringEquals": {"a:b": ("c",)}}
    assert said(found)[1][2] == ("${Rooms.Arn}", "${Rooms.Arn}/index/*")
    assert "dynamodb:Query" in said(found)[1][1]
    assert "dynamodb:PutItem" not in said(found)[1][1]
    assert [(part.reason, part.may_deny) for part in found.unread] == [
        ("grantStream of aws_dynamodb.Table is not known", False)
    ]
