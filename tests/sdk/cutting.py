"""A proxy that takes requests on to a server, and cuts the connection in place of the first answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cutting(port: int) -> Iterator[int]:
    """Yields the proxy's port. Every connection after the first is carried to its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    workers: list[threading.Thread] = []
    clients: list[socket.socket] = []

    def accept() -> None:
        cut = True
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            clients.append(client)
            worker = threading.Thread(target=_carry, args=(client, port, cut))
            cut = False
            worker.start()
            workers.append(worker)

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(10)
        for client in clients:
            _shut(client)
        for thread in workers:
            thread.join(10)
            assert not thread.is_alive()


def _carry(client: socket.socket, port: int, cut: bool) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        requests = threading.Thread(target=_copy, args=(client, server))
        requests.start()
        while answer := _received(server):
            if cut:  # the server has done it all, and the client is never told
                break
            client.sendall(answer)
        for end in (client, server):
            _shut(end)
        requests.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    while data := _received(source):
        try:
            target.sendall(data)
        except OSError:
            break
    _shut(target)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except OSError:
        return b""


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
