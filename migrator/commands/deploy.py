"""`ws2sse deploy`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from migrator.commands.options import FILE_PATH, app_argument
from migrator.commands.progress import following
from migrator.commands.selecting import selection_options
from migrator.commands.shim_errors import sentences
from migrator.commands.shim_settings import inventory_layer, layers_of_files
from migrator.console import say
from migrator.deploy.deployment import Deployment
from migrator.deploy.errors import SettingOfNodes
from migrator.deploy.kits import KITS, chosen, kit_files
from migrator.deploy.migrated import check_is_recent, is_migrated
from migrator.deploy.reading import migrated_deployment, shim_deployment
from migrator.deploy.settings import OF_A_MACHINE, SEVERAL
from migrator.diffs import git_diff
from migrator.inventory.model import Inventory
from migrator.inventory.selection import Selection
from migrator.isolation import isolated
from migrator.phases import phase
from migrator.scan import scan_application
from migrator.transaction.new_folder import check_empty, write_texts
from shim.config.configuration import configuration_of
from shim.config.layers import assignments
from shim.config.setting import variable_of
from templates.text import visible


@click.command("deploy")
@app_argument
@click.option("--out", type=click.Path(path_type=Path), help="New or empty folder for the kits.")
@click.option(
    "--kit",
    "kits",
    multiple=True,
    metavar="NAME,…",
    help=f"Which kits, separated by commas: {', '.join(KITS)}. Default: all.",
)
@click.option("--dry-run", is_flag=True, help="Shows the files as a diff, and writes nothing.")
@click.option("--config", "config_file", type=FILE_PATH, help="Settings of the shim. Default: shim.toml in APP.")
@click.option("--set", "assigned", multiple=True, metavar="KEY=VALUE", help="Any setting of the shim but a secret.")
@selection_options
@click.pass_context
def command(
    ctx: click.Context,
    app: Path,
    out: Path | None,
    kits: tuple[str, ...],
    dry_run: bool,
    config_file: Path | None,
    assigned: tuple[str, ...],
    selection: Selection,
) -> None:
    """Writes what runs APP on several nodes that share a Redis: an image, and files for where it runs.

    APP is an application that the shim serves unchanged, or one that `ws2sse migrate` has written. Variables,
    settings and requirements come from its own files; secrets are referred to and never written. Nothing of APP is
    executed or changed, and nothing is built, started or sent. Ends with 0, or with 3 when something remains for a
    person, which README.md in the new folder lists.

    \b
    Examples:
      ws2sse deploy examples/chat --out build/deploy
      ws2sse deploy . --out deploy --kit container,kubernetes
      ws2sse deploy . --kit compose --dry-run
      ws2sse deploy . --out deploy --set backend.kind=lambda
    """
    if out is None and not dry_run:
        raise click.UsageError("Give --out FOLDER, or --dry-run to see what would be written.")
    if kits and not any(name.strip(" ,") for name in kits):
        raise click.UsageError("--kit names no kit.")
    wanted = (name.strip() for given in kits for name in given.split(",") if name.strip())
    names = chosen(wanted)
    if is_migrated(app):
        check_is_recent(app)
    if out is not None:
        check_empty(out)
    with following() as progress:
        with phase("scan"):
            inventory = isolated(partial(scan_application, app, selection))
        deployment = _deployment(app, inventory, config_file, assigned)
        files = kit_files(deployment, names)
        if out is not None and not dry_run:
            with phase("write"):
                write_texts(files, out)
    if dry_run:
        click.echo("".join(git_diff(path, None, text) for path, text in files.items()), nl=False)
    for note in deployment.notes:
        say(f"For a person: {visible(note)}.")
    if dry_run or out is None:
        say("Nothing was written.")
    else:
        say(f"Wrote {out}: {', '.join(names)}. What to do with them is in {out / 'README.md'}.")
    progress.say_end(inventory.files)
    ctx.exit(3 if deployment.notes else 0)


def _deployment(app: Path, inventory: Inventory, config_file: Path | None, assigned: tuple[str, ...]) -> Deployment:
    if is_migrated(app):
        if config_file is not None or assigned:
            raise click.UsageError(f"--config and --set are for the shim, and {app} is a migrated application.")
        return migrated_deployment(app, inventory)
    with sentences():
        given = assignments(assigned, "--set")
        for key in sorted(given.keys() & OF_A_MACHINE):
            raise SettingOfNodes(key, variable_of(key) if key == "redis.url" else "")
        layers = [
            SEVERAL,
            inventory_layer(inventory),
            *layers_of_files(app, config_file),
            given,
        ]
        return shim_deployment(app, inventory, configuration_of(layers))
