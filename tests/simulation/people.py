"""What people and other systems do meanwhile, and what they do when the product asks them to."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection

from tests.awsfake.estates import Chat
from tests.awsfake.estates.parts import Builder
from tests.simulation.state import state_of

Deed = Callable[[Chat, random.Random], str]
"""Does it, and says in words what was done."""


def rest_api(chat: Chat, rng: random.Random) -> str:
    make, handler = chat.builder, rng.choice(sorted(chat.functions))
    rest = make.client("apigateway")
    api = rest.create_rest_api(name=f"new-{rng.random()}")
    key = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    rest.put_method(**key, authorizationType="NONE")
    uri = make.invocation_uri(make.arn("lambda", f"function:{chat.functions[handler]}"))
    rest.put_integration(**key, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    return f"a REST API calls {handler}"


def event_source(chat: Chat, rng: random.Random) -> str:
    make, handler = chat.builder, rng.choice(sorted(chat.functions))
    if not _there(chat, handler):
        return ""
    make.client("sqs").create_queue(QueueName="orders")
    make.client("lambda").create_event_source_mapping(
        FunctionName=chat.functions[handler], EventSourceArn=make.arn("sqs", "orders"), BatchSize=1
    )
    return f"a queue triggers {handler}"


def rule(chat: Chat, rng: random.Random) -> str:
    make, handler = chat.builder, rng.choice(sorted(chat.functions))
    events = make.client("events")
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(
        Rule="nightly", Targets=[{"Id": "1", "Arn": make.arn("lambda", f"function:{chat.functions[handler]}")}]
    )
    return f"a nightly rule calls {handler}"


def second_mapping(chat: Chat, rng: random.Random) -> str:
    """Another domain leads to the stage."""
    if not _api_there(chat):
        return ""
    gateway = chat.builder.client("apigatewayv2")
    gateway.create_domain_name(DomainName="talk.example.org")
    gateway.create_api_mapping(DomainName="talk.example.org", ApiId=chat.api, Stage=chat.stage)
    return "talk.example.org leads to the API"


def mapping_beside(chat: Chat, _rng: random.Random) -> str:
    """The application's domain leads somewhere else too."""
    if not chat.domain or f"domain:{chat.domain}" not in _keys(chat):
        return ""
    gateway = chat.builder.client("apigatewayv2")
    api = gateway.create_api(Name="beside", ProtocolType="HTTP")["ApiId"]
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    gateway.create_api_mapping(DomainName=chat.domain, ApiId=api, Stage="$default", ApiMappingKey="beside")
    return f"{chat.domain}/beside leads to an HTTP API"


def route(chat: Chat, _rng: random.Random) -> str:
    if not _api_there(chat):
        return ""
    role = f"arn:aws:iam::{chat.builder.account}:role/others"
    function = chat.builder.function("others-handler", role)
    chat.builder.route(chat.api, "others", function)
    return "a route of others was added to the API"


def widget(chat: Chat, _rng: random.Random) -> str:
    """Somebody adds a widget of another thing to the application's dashboard."""
    make = chat.builder
    if f"dashboard:{chat.dashboard}" not in _keys(chat):
        return ""
    make.dashboard(
        chat.dashboard,
        [
            make.widget("Connects", ["AWS/ApiGateway", "ConnectCount", "ApiId", chat.api, "Stage", chat.stage]),
            make.widget("Web", ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/web/50dc6c495c0c9188"]),
        ],
    )
    return "a widget of others was added to the dashboard"


def table_user(chat: Chat, rng: random.Random) -> str:
    if f"table:{chat.table}" not in _keys(chat):
        return ""
    role = f"arn:aws:iam::{chat.builder.account}:role/others"
    chat.builder.function(f"reader-{rng.randrange(10**6)}", role, {"CONNECTIONS": chat.table})
    return "a function of others names the table"


def role_user(chat: Chat, rng: random.Random) -> str:
    if f"role:{chat.role}" not in _keys(chat):
        return ""
    role = f"arn:aws:iam::{chat.builder.account}:role/{chat.role}"
    chat.builder.function(f"borrower-{rng.randrange(10**6)}", role)
    return "a function of others took the role"


def alarm_changed(chat: Chat, _rng: random.Random) -> str:
    name = chat.alarms[-1]
    if f"alarm:{name}" not in _keys(chat):
        return ""
    chat.builder.alarm(name, "AWS/ApplicationELB", "RequestCount", {"LoadBalancer": "app/web/50dc6c495c0c9188"})
    return "an alarm was made to watch something else"


def protection(chat: Chat, _rng: random.Random) -> str:
    if f"table:{chat.table}" not in _keys(chat):
        return ""
    chat.builder.client("dynamodb").update_table(TableName=chat.table, DeletionProtectionEnabled=True)
    return "the table was protected"


def kept(chat: Chat, _rng: random.Random) -> str:
    if not _api_there(chat):
        return ""
    chat.builder.client("apigatewayv2").tag_resource(ResourceArn=chat.api_arn, Tags={"keep-until": "2030-01-01"})
    return "the API was tagged to be kept"


DEEDS: dict[str, Deed] = {
    "REST API": rest_api,
    "event source": event_source,
    "rule": rule,
    "second mapping": second_mapping,
    "mapping beside": mapping_beside,
    "route": route,
    "widget": widget,
    "table user": table_user,
    "role user": role_user,
    "alarm changed": alarm_changed,
    "table protected": protection,
    "kept": kept,
}


def others(make: Builder) -> None:
    """A role that functions of others have."""
    make.role("others", [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}])


def told_to_remove(chat: Chat, arns: Collection[str]) -> set[str]:
    """Logical ids of the stack's resources that people take out when they are told that these things go."""
    assert chat.stack is not None
    ends = tuple(arn.replace(":", "/").rpartition("/")[2] for arn in arns)
    of_api = any(chat.api_arn == arn for arn in arns)
    return {
        one.logical
        for one in chat.stack.resources
        if (of_api and one.type.startswith("AWS::ApiGatewayV2::"))
        or one.physical.replace(":", "/").rpartition("/")[2] in ends
        or (one.parent or "?") in ends
    }


def deploy_without(chat: Chat, logical: set[str]) -> None:
    """With the stack's own tool; nothing left in it, it is deleted."""
    assert chat.stack is not None
    cloudformation, template = chat.builder.client("cloudformation"), chat.stack.template()
    template["Resources"] = {key: one for key, one in template["Resources"].items() if key not in logical}
    if template["Resources"]:
        cloudformation.update_stack(StackName=chat.stack.name, TemplateBody=json.dumps(template))
    else:
        cloudformation.delete_stack(StackName=chat.stack.name)


def _keys(chat: Chat) -> set[str]:

    return set(state_of(chat.builder.aws))


def _api_there(chat: Chat) -> bool:
    return f"stage:{chat.api}/{chat.stage}" in _keys(chat)


def _there(chat: Chat, handler: str) -> bool:
    return f"function:{chat.functions[handler]}" in _keys(chat)
