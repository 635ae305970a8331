"""Settings of the desk that admins change while it runs: what there is, its bounds, and what holds now.

What nobody ever changed has its default. A number of 0 days keeps for ever; None says that the configuration decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from conversation.events import TimelineLine
from conversation.work import Work
from handoff.access import Reader
from handoff.admin_errors import BadSetting
from handoff.house_tables import HouseSetting

Value = int | bool | None

MAX_DAYS = 3_650
DAY_MINUTES = 24 * 60
MOST_MONEY = 100_000

_setting = HouseSetting.__table__
_by_key = select(_setting.c.value).where(_setting.c.key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: a switch where its default is one, else a whole number from `least` to `most`."""

    key: str
    default: Value
    least: int = 0
    most: int = MAX_DAYS
    group: str = "retention"

    @property
    def is_switch(self) -> bool:
        return isinstance(self.default, bool)


SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in (
    # a conversation counts for its holder while the contact wrote within these minutes
    Setting("active_minutes", 10, 1, DAY_MINUTES, "work"),
    # whether a reply begins with the name of who wrote it, by family of channels; an SMS is paid by its length
    Setting("names_whatsapp", True, group="names"),
    Setting("names_messenger", True, group="names"),
    Setting("names_instagram", True, group="names"),
    Setting("names_sms", False, group="names"),
    Setting("requires_second_factor", False, group="security"),
    # what somebody of this role may have paid without asking, in the order's currency (handoff/order_actions.py)
    Setting("refund_agent", 20, 0, MOST_MONEY, "orders"),
    Setting("refund_supervisor", 500, 0, MOST_MONEY, "orders"),
    Setting("coupon_agent", 20, 0, MOST_MONEY, "orders"),
    Setting("coupon_supervisor", 100, 0, MOST_MONEY, "orders"),
    Setting("keep_media_days", None),
    Setting("keep_step_days", 90),
    Setting("keep_notice_days", 30, 1),
    Setting("keep_session_days", 30, 1),
    Setting("keep_hook_call_days", 30, 1),
    Setting("keep_news_days", 90, 31),  # a parcel is looked after for thirty (outreach/on_the_road.py)
)}


def get(reader: Reader, key: str) -> Any:
    """What holds: an int, a bool, or None. Raises KeyError for a setting that does not exist."""
    setting = SETTINGS[key]
    row = reader.execute(_by_key, {"key": key}).first()
    return setting.default if row is None else row.value["value"]


def every(reader: Reader) -> dict[str, Any]:
    """All settings as they hold."""
    kept = {row.key: row.value["value"] for row in reader.execute(select(_setting.c.key, _setting.c.value))}
    return {key: kept.get(key, setting.default) for key, setting in SETTINGS.items()}


def put(work: Work, key: str, value: Value, agent_id: str) -> bool:
    """Change a setting; returns whether it was another before. Raises KeyError, BadSetting."""
    setting = SETTINGS[key]
    _require(setting, value)
    before = get(work.connection, key)
    if before == value and isinstance(before, bool) == isinstance(value, bool):
        return False
    row = {"value": {"value": value}, "changed_by": agent_id, "changed_at": work.now}
    changed = work.connection.execute(update(_setting).where(_setting.c.key == key).values(**row))
    if changed.rowcount == 0:
        work.connection.execute(insert(_setting).values(key=key, **row))
    data = {"subject": key, "changes": {key: [before, value]}}
    work.record(TimelineLine("setting_changed", "", agent_id, data=data))
    return True


def _require(setting: Setting, value: Value) -> None:
    if setting.is_switch:
        if not isinstance(value, bool):
            raise BadSetting(setting.key, 0, 1)
        return
    if value is None and setting.default is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not setting.least <= value <= setting.most:
        raise BadSetting(setting.key, setting.least, setting.most)
