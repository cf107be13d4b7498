"""A git repository of Python files from installed packages, with a small WebSocket application spread over it."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import migrator.scan.application  # noqa: F401 - it imports whoever seeks words
from migrator.scan.sieve import all_sought

FILES: Final = 10_000
HITS: Final = 20
WORDS: Final = all_sought(".py")
"""A file with any of them is a hit, so those that were installed have none."""

_HANDLER = '''"""One of the planted handlers."""

import json

import boto3


def handler(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://example.org/dev")
    connection = event["requestContext"]["connectionId"]
    text = json.loads(event["body"])["text"]
    client.post_to_connection(ConnectionId=connection, Data=json.dumps({{"number": {number}, "text": text}}))
    return {{"statusCode": 200}}
'''


def make(folder: Path) -> None:
    """Writes `FILES` files, `HITS` of which are handlers, and commits them. Files that the words of the search occur in
    by chance are left out, so that a hit is a hit."""
    sources = _installed()
    for number in range(FILES - HITS):
        source, name = next(sources)
        target = folder / f"part{number % 50:02}" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    routes = []
    for number in range(HITS):
        target = folder / f"part{number:02}" / f"planted_{number}.py"
        target.write_text(_HANDLER.format(number=number), "utf-8")
        routes.append(
            f"  planted{number}:\n    handler: part{number:02}/planted_{number}.handler\n"
            f"    events:\n      - websocket: route{number}\n"
        )
    head = "service: planted\nprovider:\n  name: aws\n  runtime: python3.12\nfunctions:\n"
    (folder / "serverless.yml").write_text(head + "".join(routes), "utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "b"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def _installed() -> Iterator[tuple[Path, str]]:
    """Files of installed packages and the standard library, again under other names when they run out."""
    paths = sysconfig.get_paths()
    found = []
    for top in (Path(paths["purelib"]), Path(paths["stdlib"])):
        for path in sorted(top.rglob("*.py")):
            relative = path.relative_to(top)
            if "site-packages" in relative.parts or path.is_symlink() or path.stat().st_size > 1_000_000:
                continue
            data = path.read_bytes()
            if not any(word in data for word in WORDS):
                found.append((path, "_".join(relative.parts)))
    copy = 0
    while True:
        for path, name in found:
            yield path, name if not copy else f"copy{copy}_{name}"
        copy += 1
