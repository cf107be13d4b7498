"""CDK: statements that only make the WebSocket API leave later, and nothing else moves."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.migrator.rewrite.infra.stacks import after_both_steps, again, outcome, planned

HEAD = """\
import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';

export class ChatStack extends cdk.Stack {
  constructor(scope: cdk.App, id: string, props?: cdk.StackProps) {
    super(scope, id, props);

"""
API = """\
    const say = new lambda.Function(this, 'Say', {
      code: lambda.Code.fromAsset('.'),
      handler: 'app.say',
      runtime: lambda.Runtime.PYTHON_3_12,
    });
    const api = new WebSocketApi(this, 'Api');
    api.addRoute('say', { integration: new WebSocketLambdaIntegration('SayIntegration', say) });
"""
REST = """\
    const rest = new lambda.Function(this, 'Rest', {
      code: lambda.Code.fromAsset('.'),
      handler: 'rest.run',
      runtime: lambda.Runtime.PYTHON_3_12,
    });
"""
END = "  }\n}\n"


def body(text: str) -> str:
    return indent(dedent(text).strip("\n"), "    ") + "\n" if text else ""


def left_of(tmp_path: Path, extra: str) -> str:
    return theirs(after_both_steps(tmp_path, "lib/stack.ts", HEAD + API + REST + body(extra) + END))


def theirs(text: str) -> str:
    """Without what the first step has put in, and without blank lines."""
    text = re.sub(r"import \{ SseService \}.*\n|from \.?sse_fargate_service .*\n", "", text)
    text = re.sub(r"    // The SSE \+ REST service(?:.*\n)*?    \}\n", "", text)
    return squeezed(re.sub(r"        # The SSE \+ REST service(?:.*\n)*?            \)\n", "", text))


def squeezed(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


STAYS = {
    "a queue": "const jobs = new sqs.Queue(this, 'Jobs');",
    "odd spacing and comments": "// jobs\nconst  jobs = new sqs.Queue( this,'Jobs' ) ; // plain",
    "a comment with the API's name": "// api.addRoute(say)",
    "a string with the API's name": "new cdk.CfnOutput(this, 'Name', { value: 'api' });",
    "a property of the same name": "new cdk.CfnOutput(this, 'Name', { value: props.api });",
    "a grant to another function": "const jobs = new sqs.Queue(this, 'Jobs');\njobs.grantSendMessages(rest);",
    "a permission for something else": """
        rest.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
        """,
    "an output of another function": "new cdk.CfnOutput(this, 'Rest', { value: rest.functionArn });",
    "a variable of another function": "rest.addEnvironment('STAGE', 'prod');",
    "templates in strings": "const jobs = new sqs.Queue(this, 'Jobs', { queueName: `${id}-jobs` });",
}


@pytest.mark.parametrize("extra", STAYS.values(), ids=STAYS)
def test_leaves_alone(tmp_path: Path, extra: str) -> None:
    assert left_of(tmp_path, extra) == squeezed(HEAD + REST + body(extra) + END)


LEAVES = {
    "a stage": ("const stage = new WebSocketStage(this, 'Prod', { webSocketApi: api, stageName: 'prod' });", ""),
    "a stage in short": (
        "const webSocketApi = api;\nnew WebSocketStage(this, 'Prod', { webSocketApi, stageName: 'prod' });",
        "",
    ),
    "a grant by the API": ("api.grantManageConnections(rest);", ""),
    "a grant to a function that goes": (
        "const jobs = new sqs.Queue(this, 'Jobs');\njobs.grantSendMessages(say);",
        "const jobs = new sqs.Queue(this, 'Jobs');",
    ),
    "a permission to send": (
        "rest.addToRolePolicy(new iam.PolicyStatement({\n"
        "  actions: ['execute-api:ManageConnections'],\n  resources: ['*'],\n}));",
        "",
    ),
    "a permission to send among others": (
        "rest.addToRolePolicy(new iam.PolicyStatement({\n"
        "  actions: ['s3:GetObject', 'execute-api:ManageConnections'],\n  resources: ['*'],\n}));",
        "rest.addToRolePolicy(new iam.PolicyStatement({\n  actions: ['s3:GetObject'],\n  resources: ['*'],\n}));",
    ),
    "an output": ("new cdk.CfnOutput(this, 'Address', { value: api.apiEndpoint });", ""),
    "an output by a variable": (
        "const address = `${api.apiEndpoint}/prod`;\nnew cdk.CfnOutput(this, 'Address', { value: address });",
        "",
    ),
    "a comment right above": ("// who may send\napi.grantManageConnections(rest);", ""),
    "a variable that nobody reads": ("rest.addEnvironment('WS', api.apiEndpoint);", ""),
    "an entry of an environment": (
        "const more = new lambda.Function(this, 'More', {\n  code: lambda.Code.fromAsset('.'),\n"
        "  handler: 'rest.run',\n  runtime: lambda.Runtime.PYTHON_3_12,\n"
        "  environment: { A: '1', WS: api.apiEndpoint },\n});",
        "const more = new lambda.Function(this, 'More', {\n  code: lambda.Code.fromAsset('.'),\n"
        "  handler: 'rest.run',\n  runtime: lambda.Runtime.PYTHON_3_12,\n  environment: { A: '1' },\n});",
    ),
    "the first entry of an environment": (
        "const more = new lambda.Function(this, 'More', {\n  code: lambda.Code.fromAsset('.'),\n"
        "  handler: 'rest.run',\n  runtime: lambda.Runtime.PYTHON_3_12,\n"
        "  environment: { WS: api.apiEndpoint, A: '1' },\n});",
        "const more = new lambda.Function(this, 'More', {\n  code: lambda.Code.fromAsset('.'),\n"
        "  handler: 'rest.run',\n  runtime: lambda.Runtime.PYTHON_3_12,\n  environment: { A: '1' },\n});",
    ),
}


@pytest.mark.parametrize(("extra", "kept"), LEAVES.values(), ids=LEAVES)
def test_takes_out(tmp_path: Path, extra: str, kept: str) -> None:
    assert left_of(tmp_path, extra) == squeezed(HEAD + REST + body(kept) + END)


REFUSED = {
    "a variable that is read": ("rest.addEnvironment('ADDRESS', api.apiEndpoint);", "code still reads it"),
    "a use that is not understood": ("watch(api);", "uses api"),
    "a name with two meanings": ("let other = 1;\nfunction f() { let api = other; }", "has several meanings"),
}


@pytest.mark.parametrize(("extra", "why"), REFUSED.values(), ids=REFUSED)
def test_refuses_what_would_not_hold_together(tmp_path: Path, extra: str, why: str) -> None:
    made = planned(tmp_path, {"lib/stack.ts": HEAD + API + REST + body(extra) + END})
    assert why in made.changes[0].refused
    assert made.changes[0].later == {}
    assert outcome(made, "Api").status == "skipped"


FACTORY = """\
  make(name: string, handler: string, environment: { [key: string]: string }): lambda.Function {
    return new lambda.Function(this, name, {
      code: lambda.Code.fromAsset('.'),
      handler: handler,
      runtime: lambda.Runtime.PYTHON_3_12,
      environment: environment,
    });
  }

"""
BY_FACTORY = (
    HEAD.replace("  constructor", FACTORY + "  constructor")
    + """\
    const connect = this.make('Connect', 'app.connect', {});
    const say = this.make('Say', 'app.say', { TABLE: 'chat' });
    const api = new WebSocketApi(this, 'Api');
    api.addRoute('$connect', { integration: new WebSocketLambdaIntegration('ConnectIntegration', connect) });
    api.addRoute('say', { integration: new WebSocketLambdaIntegration('SayIntegration', say) });
"""
    + REST
)


def test_what_a_method_makes_leaves_with_the_method_and_its_calls(tmp_path: Path) -> None:
    after = after_both_steps(tmp_path, "lib/stack.ts", BY_FACTORY + END)

    assert theirs(after) == squeezed(HEAD + REST + END)


def test_the_service_has_what_the_calls_of_a_method_gave(tmp_path: Path) -> None:
    made = planned(tmp_path, {"lib/stack.ts": BY_FACTORY + END})

    assert "TABLE: 'chat'," in made.changes[0].first["lib/stack.ts"]


OTHER_CALLS = {
    "makes one that stays": ("const tool = this.make('Tool', 'rest.run', {});", "stays"),
    "is handed on": ("wire(this.make);", "uses make without a call"),
}


@pytest.mark.parametrize(("extra", "why"), OTHER_CALLS.values(), ids=OTHER_CALLS)
def test_a_method_stays_that(tmp_path: Path, extra: str, why: str) -> None:
    made = planned(tmp_path, {"lib/stack.ts": BY_FACTORY + body(extra) + END})

    assert why in made.changes[0].refused
    assert made.changes[0].later == {}


PYTHON = """\
from aws_cdk import CfnOutput, Stack, aws_apigatewayv2 as gateway, aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration


class ChatStack(Stack):
    def __init__(self, scope, id, **kwargs):
        super().__init__(scope, id, **kwargs)

        self.say = lambda_.Function(
            self, "Say", code=lambda_.Code.from_asset("."), handler="app.say", runtime=lambda_.Runtime.PYTHON_3_12
        )
        self.api = gateway.WebSocketApi(self, "Api")
        self.api.add_route("say", integration=WebSocketLambdaIntegration("SayIntegration", self.say))
        {extra}
        # the rest
        rest = lambda_.Function(
            self, "Rest", code=lambda_.Code.from_asset("."), handler="rest.run", runtime=lambda_.Runtime.PYTHON_3_12
        )
"""


@pytest.mark.parametrize(
    "extra",
    [
        'self.stage = gateway.WebSocketStage(self, "Prod", web_socket_api=self.api, stage_name="prod")',
        'CfnOutput(self, "Address", value=self.api.api_endpoint)',
        "self.api.grant_manage_connections(self.say)",
    ],
    ids=["a stage", "an output", "a grant"],
)
def test_python_programs_lose_the_same(tmp_path: Path, extra: str) -> None:
    left = after_both_steps(tmp_path, "stack.py", PYTHON.replace("{extra}", extra))
    head, _say, rest = PYTHON.partition("        self.say")
    assert theirs(left) == squeezed(head + rest[rest.index("        # the rest") :])


def test_what_another_file_reads_stays(tmp_path: Path) -> None:
    files = {"stack.py": PYTHON.replace("{extra}", ""), "app.txt": "stack.api"}
    made = planned(tmp_path, files)
    assert made.changes[0].refused == "app.txt may read api of stack.py"


def test_the_service_has_what_the_functions_had(tmp_path: Path) -> None:
    extra = """
        const table = new dynamodb.Table(this, 'T', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
        const connect = new lambda.Function(this, 'Connect', {
          code: lambda.Code.fromAsset('.'),
          handler: 'app.connect',
          runtime: lambda.Runtime.PYTHON_3_12,
          environment: { TABLE: table.tableName, UNREAD: '1' },
        });
        api.addRoute('$connect', { integration: new WebSocketLambdaIntegration('ConnectIntegration', connect) });
        table.grantReadWriteData(connect);
        api.grantManageConnections(connect);
        """
    head = HEAD.replace("import * as sqs", "import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';\nimport * as sqs")
    made = planned(tmp_path, {"lib/stack.ts": head + API + REST + body(extra) + END})
    first = made.changes[0].first["lib/stack.ts"]
    assert "import { SseService } from './sse-service';" in first
    assert "      TABLE: table.tableName," in first
    assert first.count("UNREAD") == 1
    assert "table.grantReadWriteData(sse.taskRole);" in first
    assert "grantManageConnections(sse" not in first
    left = made.changes[0].later["lib/stack.ts"]
    assert "table.grantReadWriteData(sse.taskRole);" in left
    assert "connect" not in left
    assert "idleTimeout: Duration.seconds(4000)" in made.changes[0].new["lib/sse-service.ts"]


def test_the_service_of_a_python_program_compiles(tmp_path: Path) -> None:
    made = planned(tmp_path, {"stack.py": PYTHON.replace("{extra}", "")})
    compile(made.changes[0].new["sse_fargate_service.py"], "a.py", "exec")
    compile(made.changes[0].first["stack.py"], "b.py", "exec")
    assert "from sse_fargate_service import SseService" in made.changes[0].first["stack.py"]


def test_a_program_for_version_1_gets_no_service_and_says_so(tmp_path: Path) -> None:
    text = (
        (HEAD + API + REST + END).replace("aws-cdk-lib/aws-", "@aws-cdk/aws-").replace("aws-cdk-lib", "@aws-cdk/core")
    )
    made = again(planned(tmp_path, {"lib/stack.ts": HEAD + API + REST + END}), {"lib/stack.ts": text})
    assert made.changes[0].first == {}
    assert "it is written for version 1 of the CDK" in made.changes[0].notes[0]
