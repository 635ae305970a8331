"""What goes wrong with conversations.

ConversationError     base of the package
  UnknownConversation no conversation has this id
  UnknownDeadLetter   no dead letter has this id, or it is settled already
"""

from __future__ import annotations


class ConversationError(Exception):
    """Base of this package's errors."""


class UnknownConversation(ConversationError):
    """No conversation has this id."""


class UnknownDeadLetter(ConversationError):
    """No open dead letter has this id."""
