"""Sessions for a dual run, generated from an inventory."""

from migrator.sessions.given import identities_from_config, redacted_paths_from_config
from migrator.sessions.plan import SessionPlan, generate_sessions, plan_sessions
from shim.dualrun.record.identity import Identity

__all__ = [
    "Identity",
    "SessionPlan",
    "generate_sessions",
    "identities_from_config",
    "plan_sessions",
    "redacted_paths_from_config",
]
