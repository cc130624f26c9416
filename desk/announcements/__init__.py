"""Announcements: what the desk says to everybody, of an outage or before a storm."""

from desk.announcements.announcements import AnnounceAction, Announcements

__all__ = ["AnnounceAction", "Announcements"]
