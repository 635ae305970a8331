"""What goes wrong with news.

BadPolicy     a line of `_outreach.yaml` is wrong; names the line and the mend
UnknownGroup  there is no group of this id
GroupEnded    nothing more happens with it: it was stopped, or taken back
GroupTold     somebody was told already, so that it cannot be taken back any more
"""

from __future__ import annotations


class BadPolicy(Exception):
    """A line of `_outreach.yaml` is wrong."""


class UnknownGroup(Exception):
    """There is no group of this id."""

    def __init__(self, group_id: str) -> None:
        super().__init__(f"There is no group {group_id}.")


class GroupEnded(Exception):
    """The group was stopped or taken back."""

    def __init__(self, state: str) -> None:
        super().__init__(f"The group is {state}: mark the orders anew.")
        self.state = state


class GroupTold(Exception):
    """Somebody of the group was told; what is told is told."""

    def __init__(self, told: int) -> None:
        super().__init__(f"{told} of the group were told already: stop it, so that nobody more is told.")
        self.told = told
