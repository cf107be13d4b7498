"""The short way from the socket to a stream, behind uvicorn and FastAPI.

Two things are hot: a push to @connections, and the streams that it reaches. Both are served here, on the bytes that
uvicorn's protocol class receives. Whatever is not exactly the usual request goes on to the full parser and the
application, which serve everything alone on any other ASGI server.
"""
