"""Where the code of functions lies, their environment, and what starts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Handler, Inventory, Trigger
from tests.migrator.scan.cdk.programs import PUSH, python, routes, script, serious

ROUTE = "api.addRoute('say', { integration: new WebSocketLambdaIntegration('To', say) });"


def only(inventory: Inventory) -> Handler:
    assert len(inventory.handlers) == 1, [handler.id for handler in inventory.handlers]
    return inventory.handlers[0]


def with_code(code: str) -> str:
    return f"""
    const say = new lambda.Function(this, 'Say', {{
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'say.handler', code: {code},
    }});
    {ROUTE}
    """


@pytest.mark.parametrize(
    "path",
    [
        "'functions'",
        "'./functions/'",
        "path.join(__dirname, '..', 'functions')",
        "path.resolve(__dirname, '../functions')",
        "`${__dirname}/../functions`",
        "path.resolve('functions')",
        "path.join(process.cwd(), 'functions')",
        "__dirname + '/../functions'",
    ],
)
def test_paths_of_assets(tmp_path: Path, path: str) -> None:
    found = script(tmp_path, with_code(f"lambda.Code.fromAsset({path})"))
    assert routes(found) == {"say": "functions/say.py:handler"}
    assert only(found).root == "functions"


@pytest.mark.parametrize(
    "path",
    [
        '"functions"',
        'os.path.join(os.path.dirname(__file__), "..", "functions")',
        'str(pathlib.Path(__file__).parent.parent / "functions")',
        'pathlib.Path(__file__).resolve().parents[1].joinpath("functions").as_posix()',
        'os.path.join(os.getcwd(), "functions")',
        'f"{os.path.dirname(__file__)}/../functions"',
    ],
)
def test_paths_of_assets_in_python(tmp_path: Path, path: str) -> None:
    body = f"""
    import pathlib
    say = lambda_.Function(
        self, "Say", runtime=lambda_.Runtime.PYTHON_3_12, handler="say.handler", code=lambda_.Code.from_asset({path}),
    )
    self.api.add_route("say", integration=self.to(say))
    """
    assert routes(python(tmp_path, body)) == {"say": "functions/say.py:handler"}


def test_a_folder_that_a_build_makes_leads_to_its_source(tmp_path: Path) -> None:
    found = script(tmp_path, with_code("lambda.Code.fromAsset('out/functions')"))
    assert routes(found) == {"say": "functions/say.py:handler"}
    note = "Say: say.handler is not in out/functions; functions/say.py is taken for its code"
    assert note in [problem.message for problem in found.problems]


def test_a_folder_whose_source_is_not_certain_is_a_problem(tmp_path: Path) -> None:
    files = {"one/say.py": PUSH, "two/say.py": PUSH}
    found = script(tmp_path, with_code("lambda.Code.fromAsset('built')"), files)
    assert "say can't be read: there is no file built/say.py" in serious(found)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "lambda.Code.fromBucket(bucket, 'x.zip')",
            "its code comes from aws_lambda.Code.fromBucket, not from the application",
        ),
        ("lambda.Code.fromAsset(props.folder)", "the folder of its code is not known: none is given"),
        (
            "lambda.Code.fromAsset(process.env.CODE!)",
            "the folder of its code is not known: comes from the environment variable CODE of the deployment",
        ),
    ],
)
def test_code_that_is_not_found_says_why(tmp_path: Path, code: str, reason: str) -> None:
    assert f"say can't be read: {reason}" in serious(script(tmp_path, with_code(code)))


def test_functions_without_code_stay_apart(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        for (const name of ['a', 'b']) {
          const made = new RustFunction(this, name, { manifestPath: 'x' });
          api.addRoute(name, { integration: new WebSocketLambdaIntegration('To', made) });
        }
        """,
    )
    assert len(set(routes(found).values())) == 2
    assert "a can't be read: its code is built by RustFunction, which is not read" in serious(found)


