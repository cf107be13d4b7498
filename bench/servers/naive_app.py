"""The server that most people write: FastAPI, sse-starlette, and a queue for each connection."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI, HTTPException, Request
from sse_starlette import EventSourceResponse

app = FastAPI()
queues: dict[str, asyncio.Queue[str]] = {}


@app.get("/events/{connection_id}")
async def events(connection_id: str) -> EventSourceResponse:
    queue: asyncio.Queue[str] = asyncio.Queue()
    queues[connection_id] = queue

    async def stream() -> AsyncIterator[dict[str, str]]:
        try:
            while True:
                yield {"data": await queue.get()}
        finally:
            if queues.get(connection_id) is queue:  # not when the client is back already
                del queues[connection_id]

    return EventSourceResponse(stream())


@app.post("/connections/{connection_id}")
async def push(connection_id: str, request: Request) -> dict[str, int]:
    queue = queues.get(connection_id)
    if queue is None:
        raise HTTPException(410)
    queue.put_nowait((await request.body()).decode())
    return {"sent": 1}


@app.post("/connections")
async def broadcast(request: Request) -> dict[str, int]:
    text = (await request.body()).decode()
    for queue in queues.values():
        queue.put_nowait(text)
    return {"sent": len(queues)}
