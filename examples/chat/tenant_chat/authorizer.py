"""Who may connect: whoever has a token of ours."""

import os
from typing import Any

import jwt


def authorize(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The token's user and tenant go on to every route in requestContext.authorizer."""
    try:
        claims = jwt.decode(
            token_of(event),
            os.environ["JWT_SECRET"],
            algorithms=["HS256"],
            options={"require": ["user_id", "tenant_id"]},
        )
    except jwt.InvalidTokenError as error:
        # API Gateway answers 401 to exactly this message, and 500 to any other.
        raise Exception("Unauthorized") from error  # noqa: TRY002
    return {
        "principalId": claims["user_id"],
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}],
        },
        "context": {"userId": claims["user_id"], "tenantId": claims["tenant_id"]},
    }


def token_of(event: dict[str, Any]) -> str:
    """From the query string, since a browser can't add headers to a WebSocket; else from the Authorization header."""
    query = event.get("queryStringParameters") or {}
    if "token" in query:
        return query["token"]
    header = (event.get("headers") or {}).get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ")
    return ""
