"""Serves a migrated application on a socket that it is given, with AWS in memory.

Started by the dual run: python -m shim.dualrun.replay.candidate DIR --fd N --aws FILE
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import socket
import sys
from pathlib import Path

import uvicorn

from shim.local_aws import start_local_aws

SHUTDOWN_S = 2
"""Seconds that open streams have to end when the process is told to."""


def main() -> None:
    arguments = _parser().parse_args()
    root: Path = arguments.directory.resolve()
    aws = json.loads(arguments.aws.read_text("utf-8"))
    start_local_aws(aws["tables"], {}, resources=aws["resources"])
    os.chdir(root)
    sys.path.insert(0, str(root))
    app = importlib.import_module("sse_service.main").app
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=SHUTDOWN_S)
    listener = socket.socket(fileno=arguments.fd)
    uvicorn.Server(config).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shim.dualrun.replay.candidate", description=__doc__)
    parser.add_argument("directory", type=Path, help="folder that holds sse_service")
    parser.add_argument("--fd", type=int, required=True, help="listening socket, inherited")
    parser.add_argument("--aws", type=Path, required=True, help="JSON of CreateTable arguments and other resources")
    return parser


if __name__ == "__main__":
    main()
