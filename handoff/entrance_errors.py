"""What goes wrong where people come in. The console says it in the agent's language, at its field.

HandoffError
  WrongCode         the code of the second factor does not fit, or was used before
  NoSecondFactor    she has none that could be used or renewed
  WrongPassword     her present password is another
  BadReset          the link of a forgotten password was used, is too old, or never was ours
  TooManyRequests   too many forgotten passwords from one address
  UnknownSession    no such log-in of hers
  BadSubscription   what a browser says of its push service cannot be used
"""

from __future__ import annotations

from datetime import datetime

from handoff.errors import HandoffError


class WrongCode(HandoffError):
    """The code does not fit, or was used before."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__("This code does not fit or was used already; wait for the next one in your authenticator.")


class NoSecondFactor(HandoffError):
    """Nothing is set up."""

    code = "no_second_factor"

    def __init__(self) -> None:
        super().__init__("There is no second factor on this account; set one up on your profile page first.")


class WrongPassword(HandoffError):
    """The present password is another."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("Your present password is another; write it again, or ask for a link with “forgotten password”.")


class BadReset(HandoffError):
    """The link does not open anything."""

    code = "bad_reset"

    def __init__(self) -> None:
        super().__init__("This link was used already or is older than an hour; ask for a new one on the log-in page.")


class TooManyRequests(HandoffError):
    """Too many requests from one address."""

    code = "too_many_requests"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"Too many requests from your network; try again after {until:%H:%M} UTC.")
        self.until = until


class UnknownSession(HandoffError):
    """No such log-in of hers, or it ended already."""

    code = "unknown_session"

    def __init__(self) -> None:
        super().__init__("This log-in ended already; the list on your profile page shows those that are left.")


class BadSubscription(HandoffError):
    """A push service that cannot be used."""

    code = "bad_subscription"

    def __init__(self) -> None:
        super().__init__("This browser's push service cannot be used; take a current Firefox, Chrome, Edge or Safari.")
