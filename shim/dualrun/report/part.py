"""What the records of a document have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Frozen; what is not listed here is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)
