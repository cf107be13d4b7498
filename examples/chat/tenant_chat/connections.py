"""Who is connected, and how to reach them."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

LIFETIME_S = 2 * 60 * 60
"""API Gateway ends every connection after two hours, so a row that is older can only be a leftover."""


class ConnectionManager:
    """The connections table, and the client that sends to the connections in it."""

    def __init__(self, table_name: str) -> None:
        self.table = boto3.resource("dynamodb").Table(table_name)
        self.endpoint_url = ""
        self.management: Any = None

    def set_endpoint(self, domain_name: str, stage: str) -> None:
        """Must be called before anything is sent; only the event knows where the API stands."""
        endpoint_url = f"https://{domain_name}/{stage}"
        if endpoint_url != self.endpoint_url:
            self.management = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint_url)
            self.endpoint_url = endpoint_url

    def save(self, connection_id: str, user_id: str, tenant_id: str, metadata: dict[str, Any] | None = None) -> None:
        now = datetime.now(UTC).isoformat()
        self.table.put_item(
            Item={
                "connection_id": connection_id,
                "user_id": user_id,
                "tenant_id": tenant_id,
                "connected_at": now,
                "last_activity": now,
                "metadata": metadata or {},
                "ttl": int(time.time()) + LIFETIME_S,
            }
        )

    def remove(self, connection_id: str) -> None:
        self.table.delete_item(Key={"connection_id": connection_id})

    def get(self, connection_id: str) -> dict[str, Any] | None:
        return self.table.get_item(Key={"connection_id": connection_id}).get("Item")

    def connections_of_user(self, user_id: str, tenant_id: str) -> list[dict[str, Any]]:
        found = self.table.query(
            IndexName="UserIndex",
            KeyConditionExpression=Key("user_id").eq(user_id) & Key("tenant_id").eq(tenant_id),
        )
        return found["Items"]

    def broadcast_to_tenant(
        self, tenant_id: str, message: dict[str, Any], exclude_connection: str | None = None
    ) -> int:
        """Send to everybody of a tenant; returns how many connections it reached."""
        found = self.table.query(
            IndexName="TenantIndex",
            KeyConditionExpression=Key("tenant_id").eq(tenant_id),
        )
        reached = 0
        for connection in found["Items"]:
            if connection["connection_id"] == exclude_connection:
                continue
            if self.send_message(connection["connection_id"], message):
                reached += 1
        return reached

    def send_message(self, connection_id: str, message: dict[str, Any]) -> bool:
        """Send to one connection; False when it is gone, and then its row is gone too."""
        try:
            # Before the send, since an update creates a row that is missing: the send then finds out and removes it.
            self.table.update_item(
                Key={"connection_id": connection_id},
                UpdateExpression="SET last_activity = :now",
                ExpressionAttributeValues={":now": datetime.now(UTC).isoformat()},
            )
            self.management.post_to_connection(ConnectionId=connection_id, Data=json.dumps(message).encode())
        except self.management.exceptions.GoneException:
            self.remove(connection_id)
            return False
        return True
