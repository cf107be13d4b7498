"""The rewrite: from an application and its inventory to a plan. Nothing is written here."""

from migrator.rewrite.edit import FileEdit, Finding, LeftBehind, Plan, RouteLevel
from migrator.rewrite.plan import plan_migration

__all__ = ["FileEdit", "Finding", "LeftBehind", "Plan", "RouteLevel", "plan_migration"]
