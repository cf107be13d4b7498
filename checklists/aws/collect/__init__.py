"""One file a service: each lists the things of it and keeps of them what `checklists.aws.types` says."""

from __future__ import annotations

from typing import Final

from checklists.aws.collect import (
    alarms,
    apis,
    certificates,
    dashboards,
    distributions,
    domains,
    function_details,
    functions,
    identities,
    log_groups,
    parameters,
    queues,
    records,
    rest_apis,
    rules,
    schedules,
    stacks,
    state_machines,
    tables,
    tagged,
    topics,
    web_acls,
)
from checklists.aws.scope import CloserLook, Collector

COLLECTORS: Final[tuple[Collector, ...]] = (
    identities.COLLECTOR,
    dashboards.COLLECTOR,
    web_acls.OF_CLOUDFRONT,
    records.COLLECTOR,
    distributions.COLLECTOR,
    apis.COLLECTOR,
    domains.COLLECTOR,
    rest_apis.COLLECTOR,
    functions.COLLECTOR,
    tables.COLLECTOR,
    log_groups.COLLECTOR,
    alarms.COLLECTOR,
    web_acls.REGIONAL,
    certificates.COLLECTOR,
    rules.COLLECTOR,
    schedules.COLLECTOR,
    queues.COLLECTOR,
    topics.COLLECTOR,
    state_machines.COLLECTOR,
    parameters.COLLECTOR,
    stacks.COLLECTOR,
    tagged.COLLECTOR,
)

CLOSER_LOOKS: Final[tuple[CloserLook, ...]] = (
    function_details.CLOSER_LOOK,
    log_groups.CLOSER_LOOK,
    certificates.CLOSER_LOOK,
    stacks.CLOSER_LOOK,
)
