"""What goes wrong on a page.

ConsoleError     base of the package
  NothingHere    no such page, or not for this agent
  BadField       a field of a form says nothing we know
  BadFile        a file that cannot be attached
  CannotTry      a test message that must not be sent
  TooFast        the flow editor is asked for more than its share
"""

from __future__ import annotations


class ConsoleError(Exception):
    """Base of this package's errors."""


class NothingHere(ConsoleError):
    """No such page, or not one this agent may see: both look the same."""


class BadField(ConsoleError):
    """A field of a form says nothing we know. `key` names the sentence for the agent."""

    def __init__(self, field: str, key: str = "error.bad_choice") -> None:
        super().__init__(f"The field “{field}” holds nothing that is known here; choose one of its options.")
        self.field = field
        self.key = key


class BadFile(ConsoleError):
    """A file that cannot be attached. `key` names the sentence for the agent, `values` fill it in."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(f"The file cannot be attached ({key}); choose another.")
        self.key = key
        self.values = values


class CannotTry(ConsoleError):
    """A test message that must not be sent. `reason` names the sentence: never_wrote, stopped, blocked, window, too_soon."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The test cannot be sent ({reason}): write to the channel from that address first.")
        self.reason = reason


class TooFast(ConsoleError):
    """The flow editor is asked for more than its share of the machine."""

    def __init__(self) -> None:
        super().__init__("The flows are being looked through for somebody else; try again in a moment.")
