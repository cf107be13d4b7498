"""What `cdk synth` wrote, where the sources of the program leave routes open or are not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.errors import ApplicationEmpty
from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import scan
from tests.migrator.scan.cdk.programs import PUSH, only_api, routes, script, serious

ARN = {"Fn::GetAtt": ["SayFn1", "Arn"]}


def resource(kind: str, properties: dict[str, object], **metadata: str) -> dict[str, object]:
    return {"Type": f"AWS::{kind}", "Properties": properties, "Metadata": metadata}


def function(asset: str = "asset.aa") -> dict[str, object]:
    code = {"S3Bucket": {"Fn::Sub": "assets-${AWS::Region}"}, "S3Key": "aa.zip"}
    given: dict[str, object] = {"Handler": "say.handler", "Runtime": "python3.12", "Code": code}
    return resource("Lambda::Function", given, **{"aws:asset:path": asset, "aws:cdk:path": "Chat/Say/Resource"})


def api(uri: object) -> dict[str, object]:
    return {
        "Api1": resource("ApiGatewayV2::Api", {"Name": "chat", "ProtocolType": "WEBSOCKET"}),
        "To1": resource(
            "ApiGatewayV2::Integration",
            {
                "ApiId": {"Ref": "Api1"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::Join": ["", ["arn:aws:apigateway:", uri, "/invocations"]]},
            },
        ),
        "Route1": resource(
            "ApiGatewayV2::Route",
            {
                "ApiId": {"Ref": "Api1"},
                "RouteKey": "say",
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "To1"}]]},
            },
        ),
    }


def stack(template: str) -> dict[str, object]:
    return {"type": "aws:cloudformation:stack", "properties": {"templateFile": template}}


def assembly(templates: dict[str, object], artifacts: dict[str, object] | None = None) -> dict[str, str]:
    stacks = artifacts or {name: stack(name) for name in templates}
    written = {f"cdk.out/{name}": json.dumps(value, indent=1) for name, value in templates.items()}
    return {
        "cdk.json": '{"app": "mvn -q compile exec:java"}',
        "cdk.out/manifest.json": json.dumps({"artifacts": stacks}),
        "cdk.out/asset.aa/say.py": PUSH,
        "functions/say.py": PUSH,
        "other/say.py": PUSH + "\n",
        **written,
    }


def read(tmp_path: Path, *templates: dict[str, object], **more: str) -> Inventory:
    named: dict[str, object] = {f"{number}.template.json": value for number, value in enumerate(templates)}
    return scan(tmp_path, {**assembly(named), **more})


def test_sources_that_say_everything_are_enough(tmp_path: Path) -> None:
    body = "api.addRoute('talk', { integration: new WebSocketLambdaIntegration('To', fn('say')) });"
    found = script(tmp_path, body, assembly({"a.template.json": {"Resources": {"SayFn1": function(), **api(ARN)}}}))
    assert routes(found) == {"talk": "functions/say.py:handler"}


def test_a_template_that_was_kept_beside_the_program_is_no_second_api(tmp_path: Path) -> None:
    body = "api.addRoute('talk', { integration: new WebSocketLambdaIntegration('To', fn('say')) });"
    kept = {"backup/chat.template.json": json.dumps({"Resources": {"SayFn1": function(), **api(ARN)}})}
    found = script(tmp_path, body, kept)
    assert routes(found) == {"talk": "functions/say.py:handler"}
    assert [problem.message for problem in found.problems] == [
        "cdk synth wrote this template; the program bin/chat.ts is read instead"
    ]


@pytest.mark.parametrize("manifest", ["{", "[]", '{"artifacts": {"a": 1}}', '{"artifacts": {"a": {"properties": []}}}'])
def test_a_manifest_that_is_none_is_left_alone(tmp_path: Path, manifest: str) -> None:
    files = {"cdk.json": "{}", "cdk.out/manifest.json": manifest, "a.py": "x = 1"}
    with pytest.raises(ApplicationEmpty):
        scan(tmp_path, files)


@pytest.mark.parametrize("asset", ["/etc", "../../../etc", "asset.none"])
def test_an_asset_outside_of_the_application_is_not_read(tmp_path: Path, asset: str) -> None:
    found = read(tmp_path, {"Resources": {"SayFn1": function(asset), **api(ARN)}})
    assert found.handlers[0].problem is not None


def test_code_is_led_back_to_what_it_was_copied_from(tmp_path: Path) -> None:
    found = read(tmp_path, {"Resources": {"SayFn1": function(), **api(ARN)}})
    assert routes(found) == {"say": "functions/say.py:handler"}
    assert only_api(found).location.path == "cdk.out/0.template.json"
    assert only_api(found).location.line > 1
    assert found.declared_by == ("cdk",)
    assert serious(found) == []


def test_stacks_that_import_from_each_other(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"Resources": api({"Fn::ImportValue": "Functions:Say"})},
        {"Resources": {"SayFn1": function()}, "Outputs": {"O": {"Value": ARN, "Export": {"Name": "Functions:Say"}}}},
    )
    assert routes(found) == {"say": "functions/say.py:handler"}


def test_nested_stacks(tmp_path: Path) -> None:
    nested = resource(
        "CloudFormation::Stack",
        {"Parameters": {"referencetoSay": ARN}},
        **{"aws:asset:path": "inner.nested.template.json"},
    )
    inner = {"Parameters": {"referencetoSay": {"Type": "String"}}, "Resources": api({"Ref": "referencetoSay"})}
    files = assembly(
        {
            "a.template.json": {"Resources": {"SayFn1": function(), "Nested1": nested}},
            "inner.nested.template.json": inner,
        },
        {"a": stack("a.template.json")},
    )
    assert routes(scan(tmp_path, files)) == {"say": "functions/say.py:handler"}


def test_stages_of_one_application_count_once(tmp_path: Path) -> None:
    whole = {"Resources": {"SayFn1": function(), **api(ARN)}}
    assert routes(read(tmp_path, whole, whole)) == {"say": "functions/say.py:handler"}


def test_sources_that_leave_a_route_open(tmp_path: Path) -> None:
    body = "api.addRoute(process.env.KEY!, { integration: new WebSocketLambdaIntegration('To', fn('say')) });"
    files = assembly({"a.template.json": {"Resources": {"SayFn1": function(), **api(ARN)}}})
    files["cdk.json"] = '{"app": "npx ts-node bin/chat.ts"}'
    found = script(tmp_path, body, files)
    assert routes(found) == {"say": "functions/say.py:handler"}
    assert any("leave routes open" in problem.message for problem in found.problems)
