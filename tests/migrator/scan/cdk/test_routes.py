"""WebSocket APIs of CDK programs in both languages: what is no WebSocket API first, then routes to their code."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import ApplicationEmpty
from tests.migrator.scan.applications import scan
from tests.migrator.scan.cdk.programs import PUSH, only_api, python, routes, script, serious

SAY = {"say": "functions/say.py:handler"}
TO_SAY = "{ integration: new WebSocketLambdaIntegration('To', fn('say')) }"


# What is left alone


def test_an_http_api_is_no_websocket_api(tmp_path: Path) -> None:
    text = """
        import * as cdk from 'aws-cdk-lib';
        import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
        class Web extends cdk.Stack {
          constructor(scope: cdk.App, id: string) { super(scope, id); new HttpApi(this, 'WebSocketless'); }
        }
        new Web(new cdk.App(), 'Web');
    """
    with pytest.raises(ApplicationEmpty):
        scan(tmp_path, {"bin/web.ts": text})


def test_an_http_api_beside_adds_no_routes(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        f"""
        const http = new apigw.HttpApi(this, 'Http');
        http.addRoutes({{ path: '/x', integration: new HttpLambdaIntegration('X', fn('join')) }});
        api.addRoute('say', {TO_SAY});
        """,
    )
    assert routes(found) == SAY


def test_tests_of_a_stack_make_no_second_api(tmp_path: Path) -> None:
    again = """
        import { App } from 'aws-cdk-lib';
        import { ChatStack } from '../lib/chat-stack';
        test('it', () => { new ChatStack(new App(), 'Again'); });
    """
    found = script(tmp_path, f"api.addRoute('say', {TO_SAY});", {"test/chat.test.ts": again})
    assert routes(found) == SAY


def test_a_stack_for_each_environment_is_one_api(tmp_path: Path) -> None:
    app = """
        import * as cdk from 'aws-cdk-lib';
        import { ChatStack } from '../lib/chat-stack';
        const app = new cdk.App();
        for (const stage of ['dev', 'prod']) { new ChatStack(app, `Chat-${stage}`); }
    """
    found = script(tmp_path, f"api.addRoute('say', {TO_SAY});", app=app)
    assert routes(found) == SAY
    assert [problem.message for problem in found.problems] == [
        "ChatStack is made again here; what bin/chat.ts:5 makes is read"
    ]


def test_nothing_of_the_program_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    found = python(
        tmp_path, f'open("{mark}", "w").write("x")\nself.api.add_route("say", integration=self.to(self.fn("say")))'
    )
    assert routes(found) == SAY
    assert not mark.exists()


@pytest.mark.parametrize("loop", ["while (true) { go(); }", "function f(): any { return f(); } f();", "a.b.c.d;"])
def test_programs_without_end_end(tmp_path: Path, loop: str) -> None:
    assert routes(script(tmp_path, f"{loop}\napi.addRoute('say', {TO_SAY});")) == SAY


# TypeScript


@pytest.mark.parametrize(
    "body",
    [
        f"api.addRoute('say', {TO_SAY});",
        f"const key = 'say'; api.addRoute(key, {TO_SAY});",
        f"const keys = {{ SAY: 'say' }} as const; api.addRoute(keys.SAY, {TO_SAY});",
        f"enum Key {{ Say = 'say' }}\napi.addRoute(Key.Say, {TO_SAY});",
        f"['say'].forEach((key) => api.addRoute(key, {TO_SAY}));",
        f"for (const {{ key }} of [{{ key: 'say' }}]) {{ api.addRoute(key, {TO_SAY}); }}",
        "for (const [key, target] of Object.entries({ say: fn('say') })) {\n"
        "  api.addRoute(key, { integration: new WebSocketLambdaIntegration(`To${key}`, target) });\n}",
        "const made = ['say'].map((name) => ({ name, target: fn(name) }));\n"
        "made.forEach((one) => api.addRoute(one.name, { integration: new WebSocketLambdaIntegration('T', one.target) }));",
        f"const add = (key: string, options: any) => api.addRoute(key, options);\nadd('say', {TO_SAY});",
        f"if (this.node.tryGetContext('enabled')) {{ api.addRoute('say', {TO_SAY}); }}",
        f"const prefix = process.env.PREFIX ?? ''; api.addRoute(`${{prefix}}say`, {TO_SAY});",
        "const target = new lambda.Alias(this, 'Now', { aliasName: 'now', version: fn('say').currentVersion });\n"
        "api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', target) });",
        "api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', fn('say').currentVersion) });",
        f"new apigw.WebSocketRoute(this, 'Say', {{ webSocketApi: api, routeKey: 'say', ...{TO_SAY} }});",
        f"switch (this.node.tryGetContext('kind')) {{ case 'a': api.addRoute('say', {TO_SAY}); break; }}",
        f"try {{ api.addRoute('say', {TO_SAY}); }} catch (e) {{ throw e; }}",
        f"if (this.node.tryGetContext('none')) {{ return; }}\napi.addRoute('say', {TO_SAY});",
    ],
)
def test_a_route_is_found_however_it_is_added(tmp_path: Path, body: str) -> None:
    found = script(tmp_path, body)
    assert routes(found) == SAY
    assert serious(found) == []


def test_routes_that_are_options_of_the_api(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const own = new apigw.WebSocketApi(this, 'Own', {
          routeSelectionExpression: '$request.body.type',
          connectRouteOptions: { integration: new WebSocketLambdaIntegration('C', fn('join')) },
          defaultRouteOptions: { integration: new WebSocketLambdaIntegration('D', fn('say')), returnResponse: true },
        });
        """,
    )
    own = next(api for api in found.apis if api.id == "Own")
    assert [(route.key, route.handler, route.route_response) for route in own.routes] == [
        ("$connect", "functions/join.py:handler", False),
        ("$default", "functions/say.py:handler", True),
    ]
    assert own.route_selection_expression == "$request.body.type"
    assert own.routes[1].location.line == own.location.line + 3


