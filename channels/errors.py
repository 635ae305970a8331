"""What goes wrong on the wire.

ChannelError        base of the package
  UnknownKind       a channel of a kind no adapter offers
  BadAccounts       the numbers and pages given as ours cannot be read
"""

from __future__ import annotations


class ChannelError(Exception):
    """Base of this package's errors."""


class UnknownKind(ChannelError):
    """No adapter is called that; the message lists those there are."""


class BadAccounts(ChannelError):
    """The list of our numbers and pages cannot be read; the message names the place and the mend."""
