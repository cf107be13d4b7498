"""@connections: who is gone is 410, which moto never says.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

from tests.awsfake.connections import Connection
from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers


def _connected(request: Request) -> Connection:
    found = request.world.connections.find(request.parameters["ConnectionId"])
    if found is None or (found.account, found.region) != (request.account, request.region):
        raise AwsError("GoneException", "", 410)
    return found


@answers("apigatewaymanagementapi:PostToConnection")
def post_to_connection(request: Request) -> Answer:
    request.world.traffic_of(request.account, request.region).posted(_connected(request))
    return {}


@answers("apigatewaymanagementapi:GetConnection")
def get_connection(request: Request) -> Answer:
    found = _connected(request)
    return {
        "ConnectedAt": found.connected_at,
        "LastActiveAt": found.last_active_at,
        "Identity": {"SourceIp": "203.0.113.7", "UserAgent": "test"},
    }


@answers("apigatewaymanagementapi:DeleteConnection")
def delete_connection(request: Request) -> Answer:
    request.world.traffic_of(request.account, request.region).disconnect(_connected(request))
    return {}
