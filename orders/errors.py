"""What goes wrong at the shop.

ConnectorError      base: `permanent` says never, otherwise again
  BadConfiguration  a setting of a connector is missing or wrong; names it and the mend
  Unsure            a change may have been made or not; never try it again blindly
"""

from __future__ import annotations


class ConnectorError(Exception):
    """The shop could not answer. `permanent`: asking again will not help. `code` is stable, `detail` for a person."""

    def __init__(self, detail: str, *, permanent: bool = False, code: str = "unavailable") -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent
        self.code = code


class BadConfiguration(ConnectorError):
    """A setting of a connector is missing or wrong. `key` is its dotted place among the settings, "" if unknown."""

    def __init__(self, detail: str, key: str = "") -> None:
        super().__init__(detail, permanent=True, code="configuration")
        self.key = key


class Unsure(ConnectorError):
    """The shop was asked to change something and did not say whether it did."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, permanent=True, code="unsure")
