"""What may go wrong while operating Relevo.

OperationsError
├── BackupFailed
├── RestoreRefused
└── MigrationFailed
"""

from __future__ import annotations


class OperationsError(Exception):
    """The base of this package's errors; the message is a sentence for the person who runs the command."""


class BackupFailed(OperationsError):
    """No backup was made; nothing was changed."""


class RestoreRefused(OperationsError):
    """The backup was not restored; nothing was changed."""


class MigrationFailed(OperationsError):
    """The database could not be brought up to date; it is as it was before."""
