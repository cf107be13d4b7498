"""A small new path as a folder, for the process of a pinned world: it echoes, later or now, and draws what is pinned."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

_MAIN = """
import asyncio, json, threading, time
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

import handlers

app = FastAPI()
queues = {}


@app.get("/healthz")
def healthz():
    return {}


@app.get("/stream")
async def stream(request: Request):
    me = request.query_params["name"]
    queue = queues[me] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    handlers.push = lambda name, text: loop.call_soon_threadsafe(queues[name].put_nowait, text)

    async def follow():
        yield f'id: 0\\nevent: open\\ndata: {{"connectionId": "{me}", "session": "{me}"}}\\n\\n'
        n = 0
        while True:
            text = await queue.get()
            n += 1
            yield f"id: {n}\\ndata: {text}\\n\\n"

    return StreamingResponse(follow(), media_type="text/event-stream")


@app.post("/stream")
async def post(request: Request):
    message = json.loads(await request.body())
    handler = getattr(handlers, message["action"])
    me = request.headers["stream-session"]
    if asyncio.iscoroutinefunction(handler):
        await handler(me, message)
    else:
        await asyncio.to_thread(handler, me, message)
    return {}


@app.delete("/stream", status_code=204)
def delete(request: Request):
    queues.pop(request.headers["stream-session"], None)
    return Response(status_code=204)
"""


def small_app(folder: Path, handlers: str) -> Path:
    """`handlers`: functions that take the name of a client and a message, and call push(name, text)."""
    package = folder / "sse_service"
    package.mkdir(parents=True)
    (package / "main.py").write_text(_MAIN.lstrip(), "utf-8")
    (folder / "handlers.py").write_text("push = None\n" + dedent(handlers), "utf-8")
    return folder
