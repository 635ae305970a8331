"""What an agent asks of the shop, whichever it is: what it can do, what would happen, and doing it.

To send the tracking once more needs no shop that acts: the order's facts are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orders.acting import ACTIONS, Action, Acts, Done, Preview
from orders.base import Connector
from orders.errors import ConnectorError
from orders.service import find_for_desk

Facts = Mapping[str, Any]
TRACKING = "resend_tracking"


@dataclass(frozen=True, slots=True)
class Counter:
    """Where agents' wishes are brought to the shop. `told(facts, language, today)` adds plain words of the parcel."""

    connector: Connector
    today: Callable[[], date]
    told: Callable[[Facts, str, date], Facts] = lambda facts, language, today: facts

    @property
    def actions(self) -> frozenset[str]:
        """What this shop can do."""
        shop = self.connector
        return frozenset({TRACKING}) | (shop.actions & frozenset(ACTIONS) if isinstance(shop, Acts) else frozenset())

    def preview(self, action: Action, language: str) -> Preview:
        """What would happen now; changes nothing. Raises ConnectorError."""
        if action.kind not in self.actions:
            return Preview("unsupported")
        if action.kind == TRACKING:
            return self._parcel(action.reference, language)
        return self._shop().preview(action)

    def do(self, action: Action, language: str) -> Done:
        """Do it once for its key. Raises Unsure where it may have been done, ConnectorError where it was not."""
        if action.kind != TRACKING and action.kind in self.actions:
            return self._shop().act(action)
        judged = self.preview(action, language)
        if judged.refused:
            raise ConnectorError(f"This is not possible now ({judged.refused}).", permanent=True, code=judged.refused)
        return Done(judged.facts)

    def _shop(self) -> Acts:
        shop = self.connector
        on = getattr(shop, "on", None)
        acting = on(self.today()) if on else shop
        assert isinstance(acting, Acts)
        return acting

    def _parcel(self, reference: str, language: str) -> Preview:
        facts = find_for_desk(self.connector, reference, self.today(), anew=True)
        if facts is None:
            return Preview("absent")
        if not facts.get("tracking_number"):
            return Preview("untracked")
        told = self.told(facts, language, self.today())
        return Preview("", {name: str(told.get(name) or "") for name in (
            "carrier", "tracking_number", "tracking_url", "parcel_means", "parcel_next")})
