"""The shim, in a process of its own, on ports of the loopback address."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from tests.conformance.model import Api
from tests.conformance.signing import Keys
from tests.conformance.targets.target import Endpoint, TargetUnavailable

KEYS = Keys("AKIDCONFORMANCE", "secret-of-the-suite")


class Shim:
    name = "shim"
    wait_s = 5.0

    def unservable(self, api: Api) -> str | None:
        return None

    @contextmanager
    def serve(self, apis: Mapping[str, Api]) -> Iterator[Mapping[str, Endpoint]]:
        """All in one process: it ends when its standard input does. What it logs is only shown when it can't start."""
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.conformance.targets.shim_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                asked = {"keys": asdict(KEYS), "apis": {name: asdict(api) for name, api in apis.items()}}
                process.stdin.write(json.dumps(asked) + "\n")
                process.stdin.flush()
                told = process.stdout.readline()
                if not told:
                    process.wait(30)
                    log.seek(0)
                    raise TargetUnavailable(self.name, f"it did not start:\n{log.read()[-2000:]}")
                yield {name: Endpoint(address, KEYS) for name, address in json.loads(told).items()}
            finally:
                process.stdin.close()
                process.wait(30)
                process.stdout.close()
