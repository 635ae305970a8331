"""Trouble that a person must see. Raised again it is counted, not repeated; cleared when it is over.

Whoever finds trouble raises it here, inside its own transaction; the console lists what is open and mails it once. Both
leave a line in the timeline: it is the log of what was wrong, and what open pages of supervisors listen to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

import metrics
from conversation import ids
from conversation.events import TimelineLine
from conversation.prepared import Prepared
from conversation.tables import Alarm
from conversation.work import Work

_alarm = Alarm.__table__
_again = (
    update(_alarm).where(_alarm.c.key == bindparam("of"), _alarm.c.cleared_at.is_(None))
    .values(times=_alarm.c.times + 1, last_at=bindparam("now"), facts=bindparam("new_facts"),
            level=bindparam("new_level"))
)
_add = {
    dialect.__name__.rpartition(".")[2]: Prepared(dialect.insert(_alarm).on_conflict_do_nothing())
    for dialect in (sqlite, postgresql)
}
_clear = update(_alarm).where(_alarm.c.key == bindparam("of"), _alarm.c.cleared_at.is_(None)).values(
    cleared_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong. `key` tells one trouble from another (`token:meta-whatsapp:123`), `text` names its sentence.

    `level`: warning (look at it today) or critical (customers are not served).
    """

    key: str
    text: str
    level: str = "warning"
    facts: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    account: str = ""


def raise_alarm(work: Work, trouble: Trouble) -> bool:
    """Say that something is wrong; returns whether it is new."""
    facts = dict(trouble.facts)
    again = work.connection.execute(_again, {
        "of": trouble.key, "now": work.now, "new_facts": facts, "new_level": trouble.level})
    if again.rowcount:
        return False
    new = _add[work.connection.dialect.name].run(work.connection, [{
        "alarm_id": ids.new("alm"), "key": trouble.key, "level": trouble.level, "text": trouble.text,
        "facts": facts, "kind": trouble.kind, "account": trouble.account, "times": 1, "raised_at": work.now,
        "last_at": work.now, "mail_tries": 0}])
    if not new:
        return False  # another process raised it a moment ago
    metrics.alarms.labels(trouble.text, trouble.level).inc()
    work.record(TimelineLine("alarm", "", "system", data={"key": trouble.key, "text": trouble.text, "level": trouble.level}))
    return True


def clear(work: Work, key: str) -> bool:
    """It is over; returns whether it was open."""
    if not work.connection.execute(_clear, {"of": key, "now": work.now}).rowcount:
        return False
    work.record(TimelineLine("alarm_over", "", "system", data={"key": key}))
    return True
