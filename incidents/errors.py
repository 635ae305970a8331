"""What goes wrong with a case. Each error has a `code` for programs and a sentence for people.

IncidentError   base of the package
  UnknownCase   no such case
  StaleCase     somebody changed it since the page was read
  IllegalStep   its state does not allow this
  BadField      a field cannot be read
"""

from __future__ import annotations


class IncidentError(Exception):
    """Base of this package's errors."""

    code = "incident_error"


class UnknownCase(IncidentError):
    """No such case."""

    code = "unknown_case"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no case {key[:40]}; the list of cases shows all that you may see.")


class StaleCase(IncidentError):
    """Somebody changed it since the page was read."""

    code = "stale_case"

    def __init__(self, code: str) -> None:
        super().__init__(f"{code} has changed since your page was read; look at it again, then repeat what you wanted.")


class IllegalStep(IncidentError):
    """Its state does not allow this."""

    code = "illegal_step"

    def __init__(self, code: str, state: str, step: str) -> None:
        super().__init__(f"{code} is {state}: “{step}” is not possible now.")
        self.state = state


class BadField(IncidentError):
    """A field cannot be read."""

    code = "bad_field"

    def __init__(self, field: str, mend: str) -> None:
        super().__init__(f"“{field}” cannot be read: {mend}")
        self.field = field
