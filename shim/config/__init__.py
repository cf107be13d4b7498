"""What is configured, where each value came from, and the options that are built from it."""

from __future__ import annotations

from shim.config.address import Address, AddressUnavailable

__all__ = ["Address", "AddressUnavailable"]
