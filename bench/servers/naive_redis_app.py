"""How tutorials take the naive server to several processes: each connection subscribes for itself, to its own channel
and to that of everybody. What is published while a client is away, or Redis is, is gone."""

import os
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from redis.asyncio import Redis
from sse_starlette import EventSourceResponse

app = FastAPI()
redis = Redis.from_url(os.environ["NAIVE_REDIS_URL"], decode_responses=True, max_connections=20_000)


@app.get("/events/{connection_id}")
async def events(connection_id: str) -> EventSourceResponse:
    subscription = redis.pubsub(ignore_subscribe_messages=True)
    await subscription.subscribe(f"connection:{connection_id}", "everyone")

    async def stream() -> AsyncIterator[dict[str, str]]:
        async with subscription:
            async for message in subscription.listen():
                yield {"data": message["data"]}

    return EventSourceResponse(stream())


@app.post("/connections/{connection_id}")
async def push(connection_id: str, request: Request) -> dict[str, int]:
    return {"sent": await redis.publish(f"connection:{connection_id}", await request.body())}


@app.post("/connections")
async def broadcast(request: Request) -> dict[str, int]:
    return {"sent": await redis.publish("everyone", await request.body())}
