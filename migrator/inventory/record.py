"""The base of everything in an inventory: frozen, closed, and a place in a file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """A frozen value; unknown keys are errors, so that an inventory of another version is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Location(Record):
    """A place in the application."""

    path: str = Field(description="POSIX path relative to the application's folder")
    line: int = Field(default=1, ge=1, description="1-based")
    column: int = Field(default=1, ge=1, description="1-based")

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
