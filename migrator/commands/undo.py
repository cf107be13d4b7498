"""`ws2sse undo`."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.commands.options import folder_argument
from migrator.console import say
from migrator.transaction.undo import undo


@click.command("undo")
@folder_argument
def command(folder: Path) -> None:
    """Takes back what the last run of migrate or apply wrote into FOLDER, also a run that was interrupted.

    Files are restored by their hashes. When one has changed since it was written, nothing is touched, and the files
    are listed.

    \b
    Examples:
      ws2sse undo build/chat-sse
      ws2sse undo .
    """
    undone = undo(folder)
    kept = f" {undone.kept} files that are not of the run stay in {folder}." if undone.kept else ""
    say(f"Removed {undone.removed} files and restored {undone.restored}.{kept}")
