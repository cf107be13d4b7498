"""Sessions for a dual run, generated from an inventory."""

from migrator.sessions.given import identities_from_config
from migrator.sessions.identities import Identity
from migrator.sessions.plan import SessionPlan, generate_sessions, plan_sessions

__all__ = ["Identity", "SessionPlan", "generate_sessions", "identities_from_config", "plan_sessions"]
