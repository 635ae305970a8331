"""What goes wrong with conversations.

ConversationError     base of the package
  UnknownConversation no conversation has this id
  Overtaken           another process stored the same thing at the same moment; try again one by one
  UnknownDeadLetter   no dead letter has this id, or it is settled already
"""

from __future__ import annotations


class ConversationError(Exception):
    """Base of this package's errors."""


class UnknownConversation(ConversationError):
    """No conversation has this id."""


class Overtaken(ConversationError):
    """Another process stored one of these at the same moment. Nothing is lost: taken one by one they sort themselves out."""


class UnknownDeadLetter(ConversationError):
    """No open dead letter has this id."""