def test_code_inside_the_program_stays_apart_by_function(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        for (const name of ['a', 'b']) {
          const made = new lambda.Function(this, name, {
            runtime: lambda.Runtime.PYTHON_3_12, handler: 'index.handler',
            code: lambda.Code.fromInline('def handler(event, context): return {}'),
          });
          api.addRoute(name, { integration: new WebSocketLambdaIntegration('To', made) });
        }
        """,
    )
    assert routes(found) == {"a": "a/index.py:handler", "b": "b/index.py:handler"}
    assert "a can't be read: its code stands inside the program, not in a file" in serious(found)


def test_code_inside_the_program_that_is_a_copy_of_a_file_is_that_file(tmp_path: Path) -> None:
    code = PUSH.replace('"', "'")
    found = script(
        tmp_path,
        f"""
        const say = new lambda.Function(this, 'Say', {{
          runtime: lambda.Runtime.PYTHON_3_12, handler: 'index.handler', code: lambda.Code.fromInline(`{code}`),
        }});
        {ROUTE}
        """,
        {"written/chat.py": code},
    )
    assert routes(found) == {"say": "written/chat.py:handler"}


def test_functions_of_construct_libraries_for_a_language(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        """
        const py = new PythonFunction(this, 'Py', { entry: 'functions', index: 'say.py', runtime: lambda.Runtime.PYTHON_3_12 });
        const js = new nodejs.NodejsFunction(this, 'Js', { entry: path.join(__dirname, '../node/talk.ts') });
        const beside = new nodejs.NodejsFunction(this, 'beside', { handler: 'main' });
        [py, js, beside].forEach((target, at) =>
          api.addRoute(`r${at}`, { integration: new WebSocketLambdaIntegration('To', target) }));
        """,
        {
            "node/talk.ts": "export const handler = async (event) => ({ statusCode: 200 });",
            "lib/chat-stack.beside.ts": "export const main = async (event) => ({ statusCode: 200 });",
        },
    )
    assert routes(found) == {
        "r0": "functions/say.py:handler",
        "r1": "node/talk.ts:handler",
        "r2": "lib/chat-stack.beside.ts:main",
    }


@pytest.mark.parametrize(
    ("dockerfile", "command"),
    [
        ('FROM public.ecr.aws/lambda/python:3.12\nCOPY src/ ${LAMBDA_TASK_ROOT}\nCMD ["say.handler"]', ""),
        ('FROM python:3.12\nCOPY src .\nENTRYPOINT ["python", "-m", "awslambdaric"]\nCMD ["say.handler"]', ""),
        (
            'FROM public.ecr.aws/lambda/python:3.12\nCOPY src/ /var/task/\nCMD ["other.handler"]',
            ", { cmd: ['say.handler'] }",
        ),
    ],
)
def test_container_images(tmp_path: Path, dockerfile: str, command: str) -> None:
    found = script(
        tmp_path,
        f"""
        const say = new lambda.DockerImageFunction(this, 'Say', {{
          code: lambda.DockerImageCode.fromImageAsset('image'{command}),
        }});
        {ROUTE}
        """,
        {"image/Dockerfile": dockerfile, "image/src/say.py": PUSH},
    )
    assert routes(found) == {"say": "image/src/say.py:handler"}


def test_an_image_without_a_handler_says_so(tmp_path: Path) -> None:
    body = f"""
    const say = new lambda.DockerImageFunction(this, 'Say', {{ code: lambda.DockerImageCode.fromImageAsset('image') }});
    {ROUTE}
    """
    found = script(tmp_path, body, {"image/Dockerfile": 'FROM python\nCMD ["uvicorn", "app:app"]'})
    assert "say can't be read: its code is a container image" in serious(found)


def test_layers_join_the_import_path(tmp_path: Path) -> None:
    layer = "new lambda.LayerVersion(this, 'Shared', { code: lambda.Code.fromAsset('layers/shared') });"
    sender = PUSH.replace("handler(event, context)", "send(event)")
    found = script(
        tmp_path,
        layer + with_code("lambda.Code.fromAsset('functions')"),
        {
            "functions/say.py": "from chatting import send\n\ndef handler(event, context):\n    return send(event)\n",
            "layers/shared/python/chatting.py": sender,
            "elsewhere/chatting.py": "def send(event):\n    return None\n",
        },
    )
    assert [push.location.path for push in found.pushes if push.routes == ("say",)] == [
        "layers/shared/python/chatting.py"
    ]


def test_the_environment_is_resolved_also_what_is_added_later(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        f"""
        const table = new dynamodb.Table(this, 'Rooms', {{ partitionKey: {{ name: 'id', type: dynamodb.AttributeType.STRING }} }});
        const stage = new apigw.WebSocketStage(this, 'S', {{ webSocketApi: api, stageName: 'first' }});
        const say = new lambda.Function(this, 'Say', {{
          runtime: lambda.Runtime.PYTHON_3_12, handler: 'say.handler', code: lambda.Code.fromAsset('functions'),
          environment: {{ TABLE: table.tableName, SIZE: this.node.tryGetContext('size'), KEY: process.env.KEY! }},
        }});
        say.addEnvironment('ENDPOINT', stage.callbackUrl);
        {ROUTE}
        """,
    )
    environment = only(found).environment
    assert environment["TABLE"].endswith("-Rooms")
    assert environment["SIZE"] == "small"
    assert environment["ENDPOINT"] == "https://chat.execute-api.us-east-1.amazonaws.com/first"
    assert found.unresolved == {"KEY": "comes from the environment variable KEY of the deployment"}


def test_tables_with_keys_indexes_time_to_live_and_streams(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        f"""
        const key = (name: string) => ({{ name, type: dynamodb.AttributeType.STRING }});
        const table = new dynamodb.Table(this, 'Rooms', {{
          tableName: 'rooms', partitionKey: key('room'), sortKey: key('connection'), timeToLiveAttribute: 'ends',
          stream: dynamodb.StreamViewType.NEW_IMAGE,
        }});
        table.addGlobalSecondaryIndex({{ indexName: 'by-connection', partitionKey: key('connection') }});
        table.addLocalSecondaryIndex({{ indexName: 'by-age', sortKey: {{ name: 'age', type: dynamodb.AttributeType.NUMBER }} }});
        const say = new lambda.Function(this, 'Say', {{
          runtime: lambda.Runtime.PYTHON_3_12, handler: 'keep.handler', code: lambda.Code.fromAsset('functions'),
          environment: {{ TABLE: table.tableName }},
        }});
        {ROUTE}
        """,
        {
            "functions/keep.py": "import boto3, os\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n"
            "def handler(event, context):\n"
            "    table.put_item(Item={'room': 'a', 'connection': event['requestContext']['connectionId']})\n"
        },
    )
    store = found.stores[0]
    assert (store.table, store.keys, store.ttl_attribute) == ("rooms", ("room", "connection"), "ends")
    assert [(index.name, index.keys) for index in store.indexes] == [
        ("by-connection", ("connection",)),
        ("by-age", ("room", "age")),
    ]
    assert found.table_definitions[0]["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


@pytest.mark.parametrize(
    ("starts", "trigger"),
    [
        (
            "say.addEventSource(new sources.SqsEventSource(queue, { batchSize: 1 }));",
            Trigger(kind="queue", source="Jobs"),
        ),
        ("say.addEventSource(new sources.DynamoEventSource(table, {}));", Trigger(kind="stream", source="Rooms")),
        ("topic.addSubscription(new subs.LambdaSubscription(say));", Trigger(kind="queue", source="News")),
        (
            "new events.Rule(this, 'R', { schedule: events.Schedule.rate(cdk.Duration.minutes(5)), targets: [new targets.LambdaFunction(say)] });",
            Trigger(kind="schedule", source="rate(5 minutes)"),
        ),
        (
            "const rule = new events.Rule(this, 'R', { schedule: events.Schedule.cron({ minute: '0', hour: '4' }) });\n"
            "rule.addTarget(new targets.LambdaFunction(say));",
            Trigger(kind="schedule", source="cron(0 4 * * ? *)"),
        ),
        (
            "new events.Rule(this, 'R', { eventPattern: { source: ['x'] }, targets: [new targets.LambdaFunction(say)] });",
            Trigger(kind="call", source="event R"),
        ),
        (
            "new tasks.LambdaInvoke(this, 'Step', { lambdaFunction: say });",
            Trigger(kind="call", source="Step Functions Step"),
        ),
        (
            "bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new notify.LambdaDestination(say));",
            Trigger(kind="call", source="S3 Files"),
        ),
        (
            "rest.root.addResource('x').addMethod('POST', new apigateway.LambdaIntegration(say));",
            Trigger(kind="call", source="http POST *"),
        ),
        ("say.grantInvoke(fn('join'));", Trigger(kind="call", source="Lambda join")),
    ],
)
def test_triggers(tmp_path: Path, starts: str, trigger: Trigger) -> None:
    imports = "\n".join(
        f"import * as {name} from 'aws-cdk-lib/aws-{module}';"
        for name, module in {
            "sources": "lambda-event-sources", "sqs": "sqs", "sns": "sns", "subs": "sns-subscriptions", "events": "events",
            "targets": "events-targets", "tasks": "stepfunctions-tasks", "s3": "s3", "notify": "s3-notifications",
            "apigateway": "apigateway",
        }.items()
    )  # fmt: skip
    body = f"""
    const say = fn('say');
    const queue = new sqs.Queue(this, 'Jobs');
    const topic = new sns.Topic(this, 'News');
    const bucket = new s3.Bucket(this, 'Files');
    const rest = new apigateway.RestApi(this, 'Rest');
    const table = new dynamodb.Table(this, 'Rooms', {{ partitionKey: {{ name: 'id', type: dynamodb.AttributeType.STRING }} }});
    {starts}
    {ROUTE}
    """
    found = script(tmp_path, body, imports=imports)
    handler = next(item for item in found.handlers if item.path == "functions/say.py")
    assert [item for item in handler.triggers if item.kind != "route"] == [trigger]


@pytest.mark.parametrize(
    ("starts", "trigger"),
    [
        ("say.add_event_source(sources.SqsEventSource(queue=queue))", Trigger(kind="queue", source="Jobs")),
        ("say.add_event_source(sources.SqsEventSource(queue, batch_size=1))", Trigger(kind="queue", source="Jobs")),
        (
            "events.Rule(self, 'R', schedule=events.Schedule.rate(Duration.hours(1)))"
            ".add_target(targets.LambdaFunction(handler=say))",
            Trigger(kind="schedule", source="rate(1 hour)"),
        ),
    ],
)
def test_triggers_in_python(tmp_path: Path, starts: str, trigger: Trigger) -> None:
    body = f"""
    from aws_cdk import aws_events as events, aws_events_targets as targets, aws_lambda_event_sources as sources, aws_sqs
    queue = aws_sqs.Queue(self, "Jobs")
    say = self.fn("say")
    {starts}
    self.api.add_route("say", integration=self.to(say))
    """
    handler = next(item for item in python(tmp_path, body).handlers if item.path == "functions/say.py")
    assert [item for item in handler.triggers if item.kind != "route"] == [trigger]


@pytest.mark.parametrize(
    "right",
    [
        "say.addToRolePolicy(new iam.PolicyStatement({ actions: ['execute-api:ManageConnections'], resources: ['*'] }));",
        "api.grantManageConnections(say);",
        "const may = new iam.PolicyStatement({ effect: iam.Effect.ALLOW });\n"
        "may.addActions('execute-api:ManageConnections');\nmay.addResources('*');\nsay.addToRolePolicy(may);",
    ],
)
def test_the_right_to_push_is_a_resource_of_the_websocket_path(tmp_path: Path, right: str) -> None:
    found = script(tmp_path, f"const say = fn('say');\n{right}\n{ROUTE}")
    statement = next(item for item in found.resources if item.type == "AWS::IAM::Statement")
    assert (statement.use, statement.location.path) == ("websocket_only", "lib/chat-stack.ts")


def test_resources_are_counted_with_their_places(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        f"""
        const say = fn('say');
        {ROUTE}
        new cdk.CfnOutput(this, 'Address', {{ value: api.apiEndpoint }});
        new logs.LogGroup(this, 'Logs', {{ logGroupName: `/aws/lambda/${{say.functionName}}` }});
        const role = new iam.Role(this, 'Billing', {{ assumedBy: new iam.ServicePrincipal('x') }});
        """,
    )
    uses = {item.id: (item.type.rpartition("::")[2], item.use) for item in found.resources}
    assert uses["Chat"] == ("Api", "websocket_only")
    assert uses["say"] == ("Function", "websocket_only")
    assert uses["Billing"] == ("Role", "unrelated")
    assert {item.location.path for item in found.resources} == {"lib/chat-stack.ts"}
