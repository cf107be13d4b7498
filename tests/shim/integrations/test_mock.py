import pytest

from shim.gateway.definition import IntegrationResponse, Mapped, Mock
from shim.integrations import Answer, IntegrationFailed
from tests.shim.integrations.calls import call, connect, message

RESPONSES = {
    r"/2\d\d/": IntegrationResponse({"$default": '{"id": "$context.connectionId"}'}),
    "/4../": IntegrationResponse({"404": "missing"}, "$integration.response.statuscode"),
}


@pytest.mark.parametrize(
    "template", ["", "text", "[]", "{}", '{"statusCode": "200"}', '{"statusCode": 99}', '{"statusCode": true}']
)
async def test_a_template_without_a_status_fails(template: str) -> None:
    with pytest.raises(IntegrationFailed):
        await call(Mock(Mapped({"$default": template})), message("{}"))


async def test_a_mock_accepts_or_refuses_a_client() -> None:
    assert await call(Mock(Mapped({"200": '{"statusCode":200}'}, "200")), connect()) == Answer(200)
    assert await call(Mock(Mapped({"$default": '{"statusCode":403}'})), connect()) == Answer(403)


async def test_the_status_selects_the_integration_response() -> None:
    mock = Mock(Mapped({"$default": "{\"statusCode\": $input.path('$.want')}"}, responses=RESPONSES))

    assert await call(mock, message('{"want": 204}')) == Answer(204, '{"id": "BFaT_fALIAMCKug="}')
    assert await call(mock, message('{"want": 404}')) == Answer(404, "missing")
    assert await call(mock, message('{"want": 400}')) == Answer(400)
    with pytest.raises(IntegrationFailed, match="no integration response fits '500'"):
        await call(mock, message('{"want": 500}'))


async def test_the_message_itself_may_say_the_status() -> None:
    assert await call(Mock(), message('{"statusCode": 201}')) == Answer(201)
