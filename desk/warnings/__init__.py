"""Warnings of the weather service at the desk: where they hold, and for how long."""

from desk.warnings.held import Warnings

__all__ = ["Warnings"]
