"""What can go wrong when a storm is made.

SimulatorError
├── StormError     a storm that is unknown, or a file that is none
├── FolderError    a folder that can't take a storm
├── InjectError    an inject that makes no sense in its storm
├── FaultError     a fault of the wire that can't be, or a file of them that is none
└── LoadError      a load test that can't be run as asked for
"""

from __future__ import annotations


class SimulatorError(Exception):
    """Base of the simulator's errors; its text is for the user, with the mend."""


class StormError(SimulatorError):
    """A storm that is unknown, or a file that is none; all faults of a file, one a line."""


class FolderError(SimulatorError):
    """A folder that can't take a storm."""


class InjectError(SimulatorError):
    """An inject that makes no sense in its storm."""


class FaultError(SimulatorError):
    """A fault of the wire that can't be, or a file of them that is none."""


class LoadError(SimulatorError):
    """A load test that can't be run as asked for, or whose system broke down."""
