"""What goes wrong with tags, people and conversations that agents begin.

BadTag          no tag looks like this, or there are too many
NotTwo          a contact cannot be joined with herself, or with one of the same person
NotJoined       the contact is joined with nobody
CannotStart     a conversation cannot be begun there
"""

from __future__ import annotations

from handoff.errors import HandoffError


class BadTag(HandoffError):
    """A tag is too long, empty, or one too many."""

    code = "bad_tag"

    def __init__(self, tag: str) -> None:
        super().__init__(f"“{tag[:50]}” cannot be a tag here: 1 to 40 letters, and 20 tags a conversation.")
        self.tag = tag


class NotTwo(HandoffError):
    """They are one already."""

    code = "not_two"

    def __init__(self) -> None:
        super().__init__("These two are one person already; choose another contact to join with.")


class NotJoined(HandoffError):
    """There is nothing to take apart."""

    code = "not_joined"

    def __init__(self) -> None:
        super().__init__("This contact is joined with nobody, so there is nothing to take apart.")


class CannotStart(HandoffError):
    """A conversation cannot be begun with her there. `reason`: queued, for she waits already."""

    code = "cannot_start"

    def __init__(self, reason: str) -> None:
        super().__init__(f"No conversation can be begun there ({reason}); look at the address, or use another channel.")
        self.reason = reason
