"""Starting is quick: what a command has no use for is not imported."""

from __future__ import annotations

import subprocess
import sys

import pytest


def imported_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(ended.stdout.split())


@pytest.mark.parametrize(
    ("module", "unused"),
    [
        (
            "migrator.commands.shim",
            {"shim.dualrun.cutover.build", "shim.dualrun.cutover.service", "shim.dualrun.record.recorder"},
        ),
        ("migrator.commands.cutover", {"fastapi", "botocore", "shim.app", "shim.dualrun.cutover.service"}),
        ("migrator.commands.scan", {"jinja2"}),
        ("migrator.commands.checklist", {"boto3", "botocore", "libcst", "httpx"}),
        ("migrator.commands.teardown", {"boto3", "botocore", "libcst", "httpx"}),
    ],
)
def test_a_command_does_not_import_what_is_switched_off(module: str, unused: set[str]) -> None:
    assert not imported_by(module) & unused
