"""What goes wrong with news.

BadPolicy     a line of `_outreach.yaml` is wrong; names the line and the mend
UnknownGroup  there is no group of this id
"""

from __future__ import annotations


class BadPolicy(Exception):
    """A line of `_outreach.yaml` is wrong."""


class UnknownGroup(Exception):
    """There is no group of this id."""

    def __init__(self, group_id: str) -> None:
        super().__init__(f"There is no group {group_id}.")
