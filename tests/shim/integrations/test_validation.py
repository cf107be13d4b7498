import pytest

from shim.gateway.definition import Http, Integration, IntegrationResponse, LambdaMapped, LambdaProxy, Mapped, Mock, Sqs
from shim.integrations import Integrations, IntegrationsInvalid, problems_of
from tests.shim.integrations.calls import Functions, api


def mock(**mapped: object) -> Mock:
    return Mock(Mapped(**mapped))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("integration", "problem"),
    [
        (
            mock(request_templates={"$default": "\n #if(1)"}),
            "request template $default, line 2, column 2: #if has no #end",
        ),
        (
            mock(responses={"/200/": IntegrationResponse({"a": "${x"})}),
            "response template a of /200/, line 1, column 1: the reference ${x has no closing brace",
        ),
        (
            mock(responses={"200": IntegrationResponse()}),
            "the integration response key '200' is neither $default nor a /pattern/",
        ),
        (
            mock(responses={"/(/": IntegrationResponse()}),
            "the integration response key '/(/' is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            mock(template_selection_expression="${request.header.a}"),
            "'${request.header.a}' in '${request.header.a}' is no variable of selection expressions",
        ),
        (
            mock(responses={"$default": IntegrationResponse({}, "$response.status")}),
            "'$response.status' in '$response.status' is no variable of selection expressions",
        ),
        (
            mock(request_parameters={"header.X": "'a'"}),
            "'header.X' is no request parameter: it begins with integration.request.header, .querystring or .path",
        ),
        (
            mock(request_parameters={"integration.request.header.X": "a"}),
            "'a', the value of 'integration.request.header.X', is no source of request parameters",
        ),
        (
            mock(request_parameters={"integration.request.header.X": "context.httpMethod"}),
            "'context.httpMethod', the value of 'integration.request.header.X', is no context variable of WebSocket APIs",
        ),
        (
            mock(request_parameters={"integration.request.header.X": "stageVariables.nope"}),
            "'integration.request.header.X' names the stage variable nope, which the stage has not",
        ),
        (
            mock(request_parameters={"integration.request.header.Host": "'a'"}),
            "the header Host can't be set by 'integration.request.header.Host'",
        ),
        (Http("ftp://a/b"), "'ftp://a/b' is no address that begins with http:// or https://"),
        (Http("/path"), "'/path' is no address that begins with http:// or https://"),
        (Http("http://{host}/"), "'http://{host}/' takes its host from a parameter"),
        (Http("http://a/{room}"), "'http://a/{room}' needs the request parameter integration.request.path.room"),
        (
            Http("http://${stageVariables.h}/"),
            "'http://${stageVariables.h}/' names the stage variable h, which the stage has not",
        ),
        (Http("http://a/", "FETCH"), "'FETCH' is no HTTP method"),
        (Sqs("eu-west-1", "queue"), "'queue' is no <account>/<queue>"),
        (Sqs("europe", "123456789012/q"), "'europe' is no region"),
        (
            Sqs("eu-west-1", "123456789012/q", endpoint="sqs.local"),
            "'sqs.local' is no address that begins with http:// or https://",
        ),
    ],
)
def test_what_cannot_work_is_known_at_the_start(integration: Integration, problem: str) -> None:
    assert problems_of(api(integration)) == [f"route chat: {problem}"]
    with pytest.raises(IntegrationsInvalid) as raised:
        Integrations(Functions(), api(integration))
    assert str(raised.value) == f"The integrations can't be called as they are declared:\n  route chat: {problem}"


@pytest.mark.parametrize(
    "integration",
    [
        LambdaProxy("fn"),
        LambdaMapped("fn"),
        mock(template_selection_expression="\\$default"),
        mock(template_selection_expression="$default"),
        mock(request_parameters={"integration.request.header.X": "method.request.querystring.a"}),
        mock(request_parameters={"integration.request.querystring.X": "route.request.body"}),
        Http(
            "https://${stageVariables.host}/{a+}?b=1",
            "any",
            mapping=Mapped(request_parameters={"integration.request.path.a": "'x'"}),
        ),
        Sqs("us-gov-west-1", ""),
        Sqs("eu-west-1", "123456789012/jobs.fifo"),
    ],
)
def test_what_can_work_is_left_alone(integration: Integration) -> None:
    assert problems_of(api(integration, host="example.org")) == []
