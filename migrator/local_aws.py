"""AWS in memory with what an application declares, for several nodes: `python -m migrator.local_aws INVENTORY`.

For trying only: anybody who reaches it may do anything in it, and it forgets all when it ends.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from migrator.inventory.model import Inventory
from shim.local_aws import serve_local_aws, start_local_aws


@click.command("local_aws")
@click.argument("inventory_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 picks a free one.")
def main(inventory_file: Path, host: str, port: int) -> None:
    """Serves an empty AWS with the tables, queues and topics of an inventory that `ws2sse scan --format json` printed,
    until SIGTERM. The first line on stdout is its address."""
    inventory = Inventory.model_validate_json(inventory_file.read_bytes())
    named = [*inventory.environment.values(), *(v for h in inventory.handlers for v in h.environment.values())]
    start_local_aws(
        inventory.local_tables(), {}, region=inventory.region, named=named, resources=inventory.local_calls()
    )
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    print(serve_local_aws(host, port)["AWS_ENDPOINT_URL"], flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
