import importlib
import time

import pytest

ARN = "arn:aws:execute-api:eu-central-1:123456789012:abc123/test/$connect"


@pytest.fixture
def authorize():
    function = importlib.import_module("tenant_chat.authorizer").authorize

    def call(query=None, headers=None):
        event = {"type": "REQUEST", "methodArn": ARN, "queryStringParameters": query, "headers": headers}
        return function(event, None)

    return call


def test_without_a_token_nobody_gets_in(authorize):
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YW5hOmFuYQ=="])
def test_a_header_without_a_bearer_token_does_not_do(authorize, header):
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(headers={"Authorization": header})


@pytest.mark.parametrize(
    "claims",
    [
        {"secret": "another secret, 32 bytes long or more, but not ours"},
        {"exp": int(time.time()) - 60},
        {"user_id": None},
        {"tenant_id": None},
    ],
)
def test_a_token_that_is_not_good_does_not_do(authorize, token, claims):
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(query={"token": token(**claims)})


def test_an_unsigned_token_does_not_do(authorize):
    unsigned = "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiYW5hIiwidGVuYW50X2lkIjoiYWNtZSJ9."
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(query={"token": unsigned})


def test_a_good_token_lets_its_user_in(authorize, token):
    assert authorize(query={"token": token()}) == {
        "principalId": "ana",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": ARN}],
        },
        "context": {"userId": "ana", "tenantId": "acme"},
    }


def test_the_header_does_as_well_as_the_query_string(authorize, token):
    signed = token()
    assert authorize(headers={"Authorization": f"Bearer {signed}"}) == authorize(query={"token": signed})
