"""Authorizers become dependencies where all of their code is understood; the others are called as they are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.inventory.model import Authorizer, Inventory
from migrator.rewrite.python import rewrite_python
from migrator.rewrite.python.native_authorizer import PROVEN, AuthorizerLevel
from migrator.rewrite.scope import EVERYTHING, Scope
from tests.migrator.rewrite.applications import HERE, assert_left_alone, assert_rewrites, handler, inventory

BUILDER = """

def policy(principal, effect, resource, user="?"):
    return {
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}],
        },
        "context": {"user": user},
    }
"""


def known(*more: str, kind: str = "authorizer") -> Inventory:
    """`more`: routes that the authorizer's function serves as well."""
    triggered = handler("app.py:allow", "gate", kind=kind)
    authorizer = Authorizer(name="gate", type="REQUEST", handler=triggered.id, location=HERE)
    both = (*triggered.triggers, *handler("app.py:allow", *more).triggers)
    return inventory(authorizer=authorizer, handlers=(triggered.model_copy(update={"triggers": both}),))


def policy(
    effect: str = "Allow", resource: str = "event['methodArn']", principal: str = "'ana'", more: str = ""
) -> str:
    statement = f"{{'Action': 'execute-api:Invoke', 'Effect': '{effect}', 'Resource': {resource}}}"
    return f"{{'principalId': {principal}, 'policyDocument': {{'Statement': [{statement}]}}{more}}}"


ALLOW = f"return {policy()}"


def allow(*lines: str, before: str = "") -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"import jwt\n{before}\n\ndef allow(event, context):\n{body}\n"


def level(
    source: str, made: Inventory | None = None, more: Mapping[str, str] | None = None, scope: Scope = EVERYTHING
) -> AuthorizerLevel:
    """Of an authorizer that stays as it is."""
    made = made or known()
    result = rewrite_python({"app.py": source, **(more or {})}, made, made.apis[0], scope=scope)
    assert result.authorizer is not None
    if not result.authorizer.native:
        assert result.texts == {}
    return result.authorizer


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("print(event['requestContext']['extendedRequestId'])", ALLOW), "line 5 reads"),
        (("print(event['stageVariables']['x'])", ALLOW), 'line 5 reads ["stageVariables"]["x"] of the event'),
        (("print(event.get('httpMethod'))", ALLOW), 'line 5 reads ["httpMethod"] of the event'),
        (("print(event['requestContext']['authorizer']['u'])", ALLOW), "the API has none"),
        (("print(event['body'])", ALLOW), "it reads a body that this event never has"),
        (("check(event)", ALLOW), "line 5 passes the event to check, which is not a function of the application"),
        (("seen = event", ALLOW), "line 5 uses the event as a whole"),
        (("event['methodArn'] = 'x'", ALLOW), "line 5 changes the event"),
        (("event = {}", ALLOW), "the event is replaced by something else"),
        (("print(context.function_name)", ALLOW), "line 5 uses the Lambda context"),
        (("if event['headers']:", f"    {ALLOW}"), "it may end without an answer"),
        (("return",), "line 5 returns no policy"),
        (("return None",), "line 5 returns what is not known to be a policy"),
        (("return {**base()}",), "line 5 returns what is not known to be a policy"),
        (("return {'isAuthorized': True}",), "line 5 returns a policy with isAuthorized"),
        (("return {'policyDocument': {}}",), "line 5 returns a policy without principalId"),
        (("return {'principalId': 'ana'}",), "line 5 returns a policy without policyDocument"),
        (
            ("return {'principalId': 'ana', 'policyDocument': {}, 'usageIdentifierKey': KEY}",),
            "with usageIdentifierKey",
        ),
        ((f"return {policy(effect='Perhaps')}",), "whose Statement[0].Effect is neither Allow nor Deny"),
        (
            (f"return {policy(resource='ARN')}",),
            "line 5 returns a policy with ARN, which depends on more than its code",
        ),
        (
            (f"return {policy(resource=chr(34) + 'arn:' + chr(34) + ' + REGION')}",),
            "which depends on more than its code",
        ),
        (("arn = find()", f"return {policy(resource='arn')}"), "with find(), which depends on more than its code"),
        (
            ("if event['headers']:", "    arn = '*'", f"return {policy(resource='arn')}"),
            "line 7 returns a policy with arn, which depends on more than its code",
        ),
        (
            ("arn = '*'", "arn = 'x'", f"return {policy(resource='arn')}"),
            "with arn, which depends on more than its code",
        ),
        (("arns = ['*']", "arns.pop()", f"return {policy(resource='arns')}"), "with arns, which depends on more"),
        (("return make('ana')",), "line 5 returns what make makes, which is not a function of the application"),
        (("yield 1", ALLOW), "it may end without an answer"),
    ],
)
def test_it_stays_when_something_is_not_understood(lines: tuple[str, ...], reason: str) -> None:
    found = level(allow(*lines))
    assert not found.native
    assert reason in found.reason


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("policy('ana', EFFECT, event['methodArn'])", "with EFFECT, which depends on more than its code"),
        ("policy('ana', 'Allow', compute())", "with compute(), which depends on more than its code"),
        ("policy(*event['headers'], 'Allow', '*')", "which has decorators or parameters that can't be told apart"),
        ("policy('ana', 'Allow')", "without a value for resource that is a text"),
        ("policy(find(), 'Allow', '*')", "with principal, which may be another value each time"),
    ],
)
def test_it_stays_when_the_function_that_makes_its_policy_gets_something_else(call: str, reason: str) -> None:
    assert reason in level(allow(f"return {call}") + BUILDER).reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    log(user)\n    return {}\n", "which does more than to return one dict"),
        (
            f"    return {policy(resource=repr('*'), principal='user.upper()')}\n",
            "with a member that its function computes",
        ),
        (f"    return {policy(resource=repr('*'), principal='NAME')}\n", "with NAME, which only app.py knows"),
        (
            f"    return {policy(resource=repr('*'), principal='user', more=', ' + repr('context') + ': {' + repr('u') + ': user}')}\n",
            "with user, which may be another value each time",
        ),
    ],
)
def test_it_stays_when_the_function_that_makes_its_policy_does_more(body: str, reason: str) -> None:
    source = allow("return make(event['headers'].get('u'))") + f"\n\ndef make(user):\n{body}"
    assert reason in level(source).reason