def test_props_pass_between_stacks_and_constructs(tmp_path: Path) -> None:
    app = """
        import * as cdk from 'aws-cdk-lib';
        import { ChatStack } from '../lib/chat-stack';
        import { Functions } from '../lib/functions';
        const app = new cdk.App();
        const functions = new Functions(app, 'Functions');
        new ChatStack(app, 'ChatStack', { target: functions.say });
    """
    functions = """
        import { Stack } from 'aws-cdk-lib';
        import { Code, Function as Fn, IFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
        import { Construct } from 'constructs';
        export class Functions extends Stack {
          public readonly say: IFunction;
          constructor(scope: Construct, id: string) {
            super(scope, id);
            this.say = new Say(this, 'Say').fn;
          }
        }
        class Say extends Construct {
          public get fn() { return this.inner; }
          private readonly inner: Fn;
          constructor(private readonly owner: Construct, id: string) {
            super(owner, id);
            this.inner = new Fn(this, 'Inner', {
              runtime: Runtime.PYTHON_3_12, handler: 'say.handler', code: Code.fromAsset('functions'),
            });
          }
        }
    """
    body = "api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', props.target) });"
    assert routes(script(tmp_path, body, {"lib/functions.ts": functions}, app=app)) == SAY


def test_the_first_level_of_constructs(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const raw = new apigw.CfnApi(this, 'Raw', { name: 'raw', protocolType: 'WEBSOCKET' });
        const say = fn('say');
        const to = new apigw.CfnIntegration(this, 'RawTo', {
          apiId: raw.ref, integrationType: 'AWS_PROXY',
          integrationUri: `arn:aws:apigateway:${this.region}:lambda:path/2015-03-31/functions/${say.functionArn}/invocations`,
        });
        const route = new apigw.CfnRoute(this, 'RawRoute', {
          apiId: raw.ref, routeKey: 'say', target: 'integrations/' + to.ref, authorizationType: 'AWS_IAM',
        });
        new apigw.CfnRouteResponse(this, 'RawAnswer', { apiId: raw.ref, routeId: route.ref, routeResponseKey: '$default' });
        const stage = new apigw.CfnStage(this, 'RawStage', { apiId: raw.ref, stageName: 'first' });
        """,
    )
    raw = next(api for api in found.apis if api.id == "Raw")
    assert [(route.key, route.handler, route.route_response) for route in raw.routes] == [
        ("say", "functions/say.py:handler", True)
    ]
    assert (raw.stage, raw.authorizer.type if raw.authorizer else None) == ("first", "AWS_IAM")


def test_what_is_set_on_the_resource_below_counts(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const route = api.addRoute('$connect', { integration: new WebSocketLambdaIntegration('To', fn('say')) });
        (route.node.defaultChild as apigw.CfnRoute).authorizationType = 'AWS_IAM';
        (api.node.defaultChild as apigw.CfnApi).routeSelectionExpression = '$request.body.kind';
        """,
    )
    api = only_api(found)
    assert (api.authorizer.type if api.authorizer else None, api.route_selection_expression) == (
        "AWS_IAM",
        "$request.body.kind",
    )


