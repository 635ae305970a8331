"""What goes wrong on the wire.

ChannelError        base of the package
  UnknownKind       a channel of a kind no adapter offers
  BadAccounts       the numbers and pages given as ours cannot be read
  BadWebhookSettings the address webhooks are signed for is missing or no address
  NotStored         what a webhook brought could not be kept; the provider shall send it again
"""

from __future__ import annotations


class ChannelError(Exception):
    """Base of this package's errors."""


class UnknownKind(ChannelError):
    """No adapter is called that; the message lists those there are."""


class BadAccounts(ChannelError):
    """The list of our numbers and pages cannot be read; the message names the place and the mend."""


class BadWebhookSettings(ChannelError):
    """Webhooks cannot be checked with these settings; the message names the setting and the mend."""


class NotStored(ChannelError):
    """Raised by whoever stores events when nothing of the request was kept: the webhook answers 503."""
