"""What whoever calls the operator interface has to know."""

from __future__ import annotations

from typing import Final

PATH: Final = "/-/cutover"
ACTION_HEADER: Final = "Cutover-Action"
"""Every change has it; a page of another origin can't send it unasked."""
