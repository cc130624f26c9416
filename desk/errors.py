"""What can go wrong at the desk.

DeskError
├── PostError        a line or record that is no post
├── FeedError        a feed that is unknown or can't be read
├── TerritoryError   a territory that is unknown, or a file that is none
├── FilterError      a filter that can't be understood
├── OutageError      something that can't be done to an outage
├── CaseError        something that can't be done to a case
├── SettingsError    settings that can't be read
├── StoreError       a store that can't be used: another kind, another version, in use
│   └── StoreFullError   its disk has no room
├── OmsError         a list of the utility's own outages that can't be read
├── ExportError      outages that can't be handed over as asked for
├── AccountError     something that can't be done to an account
├── SecretError      a secret that can't be found, or that others can read
└── LabellingError   labelling processes that can't be kept alive
"""

from __future__ import annotations

from rules.errors import choices

__all__ = [
    "AccountError",
    "CaseError",
    "DeskError",
    "ExportError",
    "FeedError",
    "FilterError",
    "LabellingError",
    "OmsError",
    "OutageError",
    "PostError",
    "SecretError",
    "SettingsError",
    "StoreError",
    "StoreFullError",
    "TerritoryError",
    "choices",
]


class DeskError(Exception):
    """Base of the desk's errors; its text is one plain line for the user, with the mend."""


class PostError(DeskError):
    """A line or record that is no post."""


class FeedError(DeskError):
    """A feed that is unknown or can't be read."""


class TerritoryError(DeskError):
    """A territory that is unknown, or a file that is none."""


class FilterError(DeskError):
    """A filter that can't be understood."""


class OutageError(DeskError):
    """Something that can't be done to an outage."""


class CaseError(DeskError):
    """Something that can't be done to a case."""


class SettingsError(DeskError):
    """Settings that can't be read; one line for each fault."""


class StoreError(DeskError):
    """A store that can't be used: another kind, another version, in use."""


class StoreFullError(StoreError):
    """A store on a disk without room: nothing of what was to be written is in it."""


class OmsError(DeskError):
    """A list of the utility's own outages that can't be read."""


class ExportError(DeskError):
    """Outages that can't be handed over as asked for."""


class AccountError(DeskError):
    """Something that can't be done to an account, own or look-alike."""


class SecretError(DeskError):
    """A secret that can't be found, or that others can read; its text never holds the secret."""


class LabellingError(DeskError):
    """Labelling processes that can't be kept alive; the desk must end, and begin again."""
