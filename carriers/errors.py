"""What goes wrong around parcels.

CarrierError        a carrier could not answer; `permanent` says never, otherwise again
  BadConfiguration  a file about carriers says something that cannot be; names file, line and mend
"""

from __future__ import annotations


class CarrierError(Exception):
    """The carrier could not answer. `code` is stable, `detail` for a person."""

    def __init__(self, detail: str, *, permanent: bool = False, code: str = "unavailable") -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent
        self.code = code


class BadConfiguration(CarrierError):
    """A file about carriers is wrong."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, permanent=True, code="configuration")