def test_it_stays_when_members_would_be_read_in_another_order() -> None:
    made = (
        "\n\ndef make(a, b):\n    return " + policy(resource="'*'", principal="b", more=", 'context': {'a': a}") + "\n"
    )
    source = allow("c = event['headers']", "return make(c['x'], c['y'])") + made
    assert "in another order than its arguments" in level(source).reason


def test_it_stays_when_somebody_else_calls_it() -> None:
    assert "app.py:8 also uses it" in level(allow(ALLOW) + "\n\nBOTH = [allow]\n").reason
    assert "other.py:1 also uses it" in level(allow(ALLOW), more={"other.py": "from app import allow\n"}).reason


def test_it_stays_when_something_else_triggers_it() -> None:
    assert level(allow(ALLOW), known("$connect")).reason == "something else triggers it as well"


def test_it_stays_when_the_application_has_such_errors_of_its_own() -> None:
    more = {"other.py": "from starlette.exceptions import HTTPException\n"}
    assert "HTTPException of its own" in level(allow(ALLOW), more=more).reason


def test_it_stays_when_a_name_is_taken() -> None:
    assert "something else by Identity" in level(allow(ALLOW, before="\n\nclass Identity:\n    pass\n")).reason


@pytest.mark.parametrize("decorator", ["@cached", "@app.authorizer()"])
def test_it_stays_when_a_decorator_may_want_the_event(decorator: str) -> None:
    assert "wants the event" in level(allow(ALLOW).replace("def allow", f"{decorator}\ndef allow")).reason


def test_it_stays_when_the_rule_is_left_out() -> None:
    found = level(allow(ALLOW), scope=Scope(without=frozenset({"native_authorizer"})))
    assert (found.native, found.reason) == (False, "the rule native_authorizer was left out")


@pytest.mark.parametrize("authorizer", [None, Authorizer(name="iam", type="AWS_IAM", location=HERE)])
def test_nothing_is_said_without_a_function(authorizer: Authorizer | None) -> None:
    made = inventory(authorizer=authorizer)
    assert rewrite_python({"app.py": allow(ALLOW)}, made, made.apis[0]).authorizer is None
    assert_left_alone(allow(ALLOW), made)


def native(*lines: str, imports: str = "") -> str:
    """What the harness wants to see."""
    body = "\n".join(f"    {line}" for line in lines)
    return f"{imports}from sse_service.identity import Identity, OpeningCaller\n\n\ndef allow(caller: OpeningCaller) -> Identity:\n{body}\n"


def before(*lines: str) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"def allow(event, context):\n{body}\n"


IDENTITY = "return Identity(principal_id='ana')"
ERROR = "from fastapi import HTTPException\n"


