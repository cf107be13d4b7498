"""Applications that somebody has broken: a run ends orderly, its account closes, and nothing gets worse.

`make fuzz` runs more of them; FUZZ_CORPUS=FOLDER takes the applications from clones in it.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.migrator.fuzz.applications import APPLICATIONS
from tests.migrator.fuzz.checking import assert_survives, write
from tests.migrator.fuzz.mutations import MUTATIONS

RUNS = int(os.environ.get("FUZZ_RUNS", "3"))
CORPUS = os.environ.get("FUZZ_CORPUS") or None
SUFFIXES = (".py", ".html", ".js", ".ts", ".tsx", ".yml", ".yaml", ".json", ".tf")
MOST_FILES = 400


def applications() -> dict[str, dict[str, str]]:
    if CORPUS is None:
        return dict(APPLICATIONS)
    found = {}
    for clone in sorted(Path(CORPUS).iterdir()):
        paths = [path for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts]
        if len(paths) <= MOST_FILES:
            texts = {str(p.relative_to(clone)): p for p in paths if p.suffix in SUFFIXES and p.stat().st_size < 300_000}
            found[clone.name] = {name: path.read_text("utf-8", "replace") for name, path in texts.items()}
    return found


@pytest.mark.parametrize("name", list(applications()))
def test_the_application_itself_survives(name: str, tmp_path: Path) -> None:
    write(tmp_path, applications()[name])
    assert_survives(tmp_path)


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_mutated_application_survives(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    files = dict(applications()[chance.choice(list(applications()))])
    for _ in range(chance.randint(1, 4)):
        path = chance.choice([path for path, text in files.items() if text])
        files[path] = chance.choice(MUTATIONS)(files[path], chance)
    write(tmp_path, files)
    assert_survives(tmp_path)
