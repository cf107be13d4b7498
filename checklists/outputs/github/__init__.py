"""A checklist as GitHub issues: one parent, a sub-issue an item, and what blocks what."""

from checklists.outputs.github.act import carry_out
from checklists.outputs.github.client import GitHub
from checklists.outputs.github.issues import Plan
from checklists.outputs.github.look import look
from checklists.outputs.github.planning import plan
from checklists.outputs.github.wanted import wanted

__all__ = ["GitHub", "Plan", "carry_out", "look", "plan", "wanted"]
