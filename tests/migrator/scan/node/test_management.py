"""Places in scripts that build a client for @connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.node.applications import handler, scan_node

V3 = 'import { ApiGatewayManagementApiClient as Client } from "@aws-sdk/client-apigatewaymanagementapi";\n'


def test_other_clients_are_left_alone(tmp_path: Path) -> None:
    head = "import { S3Client } from '@aws-sdk/client-s3'; const s3 = new S3Client({ endpoint: process.env.E });"

    assert scan_node(tmp_path, handler("return 1;", head)).management_clients == ()


@pytest.mark.parametrize(
    ("endpoint", "kind"),
    [
        ("`https://${event.requestContext.domainName}/${event.requestContext.stage}`", "event"),
        ("event.requestContext.domainName + '/' + event.requestContext.stage", "event"),
        ("process.env.ENDPOINT", "environment"),
        ("`https://${process.env.API}.execute-api.eu-west-1.amazonaws.com/prod`", "environment"),
        ("'https://abc.execute-api.eu-west-1.amazonaws.com/prod'", "literal"),
        ("event.endpoint", "payload"),
        ("discover()", "unknown"),
    ],
)
def test_the_origin_of_the_endpoint_is_told(tmp_path: Path, endpoint: str, kind: str) -> None:
    body = f"const client = new ApiGatewayManagementApi({{ endpoint: {endpoint} }});"

    (client,) = scan_node(tmp_path, handler(body, "")).management_clients

    assert (client.endpoint, client.scope, client.handlers) == (kind, "call", ("say.js:handler",))


@pytest.mark.parametrize(
    ("head", "scope"),
    [
        ("const client = new AWS.ApiGatewayManagementApi();", "module"),
        (
            "let client; const get = () => { client = client || new ApiGatewayManagementApi({}); return client; };",
            "lazy",
        ),
        ("class Sender { constructor() { this.client = new ApiGatewayManagementApi({}); } }", "class"),
        ("class Sender { client = new ApiGatewayManagementApi({}); }", "class"),
        ("const make = () => new ApiGatewayManagementApi({});", "call"),
    ],
)
def test_the_scope_is_told(tmp_path: Path, head: str, scope: str) -> None:
    (client,) = scan_node(tmp_path, handler("return 1;", head)).management_clients

    assert client.scope == scope


def test_a_client_under_another_name_is_found(tmp_path: Path) -> None:
    (client,) = scan_node(tmp_path, handler("return new Client({});", V3)).management_clients

    assert client.endpoint == "none"