@pytest.mark.parametrize(
    ("read", "becomes"),
    [
        ("event['headers']['Authorization']", "caller.authorizer_headers['Authorization']"),
        ("event['headers'].get('x', '')", "caller.authorizer_headers.get('x', '')"),
        ("event.get('headers', {}).get('x')", "caller.authorizer_headers.get('x')"),
        ("event['headers']", "caller.authorizer_headers"),
        ("event['queryStringParameters']['token']", "caller.query['token']"),
        ("event.get('queryStringParameters')", "caller.query"),
        ("event['requestContext']['connectionId']", "caller.connection_id"),
        ("event['requestContext']['identity']['sourceIp']", "caller.source_ip"),
        ("event['requestContext']['domainName']", "caller.domain_name"),
        ("event['requestContext']['stage']", "caller.stage"),
        ("event['requestContext']['apiId']", "caller.api_id"),
        ("event['requestContext']['routeKey']", "'$connect'"),
        ("event['requestContext']['eventType']", "'CONNECT'"),
        ("event['methodArn']", "caller.method_arn"),
        ("event.get('methodArn')", "caller.method_arn"),
        ("context.aws_request_id", "caller.request_id"),
    ],
)
def test_what_it_reads_of_the_event_it_reads_of_the_caller(read: str, becomes: str) -> None:
    assert_rewrites(before(f"check({read})", ALLOW), native(f"check({becomes})", IDENTITY), known())


@pytest.mark.parametrize(
    ("returned", "becomes"),
    [
        (policy(), "Identity(principal_id='ana')"),
        (policy(resource="'*'"), "Identity(principal_id='ana')"),
        (policy(resource="[event['methodArn']]"), "Identity(principal_id='ana')"),
        (policy(resource="event.get('methodArn', '*')"), "Identity(principal_id='ana')"),
        (policy(principal="name()"), "Identity(principal_id=name())"),
        (
            policy(more=", 'context': {'a': 1, 'b': name()}"),
            "Identity(principal_id='ana', context={'a': 1, 'b': name()})",
        ),
        (
            "{'context': {'u': 'x'}, 'principalId': name(), 'policyDocument': {'Statement': "
            "{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}}}",
            "Identity(context={'u': 'x'}, principal_id=name())",
        ),
        (policy(principal="name()", effect="Deny"), "Identity(principal_id=name(), allowed=False)"),
        (policy(resource="'arn:of:another'", principal="name()"), "Identity(principal_id=name(), allowed=False)"),
    ],
)
def test_a_policy_becomes_an_identity(returned: str, becomes: str) -> None:
    assert_rewrites(before(f"return {returned}"), native(f"return {becomes}"), known())


@pytest.mark.parametrize(
    "denied",
    [policy("Deny"), policy("Deny", "'*'"), policy("Deny", more=", 'context': {'why': 'no'}"), policy(resource="'x'")],
)
def test_a_policy_that_denies_is_403(denied: str) -> None:
    source = before("if not event['headers']:", f"    return {denied}", ALLOW)
    lines = ("if not caller.authorizer_headers:", '    raise HTTPException(403, "Forbidden")', IDENTITY)
    assert_rewrites(source, native(*lines, imports=ERROR), known())


def test_unauthorized_is_401() -> None:
    source = before("if not event['headers']:", "    raise Exception('Unauthorized')", ALLOW)
    lines = ("if not caller.authorizer_headers:", '    raise HTTPException(401, "Unauthorized")', IDENTITY)
    assert_rewrites(source, native(*lines, imports=ERROR), known())


@pytest.mark.parametrize(
    "raised", ["Exception('Token expired')", "ValueError('Unauthorized')", "Exception('Unauthorized', 1)", "Exception"]
)
def test_other_errors_stay(raised: str) -> None:
    source = before("if not event['headers']:", f"    raise {raised}", ALLOW)
    assert_rewrites(source, native("if not caller.authorizer_headers:", f"    raise {raised}", IDENTITY), known())


def test_what_may_be_caught_stays_an_error_or_an_identity() -> None:
    lines = (
        "try:",
        "    if not {}:",
        "        raise Exception('Unauthorized')",
        "    return {}",
        "except Exception as e:",
        "    print(e)",
        "    {}",
    )
    source = before(
        *"\n".join(lines).format("event['headers']", policy("Deny"), "raise Exception('Unauthorized')").split("\n")
    )
    after = native(
        *"\n".join(lines)
        .format(
            "caller.authorizer_headers",
            "Identity(principal_id='ana', allowed=False)",
            'raise HTTPException(401, "Unauthorized")',
        )
        .split("\n"),
        imports=ERROR,
    )
    assert_rewrites(source, after, known())


