"""`python -m bench.power [FOLDER]`: faults and pairs without any, over the example and the clones in FOLDER.

FOLDER holds clones as `owner__name`, and nothing is written into it; FOLDER/keys.json as for `bench.corpus`. Each
application is migrated and recorded once for its commit, into build/power; injecting faults then takes seconds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from bench.power.applications import clones, record_application
from bench.power.measuring import measure
from bench.power.recorded import read
from bench.power.table import goals_missed, published, table

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = (ROOT / "bench" / "README.md", ROOT / "docs" / "reference" / "judgement.md")


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "build" / "power")
@click.option("--only", multiple=True, help="Only clones with this in their name; may be given again.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed injects other faults.")
@click.option("--of-a-kind", type=int, default=12, show_default=True, help="Faults of a kind in each type of message.")
@click.option("--publish", is_flag=True, help="Writes the table into the documentation.")
def main(folder: Path | None, out: Path, only: tuple[str, ...], seed: int, of_a_kind: int, *, publish: bool) -> None:
    """Says how many injected faults are found, and how often a pair without any is called different."""
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    recordings = list(record_application("example", ROOT / "examples" / "chat", out, out / "work"))
    keys_file = folder / "keys.json" if folder else None
    keys: dict[str, Any] = json.loads(keys_file.read_text("utf-8")) if keys_file and keys_file.is_file() else {}
    for name, clone in clones(folder) if folder else ():
        if not only or any(word in name for word in only):
            app = clone / str(keys.get(clone.name, {}).get("application", "."))
            recordings += record_application(name, app, out, out / "work")
    measured = []
    for recorded in recordings:
        one = measure(recorded.name, read(recorded), seed=seed, of_a_kind=of_a_kind)
        measured.append(one)
        click.echo(
            f"{one.name}: {one.power.found} of {one.power.injected} faults, {len(one.alarms)} alarms in {one.pairs} "
            f"pairs; {one.differing} sessions differ, {one.unstable} are unstable",
            err=True,
        )
        for sentence in (*map(str, one.power.missed), *one.alarms):
            click.echo(f"  {sentence}", err=True)
    text = table(measured)
    (out / "table.md").write_text(text, "utf-8")
    click.echo(text)
    for page in PAGES if publish else ():
        page.write_text(published(page.read_text("utf-8"), text), "utf-8")
    missed = goals_missed(measured)
    for sentence in missed:
        click.echo(f"Not reached: {sentence}.", err=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
