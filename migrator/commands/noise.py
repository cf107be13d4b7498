"""`--noise` and `--learn` of `ws2sse verify`: the file of noise rules and waivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from migrator.commands.options import FILE_PATH
from migrator.console import say
from migrator.writing import write_file
from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.compare.noise_reading import read_noise_file
from shim.dualrun.compare.rules import NoiseRule


def noise_options(command: Callable[..., Any]) -> Callable[..., Any]:
    reads = click.option("--noise", type=FILE_PATH, help="File of noise rules and waivers that apply.")
    writes = click.option(
        "--learn",
        type=FILE_PATH,
        help="File to write what was learned to, with the waivers and rules of --noise, or of the file itself.",
    )
    return reads(writes(command))


def known_noise(path: Path | None, today: date) -> NoiseFile:
    """What applies today; what has expired is said. Raises NoiseFileInvalid."""
    if path is None:
        return NO_FILE
    found = read_noise_file(path)
    for sentence in found.expired(today):
        say(sentence)
    return found.on(today)


def learned_noise(noise: Path | None, learn: Path, rules: Iterable[NoiseRule], today: date) -> str:
    """`noise`: what the run knew, if anything; else the file that is written over is kept in what it has.

    Raises NoiseFileInvalid.
    """
    before = noise or (learn if learn.exists() else None)
    return (read_noise_file(before) if before else NO_FILE).with_learned(rules, today).to_toml()


def write_learned(noise: Path | None, learn: Path | None, rules: Iterable[NoiseRule], today: date) -> None:
    """Nothing without `learn`. Raises NoiseFileInvalid."""
    if learn is not None:
        write_file(learn, learned_noise(noise, learn, rules, today))
        say(f"Wrote {learn}. Review it before it is used with --noise.")
