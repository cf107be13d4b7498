"""What probes may look at. No files, no clock, no network: everything was read before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from checklists.model import Baseline
from checklists.verify_report import VerifyReport
from migrator.inventory.model import Inventory
from migrator.inventory.sites import sites


@dataclass(frozen=True)
class Facts:
    inventory: Inventory
    report: VerifyReport | None
    """The last verify report; None when there is none, or none that can be read."""
    report_problem: str
    """Why `report` is None though a report exists; '' otherwise."""
    report_stale: bool
    """True when a source file is newer than the report."""
    baseline: Baseline
    today: date

    @property
    def scan_reads(self) -> bool:
        """Whether the scan read files and understood them: without that, finding nothing means nothing."""
        return self.inventory.files.read > 0 and not self.inventory.files.failed and not self.serious

    @property
    def serious(self) -> bool:
        return any(problem.serious for problem in self.inventory.problems)

    @property
    def site_count(self) -> int:
        return len(sites(self.inventory))

    @property
    def server_site_count(self) -> int:
        """Sites that a rewrite of the server replaces; clients, tests and infrastructure have their own items."""
        kinds = {"handler", "authorizer", "management_client", "push", "store_use"}
        return sum(site.kind in kinds for site in sites(self.inventory))


def measure(inventory: Inventory) -> Baseline:
    """The counts that a new checklist records."""
    return Baseline(
        sites=len(sites(inventory)),
        clients=len(inventory.clients),
        reconnects=sum(client.reconnect is not None for client in inventory.clients),
        tests=len(inventory.tests),
        apis=len(inventory.apis),
        resources=sum(resource.use == "websocket_only" for resource in inventory.resources),
    )
