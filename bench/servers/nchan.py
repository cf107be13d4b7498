"""nginx with the nchan module, one worker, its message store on, as Debian packages it.

A client reads two channels, its own and the one of everybody. https://nchan.io/
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.processes import free_ports, running
from bench.servers.base import Server, Started, get_stream, post
from bench.servers.redis_server import RedisServer, missing, redis_server

MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")

CONFIGURATION = """
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 19000; multi_accept on; }}
http {{
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_body_in_single_buffer on;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  nchan_shared_memory_size 1024M;
  {upstream}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    {redis_pass}
    location ~ ^/events/([\\w-]+)$ {{
      nchan_subscriber eventsource;
      nchan_subscriber_first_message newest;
      nchan_channel_id $1 everyone;
    }}
    location ~ ^/connections/([\\w-]+)$ {{ nchan_publisher; nchan_channel_id $1; }}
    location = /connections {{ nchan_publisher; nchan_channel_id everyone; }}
  }}
}}
"""


class Nchan(Server):
    name = "nchan"
    says = "nginx with nchan, one worker (Debian)"

    def missing(self) -> str | None:
        if shutil.which("nginx", path="/usr/sbin:/usr/bin") and MODULE.exists():
            return None
        return "install the Debian packages nginx and libnginx-mod-nchan"

    redis: RedisServer | None = None

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        (port,) = free_ports(1)
        path = folder / "nchan.conf"
        upstream = f"upstream store {{ nchan_redis_server {self.redis.url}; }}" if self.redis else ""
        redis_pass = "nchan_redis_pass store;" if self.redis else ""
        path.write_text(
            CONFIGURATION.format(module=MODULE, folder=folder, port=port, upstream=upstream, redis_pass=redis_pass)
        )
        command = ["/usr/sbin/nginx", "-p", str(folder), "-e", f"{folder}/nginx-error.log", "-c", str(path)]
        with running(command, core=core, ports=[port], log=folder / "nchan.log") as process:
            yield Started(process.pid, port, port)

    def open_request(self, at: Started, connection_id: str) -> bytes:
        return get_stream(f"/events/{connection_id}", at.port)

    def push(self, at: Started, connection_id: str, body: bytes) -> bytes:
        return post(f"/connections/{connection_id}", at.push_port, body)

    def broadcast(self, at: Started, body: bytes) -> bytes:
        return post("/connections", at.push_port, body)


class NchanRedis(Nchan):
    name = "nchan-redis"
    says = "nginx with nchan, one worker, its messages in Redis"

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        with redis_server(core) as self.redis, super().start(core, folder) as started:
            yield replace(started, redis_pid=self.redis.pid)

    def missing(self) -> str | None:
        return super().missing() or missing()
