"""Pushpin as Debian packages it, with zurl: five processes on the one core, and an nginx behind them that says which
channels a client reads. https://pushpin.org/docs/configuration/
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import free_ports, running
from bench.servers.base import Server, Started, get_stream, post

CONFIGURATION = """
[global]
include={{libdir}}/internal.conf
rundir={folder}/run
ipc_prefix=bench-
stats_connection_ttl=120

[runner]
services=condure,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:{port}
logdir={folder}/log
log_level=1
client_buffer_size=8192
client_maxconn=12000

[proxy]
routesfile=routes
zurl_out_specs=ipc://{folder}/run/zurl-in
zurl_out_stream_specs=ipc://{folder}/run/zurl-in-stream
zurl_in_specs=ipc://{folder}/run/zurl-out
updates_check=off
sig_key=bench

[handler]
push_in_spec=ipc://{folder}/run/push
push_in_sub_specs=ipc://{folder}/run/push-sub
push_in_http_addr=127.0.0.1
push_in_http_port={push_port}
push_in_http_max_headers_size=10000
push_in_http_max_body_size=1000000
command_spec=ipc://{folder}/run/command
stats_spec=ipc://{folder}/run/stats
# Debian's 2500 a second would be what is measured
message_rate=10000000
message_hwm=1000000
"""

OUTWARDS = """
[General]
in_spec=ipc://{folder}/run/zurl-in
in_stream_spec=ipc://{folder}/run/zurl-in-stream
out_spec=ipc://{folder}/run/zurl-out
in_req_spec=ipc://{folder}/run/zurl-req
ipc_file_mode=660
defpolicy=allow
max_open_requests=2000
"""

ORIGIN = """
daemon off;
worker_processes 1;
pid {folder}/origin.pid;
error_log {folder}/origin-error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{origin};
    location ~ ^/events/([\\w-]+)$ {{
      default_type application/grip-instruct;
      return 200 '{{"hold": {{"mode": "stream", "channels": [{{"name": "$1"}}, {{"name": "everyone"}}]}}, "response":
        {{"headers": {{"Content-Type": "text/event-stream"}}, "body": ":\\n\\n"}}}}';
    }}
  }}
}}
"""


class Pushpin(Server):
    name = "pushpin"
    says = "Pushpin, all of its processes on the core (Debian), message_rate raised"
    opens_at_once = 8  # with 64, one in a hundred is closed without an answer

    def missing(self) -> str | None:
        found = shutil.which("pushpin") and shutil.which("nginx", path="/usr/sbin:/usr/bin")
        return None if found else "install the Debian packages pushpin and nginx"

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        port, push_port, origin = free_ports(3)
        for name in ("run", "log"):
            (folder / name).mkdir(exist_ok=True)
        (folder / "pushpin.conf").write_text(CONFIGURATION.format(folder=folder, port=port, push_port=push_port))
        (folder / "routes").write_text(f"* 127.0.0.1:{origin}\n")
        (folder / "origin.conf").write_text(ORIGIN.format(folder=folder, origin=origin))
        (folder / "zurl.conf").write_text(OUTWARDS.format(folder=folder))
        nginx = ["/usr/sbin/nginx", "-p", str(folder), "-e", f"{folder}/origin-error.log"]
        nginx += ["-c", str(folder / "origin.conf")]
        pushpin = ["pushpin", f"--config={folder}/pushpin.conf"]
        with (
            running(nginx, core=core, ports=[origin], log=folder / "origin.log"),
            running(
                ["zurl", f"--config={folder}/zurl.conf", "--loglevel=1"], core=core, ports=[], log=folder / "zurl.log"
            ),
            running(pushpin, core=core, ports=[push_port, port], log=folder / "pushpin.log") as process,
        ):
            yield Started(process.pid, port, push_port)

    def open_request(self, at: Started, connection_id: str) -> bytes:
        return get_stream(f"/events/{connection_id}", at.port)

    def push(self, at: Started, connection_id: str, body: bytes) -> bytes:
        return self._publish(at, connection_id, body)

    def broadcast(self, at: Started, body: bytes) -> bytes:
        return self._publish(at, "everyone", body)

    def _publish(self, at: Started, channel: str, body: bytes) -> bytes:
        content = f"data: {body.decode()}\n\n"
        item = {"channel": channel, "formats": {"http-stream": {"content": content}}}
        return post("/publish/", at.push_port, json.dumps({"items": [item]}, separators=(",", ":")).encode())
