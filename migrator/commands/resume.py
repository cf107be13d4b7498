"""`ws2sse resume`."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.commands.options import folder_argument
from migrator.console import say
from migrator.transaction.resume import resume


@click.command("resume")
@folder_argument
def command(folder: Path) -> None:
    """Finishes a run of migrate or apply --in-place that was interrupted while it wrote into FOLDER.

    `ws2sse undo FOLDER` takes it back instead.

    \b
    Example:
      ws2sse resume .
    """
    journal = resume(folder)
    say(f"All {len(journal.files)} files are in their places. `ws2sse undo {folder}` takes them back.")