def test_a_function_that_makes_policies_is_not_needed_any_more() -> None:
    source = before(
        "arn = event['methodArn']",
        "if not event['headers']:",
        "    return policy('nobody', 'Deny', arn)",
        "user = event['headers']['User']",
        "return policy(user, effect='Allow', resource=arn, user=user)",
    )
    after = native(
        "if not caller.authorizer_headers:",
        '    raise HTTPException(403, "Forbidden")',
        "user = caller.authorizer_headers['User']",
        'return Identity(principal_id=user, context={"user": user})',
        imports=ERROR,
    )
    assert_rewrites(source + BUILDER, after, known())


def test_helpers_that_read_the_event_take_the_caller() -> None:
    source = before("print(token(event))", ALLOW) + "\n\ndef token(event):\n    return event['headers']['T']\n"
    after = native("print(token(caller))", IDENTITY, imports="from sse_service.caller import Caller\n")
    assert_rewrites(
        source, after + "\n\ndef token(caller: Caller):\n    return caller.authorizer_headers['T']\n", known()
    )


def test_it_is_said_what_was_proven() -> None:
    assert level(allow(ALLOW)) == AuthorizerLevel("app.py", "allow", native=True, reason=PROVEN)


STEPS = """

def policy(principal, effect, resource, context=None):
    answer = {"principalId": principal}
    if effect and resource:
        document = {"Version": "2012-10-17", "Statement": []}
        statement = {"Action": "execute-api:Invoke"}
        statement["Effect"] = effect
        statement["Resource"] = resource
        document["Statement"] = [statement]
        answer["policyDocument"] = document
    if context:
        answer["context"] = context
    return answer
"""


@pytest.mark.parametrize(
    ("call", "becomes"),
    [
        ("policy('ana', 'Allow', '*')", "Identity(principal_id='ana')"),
        ("policy(name, 'Allow', event['methodArn'])", "Identity(principal_id=name)"),
        ("policy('ana', 'Allow', '*', {})", "Identity(principal_id='ana')"),
        ("policy('ana', 'Allow', '*', {'n': name})", "Identity(principal_id='ana', context={'n': name})"),
        ("policy(name, 'Deny', '*')", "Identity(principal_id=name, allowed=False)"),
    ],
)
def test_a_policy_may_be_put_together_in_steps(call: str, becomes: str) -> None:
    source = before("name = event['headers']['n']", f"return {call}") + STEPS
    assert_rewrites(source, native("name = caller.authorizer_headers['n']", f"return {becomes}"), known())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if context:", "if context or LOCAL:"),
        ("if context:", "if len(effect):"),
        ("    if context:", "    log(answer)\n    if context:"),
        (
            'answer["policyDocument"] = document',
            'answer["policyDocument"] = document\n        statement["Effect"] = "Deny"',
        ),
        ('statement["Effect"] = effect', "statement.update(Effect=effect)"),
        ("    return answer", '    unused = {"a": principal["x"]}\n    return answer'),
        ("    return answer", '    answer["principalId"] = principal.strip()\n    return answer'),
        ("    return answer", "    return json.dumps(answer)"),
        ("    return answer", "    for key in answer:\n        pass\n    return answer"),
        ("    return answer", "    principal = {}\n    return answer"),
    ],
)
def test_it_stays_when_a_step_is_not_certain(old: str, new: str) -> None:
    source = allow("return policy('ana', 'Allow', '*')") + STEPS.replace(old, new)
    assert source != allow("return policy('ana', 'Allow', '*')") + STEPS
    assert not level(source).native


def test_it_stays_when_a_step_depends_on_the_request() -> None:
    source = allow("claims = event['headers'].get('c')", "return policy('ana', 'Allow', '*', claims)") + STEPS
    assert "which does more than to return one dict that is known before" in level(source).reason


def test_a_policy_may_wait_in_a_variable() -> None:
    source = before(
        "if event['headers']:", f"    answer = {policy()}", "else:", f"    answer = {policy('Deny')}", "return answer"
    )
    lines = ("if caller.authorizer_headers:", "    answer = Identity(principal_id='ana')", "else:")
    after = native(*lines, "    answer = Identity(principal_id='ana', allowed=False)", "return answer")
    assert_rewrites(source, after, known())


@pytest.mark.parametrize("use", ["answer['context'] = {'a': 1}", "log(answer)", "answer.update(x=1)", "kept = answer"])
def test_it_stays_when_more_happens_to_a_policy_in_a_variable(use: str) -> None:
    assert (
        "line 7 returns what is not known to be a policy"
        in level(allow(f"answer = {policy()}", use, "return answer")).reason
    )
