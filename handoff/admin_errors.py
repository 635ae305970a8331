"""What goes wrong where admins change the house. The console says them in the agent's language, at their field.

HandoffError
  BadSetting     a setting of the desk outside of its bounds
  BadValue       a field of a form that does not hold what it should
  StillNeeded    what is to be retired is still in use
  LastAdmin      nobody would be left who may change the house
"""

from __future__ import annotations

from collections.abc import Sequence

from handoff.errors import HandoffError


class BadSetting(HandoffError):
    """A setting of the desk outside of its bounds."""

    code = "bad_setting"

    def __init__(self, key: str, least: int, most: int) -> None:
        super().__init__(f"The setting “{key}” takes a whole number from {least} to {most}; write one of these.")
        self.key, self.least, self.most = key, least, most


class BadValue(HandoffError):
    """A field that does not hold what it should. `why` names the sentence, `values` fill it in."""

    code = "bad_value"

    def __init__(self, field: str, why: str, **values: object) -> None:
        super().__init__(f"The field “{field}” cannot be taken ({why}); look at the example beside it.")
        self.field, self.why, self.values = field, why, values


class StillNeeded(HandoffError):
    """What is to be retired is still in use. `places` say where: flow files and lines, queues, agents."""

    code = "still_needed"

    def __init__(self, name: str, tickets: int = 0, places: Sequence[str] = ()) -> None:
        where = ", ".join(places)
        super().__init__(f"“{name}” is still in use ({tickets} open conversations{'; ' if where else ''}{where}); move those first.")
        self.name, self.tickets, self.places = name, tickets, tuple(places)


class LastAdmin(HandoffError):
    """Nobody would be left who may change the house."""

    code = "last_admin"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is the last admin; make somebody else an admin first.")
        self.name = name
