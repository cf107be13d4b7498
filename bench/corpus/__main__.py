"""`python -m bench.corpus FOLDER`: every clone in it, and one table.

FOLDER holds clones as `owner__name`; nothing is written into it. FOLDER/keys.json, when it is there, says by clone what
can't be seen by simple means: {"owner__name": {"application": "folder in it", "routes": ["$connect", ...]}}.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from bench.corpus.commands import git
from bench.corpus.repository import Result, run
from bench.corpus.table import summary, table

ROOT = Path(__file__).resolve().parent.parent.parent
AT_ONCE = 2


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", multiple=True, help="Only clones with this in their name; may be given again.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "build" / "corpus")
@click.option("--verify/--no-verify", default=True, help="Dual runs take most of the time.")
@click.option("--fresh", is_flag=True, help="Forget what an earlier run of the same commit has found.")
def main(folder: Path, only: tuple[str, ...], out: Path, verify: bool, fresh: bool) -> None:
    """Scans, migrates, starts and verifies each clone in FOLDER."""
    keys_file = folder / "keys.json"
    keys: dict[str, Any] = json.loads(keys_file.read_text("utf-8")) if keys_file.is_file() else {}
    clones = [
        path.resolve()
        for path in sorted(folder.iterdir())
        if (path / ".git").is_dir() and (not only or any(word in path.name for word in only))
    ]
    version = git(ROOT, "rev-parse", "--short", "HEAD") + ("-changed" if git(ROOT, "status", "--porcelain") else "")
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)

    def one(clone: Path) -> Result:
        row = out / f"{clone.name}.json"
        known = {"version": version, "commit": git(clone, "rev-parse", "HEAD"), "verify": verify}
        if row.is_file() and not fresh and not version.endswith("-changed"):
            told = json.loads(row.read_text("utf-8"))
            if told["known"] == known:
                return Result(**told["result"])
        result = run(clone, out / "work" / clone.name, keys.get(clone.name, {}), verify=verify)
        row.write_text(json.dumps({"known": known, "result": result.to_json()}, indent=1), "utf-8")
        click.echo(f"{clone.name}: {result.levels} starts {list(result.starts.values())[:1]}", err=True)
        return result

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(one, clones))
    text = table(results)
    (out / "table.md").write_text(text, "utf-8")
    click.echo(text if len(results) <= 3 else summary(results))
    click.echo(f"The table: {out / 'table.md'}", err=True)


if __name__ == "__main__":
    main()
