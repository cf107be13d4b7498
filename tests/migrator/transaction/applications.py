"""A small application on the disk, and the plan of one that follows it."""

from __future__ import annotations

from pathlib import Path

from migrator.inventory.outcome import Account
from migrator.rewrite import FileEdit, Plan
from migrator.transaction.plan_file import PlanFile, plan_file_of

BEFORE = {"a.py": b"old\r\n", "b.py": b"also old\n", "lib/run.sh": b"\x00data", "README.md": b"theirs\n"}
AFTER = {
    "a.py": b"new\r\n",
    "b.py": b"also new\n",
    "lib/run.sh": b"\x00data",
    "README.md": b"theirs\n",
    "README.sse.md": b"ours\n",
    "deep/er/c.py": "\ufeffx = 'é'\n".encode(),
}
"""In place."""


def application(folder: Path) -> Plan:
    """Writes it, and returns the plan."""
    for path, content in BEFORE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / "lib/run.sh").chmod(0o755)
    (folder / "a.py").chmod(0o640)
    edits = (
        FileEdit("README.md", None, "ours\n"),
        FileEdit("a.py", "old\r\n", "new\r\n"),
        FileEdit("b.py", "also old\n", "also new\n"),
        FileEdit("deep/er/c.py", None, "\ufeffx = 'é'\n"),
    )
    return Plan(folder, edits, ("lib/run.sh",), (), Account(found=(), outcomes=()), (), ())


def planned(folder: Path) -> PlanFile:
    return plan_file_of(application(folder))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file but those that git is told not to see."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".ws2sse" not in path.parts
    }