def test_the_first_versions_of_the_module(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const to = (name: string) => ({ integration: new LambdaWebSocketIntegration({ handler: fn(name) }) });
        api.addConnectRoute(to('join'));
        api.addDefaultRoute(to('say'));
        """,
        imports="import { LambdaWebSocketIntegration } from '@aws-cdk/aws-apigatewayv2-integrations';\n",
    )
    assert routes(found) == {"$connect": "functions/join.py:handler", "$default": "functions/say.py:handler"}


@pytest.mark.parametrize(
    "target",
    [
        "`integrations/${to.ref}`",
        "'integrations/' + to.ref",
        "cdk.Fn.join('/', ['integrations', to.ref])",
        "cdk.Fn.sub('integrations/${To}', { To: to.ref })",
        "['integrations', to.ref].join('/')",
        "'integrations/'.concat(to.ref)",
    ],
)
def test_targets_of_routes(tmp_path: Path, target: str) -> None:
    found = script(
        tmp_path,
        f"""
        const to = new apigw.CfnIntegration(this, 'To', {{
          apiId: api.apiId, integrationType: 'AWS_PROXY', integrationUri: fn('say').functionArn,
        }});
        new apigw.CfnRoute(this, 'Say', {{ apiId: api.apiId, routeKey: 'say', target: {target} }});
        """,
    )
    assert routes(found) == SAY


@pytest.mark.parametrize(
    ("integration", "kind"),
    [
        ("new WebSocketMockIntegration('Pong')", "MOCK"),
        (
            "new WebSocketAwsIntegration('Queue', { integrationMethod: 'POST',\n"
            "integrationUri: `arn:aws:apigateway:us-east-1:sqs:path/123456789012/jobs`,\n"
            "requestTemplates: { 'application/json': 'Action=SendMessage&MessageBody=$input.body' } })",
            "AWS",
        ),
    ],
)
def test_routes_without_a_function(tmp_path: Path, integration: str, kind: str) -> None:
    found = script(
        tmp_path,
        f"api.addRoute('ping', {{ integration: {integration}, returnResponse: true }});",
        imports="import { WebSocketMockIntegration, WebSocketAwsIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';\n",
    )
    (ping,) = only_api(found).functionless_routes
    assert (ping.key, ping.integration.type, ping.route_response) == ("ping", kind, True)


def test_custom_domains(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        f"""
        const domain = new apigw.DomainName(this, 'Domain', {{ domainName: 'chat.example.com', certificate }});
        const stage = new apigw.WebSocketStage(this, 'Own', {{
          webSocketApi: api, stageName: 'own', domainMapping: {{ domainName: domain, mappingKey: 'v1' }},
        }});
        api.addRoute('say', {TO_SAY});
        """,
    )
    assert [(domain.host, domain.base_path) for domain in only_api(found).domains] == [("chat.example.com", "v1")]


def test_authorizers(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const options = { identitySource: ['route.request.querystring.token'] };
        api.addRoute('$connect', {
          integration: new WebSocketLambdaIntegration('To', fn('say')),
          authorizer: new WebSocketLambdaAuthorizer('Guard', fn('join'), options),
        });
        """,
    )
    guard = only_api(found).authorizer
    assert guard is not None
    assert (guard.name, guard.handler) == ("Guard", "functions/join.py:handler")
    assert guard.identity_sources == ("route.request.querystring.token",)


