"""`ws2sse checklist --aws` and `--estate`: where the survey comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checklists.probes.wording import count
from migrator.commands.options import FILE_PATH, as_one
from migrator.console import say, stderr_console
from migrator.writing import write_file

if TYPE_CHECKING:
    from checklists.aws.access import AccountAccess
    from checklists.aws.estate import Estate

_OPTIONS = (
    click.option("--aws", is_flag=True, help="Look into AWS too; it reads, and changes nothing."),
    click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Profile of an account to read."),
    click.option("--role", "roles", multiple=True, metavar="ARN", help="Role to assume in an account to read."),
    click.option("--external-id", metavar="TEXT", help="What the roles ask for when somebody else assumes them."),
    click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="NAME",
        help="Region to read, or all. Default: the session's, or the one that the files say.",
    ),
    click.option("--estate", type=FILE_PATH, help="A survey that was saved, instead of a new one."),
    click.option(
        "--access-log",
        type=FILE_PATH,
        help="Access log of the API, exported: who still comes is told beside what is not idle.",
    ),
    click.option("--save-estate", type=FILE_PATH, help="File for the survey: for --estate, and for ws2sse teardown."),
)


@dataclass(frozen=True)
class Asked:
    """What of it somebody asked for."""

    aws: bool
    profiles: tuple[str, ...]
    roles: tuple[str, ...]
    regions: tuple[str, ...]
    estate: Path | None
    save_estate: Path | None
    access_log: Path | None = None
    external_id: str | None = None


def _checked(asked: Asked) -> Asked:
    """Raises UsageError for what does not go together."""
    aws = asked.aws or bool(asked.profiles or asked.roles or asked.regions)
    if aws and asked.estate:
        raise click.UsageError("--estate is a survey that was saved; leave out --aws, --profile, --role and --region.")
    if asked.save_estate and not aws:
        raise click.UsageError("--save-estate needs a new survey: give --aws too.")
    if asked.access_log and not aws and not asked.estate:
        raise click.UsageError("--access-log goes with a survey: give --aws or --estate too.")
    if asked.external_id and not asked.roles:
        raise click.UsageError("--external-id is for roles that are assumed: give --role too.")
    return replace(asked, aws=aws)


survey_options = as_one("asked", Asked, *_OPTIONS, check=_checked)


def estate_of(asked: Asked, *, window: timedelta, now: datetime, region: str) -> Estate | None:
    """None when AWS was not asked for. `region`: where the session and the options name none.

    Raises EstateInvalid, AccountNotReached, RegionUnknown or NotWritable.
    """
    if asked.estate is not None:
        from checklists.looking import read_estate  # noqa: PLC0415 - only with a survey

        return read_estate(asked.estate)
    if not asked.aws:
        return None
    from checklists.aws.access import regions as regions_of  # noqa: PLC0415 - boto3 only with --aws
    from checklists.aws.survey import survey  # noqa: PLC0415

    accounts = accesses(asked)
    wanted = regions_of(asked.regions, accounts[0].session) or (region,)
    with _shown() as progress:
        found = survey(accounts, wanted, window=window, now=now, progress=progress)
    say(_summary(found))
    if asked.save_estate is not None:
        write_file(asked.save_estate, found.model_dump_json(indent=1) + "\n")
        say(f"Wrote {asked.save_estate}.")
    return found


def accesses(asked: Asked) -> list[AccountAccess]:
    """Raises AccountNotReached."""
    from checklists.aws.access import by_default, by_profile, by_role  # noqa: PLC0415 - boto3 only with --aws

    named = [
        *(by_profile(name) for name in asked.profiles),
        *(by_role(arn, external_id=asked.external_id or "") for arn in asked.roles),
    ]
    return named or [by_default()]


def _summary(found: Estate) -> str:
    gaps = f"{len(found.gaps)} questions without an answer" if found.gaps else "every question answered"
    places = f"{count(len(found.accounts), 'account')}, {count(len(found.regions), 'region')}"
    return f"AWS: {count(len(found.things), 'thing')} in {places}; {gaps}."


@contextmanager
def _shown() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on a terminal; nothing elsewhere."""
    console = stderr_console()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import Progress  # noqa: PLC0415 - only on a terminal

    with Progress(console=console, transient=True) as bar:
        tasks = {}

        def progress(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(phase, total=total)
            bar.update(tasks[phase], completed=done, total=total)

        yield progress
