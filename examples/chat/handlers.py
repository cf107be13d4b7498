"""One function for each route of the WebSocket API."""

import json
from typing import Any

from tenant_chat.errors import NotJsonError
from tenant_chat.messages import connections, errors, router

MAX_CONNECTIONS_PER_USER = 20


def connect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    user_id = event["requestContext"]["authorizer"]["userId"]
    tenant_id = event["requestContext"]["authorizer"]["tenantId"]
    connections.set_endpoint(event["requestContext"]["domainName"], event["requestContext"]["stage"])

    if len(connections.connections_of_user(user_id, tenant_id)) >= MAX_CONNECTIONS_PER_USER:
        return {"statusCode": 429}
    source_ip = event["requestContext"]["identity"]["sourceIp"]
    connections.save(connection_id, user_id, tenant_id, metadata={"source_ip": source_ip})
    connections.broadcast_to_tenant(
        tenant_id,
        {"type": "presence", "event": "joined", "user": user_id},
        exclude_connection=connection_id,
    )
    return {"statusCode": 200}


def disconnect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    connections.set_endpoint(event["requestContext"]["domainName"], event["requestContext"]["stage"])

    connection = connections.get(connection_id)
    connections.remove(connection_id)
    if connection is not None:
        connections.broadcast_to_tenant(
            connection["tenant_id"],
            {"type": "presence", "event": "left", "user": connection["user_id"]},
        )
    return {"statusCode": 200}


def chat(event: dict[str, Any], context: Any) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    connections.set_endpoint(event["requestContext"]["domainName"], event["requestContext"]["stage"])

    message = json.loads(event["body"])
    router.dispatch(connection_id, message)
    return {"statusCode": 200}


def ping(event: dict[str, Any], context: Any) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    connections.set_endpoint(event["requestContext"]["domainName"], event["requestContext"]["stage"])

    message = json.loads(event["body"])
    router.dispatch(connection_id, message)
    return {"statusCode": 200}


def fallback(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway comes here with whatever fits no route: other types, and text that isn't JSON."""
    connection_id = event["requestContext"]["connectionId"]
    connections.set_endpoint(event["requestContext"]["domainName"], event["requestContext"]["stage"])

    try:
        message = json.loads(event["body"])
    except json.JSONDecodeError:
        errors.handle(connection_id, NotJsonError("message is not JSON"))
    else:
        router.dispatch(connection_id, message)
    return {"statusCode": 200}
