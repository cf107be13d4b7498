"""Migrates and records applications, each once for its commit and for ours."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from bench.corpus.commands import git, python
from bench.corpus.repository import ENTRY, boundary

MIGRATE_LIMIT_S, RECORD_LIMIT_S = 200.0, 400.0


def record_application(name: str, app: Path, out: Path, work: Path) -> Iterator[Path]:
    """The folders of its recordings: one for each service that the migration wrote. Says what can't be recorded."""
    known = sorted(path for path in out.glob(f"{name}@*") if path.is_dir())
    if known:
        yield from known
        return
    new = work / name
    shutil.rmtree(new, ignore_errors=True)
    ended = python(["-m", "migrator.cli", "migrate", str(app), "--out", str(new), "--format", "json"], MIGRATE_LIMIT_S)
    entries = [entry.parent.parent for entry in sorted(new.rglob(str(ENTRY)))] if new.is_dir() else []
    if not entries:
        click.echo(f"{name}: nothing was migrated: {ended.last_line[:200]}", err=True)
    for number, service in enumerate(entries):
        relative = service.relative_to(new)
        source = app / relative if (app / relative).is_dir() else app
        recorded = out / f"{name}@{number}"
        with tempfile.TemporaryDirectory() as folder:
            environment = boundary(Path(folder), app, work / f"{name}.stubs.txt")
            command = ["-m", "bench.power.record", str(source), str(service), str(recorded)]
            ended = python(command, RECORD_LIMIT_S, environment)
        if recorded.is_dir():
            yield recorded
        else:
            click.echo(f"{name} {relative}: not recorded: {ended.last_line[:200]}", err=True)


def clones(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name with the commit, and folder, of each clone."""
    for path in sorted(folder.iterdir()):
        if (path / ".git").is_dir():
            yield f"{path.name}-{git(path, 'rev-parse', '--short', 'HEAD')}", path.resolve()