def test_an_authorizer_looks_into_the_header_unless_it_is_told(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const authorizer = new WebSocketLambdaAuthorizer('Guard', fn('join'));
        api.addRoute('$connect', { integration: new WebSocketLambdaIntegration('To', fn('say')), authorizer });
        """,
    )
    guard = only_api(found).authorizer
    assert guard is not None
    assert guard.identity_sources == ("route.request.header.Authorization",)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        (
            "lib/chat-stack.js",
            "const cdk = require('aws-cdk-lib');\nconst { Function: Fn, Code, Runtime } = require('aws-cdk-lib/aws-lambda');",
        ),
        (
            "lib/chat-stack.mjs",
            "import cdk from 'aws-cdk-lib';\nimport { Function as Fn, Code, Runtime } from '@aws-cdk/aws-lambda';",
        ),
        (
            "lib/chat-stack.mts",
            "import cdk from 'aws-cdk-lib';\nimport { Function as Fn, Code, Runtime } from '@aws-cdk/aws-lambda';",
        ),
    ],
)
def test_javascript(tmp_path: Path, name: str, form: str) -> None:
    text = f"""{form}
const apigw = require('@aws-cdk/aws-apigatewayv2-alpha');
const {{ WebSocketLambdaIntegration }} = require('@aws-cdk/aws-apigatewayv2-integrations-alpha');
class Chat extends cdk.Stack {{
  constructor(scope, id) {{
    super(scope, id);
    const say = new Fn(this, 'Say', {{ runtime: Runtime.PYTHON_3_12, handler: 'say.handler', code: Code.fromAsset('functions') }});
    new apigw.WebSocketApi(this, 'Api').addRoute('say', {{ integration: new WebSocketLambdaIntegration('To', say) }});
  }}
}}
new Chat(new cdk.App(), 'Chat');
"""
    found = scan(tmp_path, {name: text, "cdk.json": f'{{"app": "node {name}"}}', "functions/say.py": PUSH})
    assert routes(found) == SAY


# Python


@pytest.mark.parametrize(
    "body",
    [
        'self.api.add_route("say", integration=self.to(self.fn("say")))',
        'self.api.add_route("say", integration=self.to(handler=None) if False else self.to(self.fn("say")))',
        'for key in ["say"]:\n    self.api.add_route(key, integration=self.to(self.fn(key)))',
        'for key, name in {"say": "say"}.items():\n    self.api.add_route(key, integration=self.to(self.fn(name)))',
        '[self.api.add_route(key, integration=self.to(self.fn(key))) for key in ("say",)]',
        'made = {name: self.fn(name) for name in ["say", "join"]}\n'
        'self.api.add_route("say", integration=self.to(made["say"]))',
        'options = {"integration": self.to(self.fn("say"))}\nself.api.add_route("say", **options)',
        'stage = os.environ.get("STAGE", "say")\nself.api.add_route(stage, integration=self.to(self.fn("say")))',
        'key = "sa" + "y"\nself.api.add_route(f"{key}", integration=self.to(self.fn("say")))',
        'self.api.add_route("{}".format("say"), integration=self.to(self.fn("say")))',
        'say = self.fn("say")\nself.api.add_route("say", integration=self.to(say.add_alias("live")))',
        'apigw.WebSocketRoute(self, "R", web_socket_api=self.api, route_key="say", integration=self.to(self.fn("say")))',
        'def late(key):\n    self.api.add_route(key, integration=self.to(self.fn(key)))\n\nlate("say")',
    ],
)
def test_a_python_route_is_found_however_it_is_added(tmp_path: Path, body: str) -> None:
    found = python(tmp_path, body)
    assert routes(found) == SAY
    assert serious(found) == []


def test_python_options_of_the_api(tmp_path: Path) -> None:
    found = python(
        tmp_path,
        """
        apigw.WebSocketApi(
            self, "Own",
            connect_route_options=apigw.WebSocketRouteOptions(integration=self.to(self.fn("join"))),
            default_route_options={"integration": self.to(self.fn("say"))},
        )
        """,
    )
    own = next(api for api in found.apis if api.id == "Own")
    assert {route.key: route.handler for route in own.routes} == {
        "$connect": "functions/join.py:handler",
        "$default": "functions/say.py:handler",
    }


def test_python_classes_with_abstract_bases_and_globals(tmp_path: Path) -> None:
    base = """
        from abc import ABC, abstractmethod
        from aws_cdk.aws_lambda import Code, Function, Runtime
        from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration

        class Shared:
            api = None

        class Route(Function, ABC):
            def __init__(self, scope, **given):
                super().__init__(
                    scope, self.key() + "Function", runtime=Runtime.PYTHON_3_12, code=Code.from_asset(self.folder()),
                    handler=self.handler(), **given,
                )
                Shared.api.add_route(self.key(), integration=WebSocketLambdaIntegration("To", self))

            @abstractmethod
            def key(self):
                raise NotImplementedError

            @staticmethod
            def folder():
                return "nowhere"

            @staticmethod
            def handler():
                return "main.handler"

        class Say(Route):
            def key(self):
                return "say"

            @staticmethod
            def folder():
                from .source import here
                return here

            @staticmethod
            def handler():
                return super(Say, Say).handler().replace("main", "say")
    """
    body = "from chat.base import Say, Shared\nShared.api = self.api\nSay(self)"
    files = {
        "chat/base.py": base,
        "chat/source/__init__.py": "import os\nhere = os.path.dirname(os.path.abspath(__file__))",
        "chat/source/say.py": PUSH,
    }
    assert routes(python(tmp_path, body, files)) == {"say": "chat/source/say.py:handler"}


# What can't be decided


def test_a_route_whose_function_is_not_known_is_named(tmp_path: Path) -> None:
    found = script(
        tmp_path, "api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', props.target.fn) });"
    )
    assert any("route say goes to integration" in message for message in serious(found))


def test_a_function_of_another_application_is_named(tmp_path: Path) -> None:
    body = """
        const other = lambda.Function.fromFunctionName(this, 'Other', 'billing');
        api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', other) });
    """
    assert serious(script(tmp_path, body))[0] == (
        "route say goes to integration ChatTo (AWS_PROXY), not to a function of this file: "
        "its function is no construct of this program but comes from aws_lambda.Function.fromFunctionName"
    )


def test_a_key_that_only_the_deployment_knows_is_a_problem(tmp_path: Path) -> None:
    found = script(tmp_path, f"api.addRoute(process.env.KEY!, {TO_SAY});")
    assert any("environment variable KEY" in message for message in serious(found))


def test_a_class_that_no_program_makes_is_read_and_said_to_be_so(tmp_path: Path) -> None:
    found = script(tmp_path, f"api.addRoute('say', {TO_SAY});", app="import * as cdk from 'aws-cdk-lib';")
    assert routes(found) == SAY
    assert "no program that is read makes ChatStack; its arguments are not known" in [p.message for p in found.problems]


@pytest.mark.parametrize(
    ("name", "text", "tool"),
    [
        (
            "index.ts",
            "import * as aws from '@pulumi/aws';\nnew aws.apigatewayv2.Api('a', { protocolType: 'WEBSOCKET' });",
            "Pulumi",
        ),
        ("__main__.py", "import pulumi_aws as aws\naws.apigatewayv2.Api('a', protocol_type='WEBSOCKET')", "Pulumi"),
        ("sst.config.ts", "const api = new sst.aws.ApiGatewayWebSocket('Chat');", "SST"),
    ],
)
def test_tools_that_are_not_read_are_named(tmp_path: Path, name: str, text: str, tool: str) -> None:
    found = scan(tmp_path, {name: text, "functions/say.py": PUSH})
    assert any(f"declares the API with {tool}, which isn't read" in message for message in serious(found))
