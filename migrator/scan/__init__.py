"""Reads an application into an inventory. Nothing of it is ever imported or executed."""

from __future__ import annotations

from migrator.scan.application import scan_application

__all__ = ["scan_application"]
