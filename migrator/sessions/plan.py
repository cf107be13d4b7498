"""Generates the sessions of a dual run from an inventory; the same inventory and seed give the same sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrator.inventory.model import Inventory
from migrator.sessions.assumptions import assumed_environment, assumed_resources, assumed_tables
from migrator.sessions.identities import identities_for
from migrator.sessions.outside import outside_functions
from migrator.sessions.route_facts import environment_of_functions, silent_routes
from migrator.sessions.triggered import Triggered, triggered_sessions
from migrator.sessions.writer import SessionWriter
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.scenario import Session
from shim.dualrun.record.sources import with_routes
from shim.dualrun.replay.functions import OutsideFunction


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """environment: for both sides, with the generated secrets. routes: all that have to be tested.

    silent: routes whose code sends nothing to anybody. gaps: sentences on what could not be generated.
    """

    sessions: tuple[Session, ...]
    environment: Mapping[str, str]
    routes: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()
    gaps: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    """Sentences on what nothing declares, and on what was used instead."""
    service_environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that the infrastructure gives to single functions; the migrated service has them all."""
    identities: tuple[Identity, ...] = ()
    """All that clients can have, by which a scenario file may name them."""
    functions: tuple[OutsideFunction, ...] = ()
    """Those that something other than routes runs."""


GivenSessions = Callable[[tuple[Identity, ...]], tuple[tuple[Session, ...], tuple[str, ...]]]
"""Sessions of a file, and sentences on what they can't test, for the identities that there are."""


def generate_sessions(
    inventory: Inventory, *, seed: int = 0, identities: tuple[Identity, ...] = ()
) -> tuple[Session, ...]:
    """The sessions of `plan_sessions` alone."""
    return plan_sessions(inventory, seed=seed, identities=identities).sessions


def plan_sessions(
    inventory: Inventory,
    *,
    seed: int = 0,
    identities: tuple[Identity, ...] = (),
    given: Mapping[str, str] | None = None,
    app: Path | None = None,
    instead: GivenSessions | None = None,
    outside: bool = True,
) -> SessionPlan:
    """`identities`: from `identities_from_config`; empty to make them up from what the authorizer's code says.

    `given`: the caller's variables; of these, the ones that code needs and nothing declares are used. None for none.
    `app`: the application's folder, for a token's secret that stands in its code; None to go without such a secret.
    `instead`: what gives the sessions; None to generate them.
    `outside`: whether functions that no route runs can be run; not those of servers that run already.
    """
    values, told = assumed_environment(inventory, given or {})
    assumed = (*told, *assumed_tables(inventory), *assumed_resources(inventory))
    region = {"AWS_REGION": inventory.region, "AWS_DEFAULT_REGION": inventory.region}
    environment = {**region, **values, **inventory.environment}
    if not inventory.apis:
        return SessionPlan((), environment, gaps=("The inventory has no API.",), assumed=assumed)
    api = inventory.apis[0]
    gaps = [f"The API {other.name} is not exercised; only {api.name} is." for other in inventory.apis[1:]]
    who = identities_for(inventory, api.authorizer, identities, seed, app)
    routes = tuple(route.key for route in api.routes)
    silent = silent_routes(inventory, api)
    known = (*who.accepted, *who.refused)
    functions = outside_functions(inventory) if outside else ()
    of_functions = environment_of_functions(inventory, api)
    if instead is not None:
        sessions, more = instead(known)
        sessions = with_routes(sessions, api.route_selection_expression, routes)
        environment.update(who.environment or {})
        return SessionPlan(
            sessions, environment, routes, silent, (*gaps, *more), assumed, of_functions, known, functions
        )
    if who.reason:
        return SessionPlan((), environment, routes, silent, (who.reason, *gaps), assumed, of_functions)
    writer = SessionWriter(api, who, seed)
    sessions = tuple(writer.sessions())
    triggered = triggered_sessions(inventory, api, who, writer.opening) if outside else Triggered()
    return SessionPlan(
        # Hours pass at the end: the clock is never set back, and tokens of other sessions must not be hours old.
        (*sessions, *triggered.sessions, *writer.hours(expiring=bool(inventory.time_to_live))),
        {**environment, **(who.environment or {})},
        (*routes, *triggered.routes),
        silent,
        (*gaps, *writer.unreachable(), *triggered.gaps),
        assumed,
        of_functions,
        known,
        functions,
    )
