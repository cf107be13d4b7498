"""JavaScript and TypeScript clients: from WebSocket to SseSocket."""

from migrator.rewrite.client.rewrite import rewrite_clients

__all__ = ["rewrite_clients"]
