"""What goes wrong while an agent writes. Each error has a `code` for programs and a sentence for people.

HandoffError (handoff/errors.py)
  UnknownSavedReply   no such saved reply, or not one of hers
  BadSavedReply       a field of a saved reply cannot be what it says
  UnfilledGap         the text has a gap that nobody has filled in
  TooLate             the message has left; nothing can call it back
  BadSnooze           not a time a conversation can be laid aside until
"""

from __future__ import annotations

from handoff.errors import HandoffError


class UnknownSavedReply(HandoffError):
    """No such saved reply, or not one this agent may see: both look the same."""

    code = "unknown_saved_reply"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no saved reply {key} that you may use.")
        self.key = key


class BadSavedReply(HandoffError):
    """`field` says which: name, texts, shortcut, shortcut_taken, actions."""

    code = "bad_saved_reply"

    def __init__(self, field: str) -> None:
        super().__init__(f"The saved reply cannot be kept: look at its “{field}”.")
        self.field = field


class UnfilledGap(HandoffError):
    """A gap of a saved reply still stands in the text."""

    code = "unfilled_blank"

    def __init__(self, gap: str) -> None:
        super().__init__(f"Fill in “{gap}” before you send the text.")
        self.gap = gap


class TooLate(HandoffError):
    """What was written has left, or was called back already."""

    code = "too_late"

    def __init__(self) -> None:
        super().__init__("The message has already left; nothing can call it back.")


class BadSnooze(HandoffError):
    """A time that is past, or that cannot be read."""

    code = "bad_snooze"

    def __init__(self) -> None:
        super().__init__("Choose a time that is still to come, at most a year away.")
