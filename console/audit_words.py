"""What a line of the audit says in an agent's words: names of fields as their forms have them, values as people say them.

What nobody gave a name is shown in plain words (`giftCard_id`: gift card), and a page of a record never shows its key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console import here, labels, week_form
from console.formats import as_utc
from console.panel_words import language_name
from handoff.hours import DAYS
from handoff.settings import SETTINGS

LONGEST = 300
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_KEY = re.compile(r"[a-z]{3}_[a-z2-7]{16}")  # a public id: it says nothing to a reader
LABELS = {
    "titles": "admin.titles", "mode": "admin.queues.mode", "overflow_queue_id": "admin.queues.overflow",
    "asks_rating": "admin.queues.rating", "is_default": "admin.queues.default_long", "hours": "app.admin_hours",
    "holidays": "admin.hours.holidays", "holiday_names": "admin.hours.holidays", "time_zone": "me.zone",
    "promise_minutes": "admin.sla.promise", "reply_minutes": "admin.sla.reply", "answer_minutes": "admin.sla.answer",
    "resolve_minutes": "admin.sla.resolve", "offer_after_seconds": "admin.queues.offer_after",
    "offer_seconds": "admin.queues.offer", "relax_after_seconds": "admin.queues.relax",
    "auto_resolve_hours": "admin.queues.auto_resolve", "email": "admin.agents.email", "role": "admin.agents.role",
    "queues": "app.admin_queues", "name": "admin.agents.name", "languages": "admin.agents.languages",
    "capacity": "admin.agents.capacity", "skills": "app.admin_skills", "lacks": "app.admin_skills",
    "state": "admin.agents.state", "texts": "admin.replies.text", "shortcut": "admin.replies.shortcut",
    "es": "languages.es", "en": "languages.en", "pt": "languages.pt",
}  # fmt: skip
UNITS = {"_minutes": "min", "_seconds": "s", "_hours": "h"}
VALUES = {"role": "me.roles", "mode": "admin.modes", "state": "admin.states", "disposition": "dispositions",
          "reason": "admin.audit.values", "to": "admin.audit.values", "from": "admin.audit.values"}


@dataclass(frozen=True, slots=True)
class Names:
    """Of people by their id, of queues and skills by theirs."""

    people: Mapping[str, str]
    queues: Mapping[str, str]
    skills: Mapping[str, str]

    def of(self, field: str, value: str) -> str:
        """Whom or what this value of this field names; empty where it names nothing."""
        book = {"queue": self.queues, "queues": self.queues, "overflow_queue_id": self.queues,
                "skills": self.skills, "lacks": self.skills}.get(field, {})
        return book.get(value) or self.people.get(value, "")


def field(name: str) -> str:
    """What this is called; `from` is a word of Python's and stands as `from_`."""
    words = here.texts()
    key = LABELS.get(name) or ("admin.settings." + name if name in SETTINGS else "admin.audit.facts."
                               + ("from_" if name == "from" else name))
    return words(key) if words.has(key) else labels.known(words, name)


def subject(kind: str, key: str, names: Names) -> str:
    """What a change was about."""
    if kind == "setting_changed":
        return field(key)
    if kind.startswith("queue_"):
        return names.queues.get(key, key)
    if kind.startswith("skill_"):
        return names.skills.get(key, key)
    return names.people.get(key) or ("" if _KEY.fullmatch(key) else key)


def value(name: str, given: Any, names: Names) -> str:
    """A value as one reads it: `español: Envíos, inglés: Shipping`, `a, b`, yes and no; long ones cut."""
    text = _told(name, given, names)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def facts(given: Mapping[str, Any], names: Names) -> str:
    """What a line keeps beside its change, without the keys of records."""
    told = [(field(name), value(name, one, names)) for name, one in given.items()
            if one not in (None, "", [], {}) and not (isinstance(one, str) and _KEY.fullmatch(one) and not names.of(name, one))]
    text = ", ".join(f"{name}: {one}" for name, one in told)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _told(name: str, given: Any, names: Names) -> str:
    words = here.texts()
    if isinstance(given, bool):
        return words("admin.roles.yes" if given else "admin.roles.no")
    if given in (None, "", [], {}):
        return "—"
    if isinstance(given, Mapping):
        if set(given) <= set(DAYS):
            return week_form.words_of(given)
        return ", ".join(f"{field(str(key))}: {_told(str(key), one, names)}" for key, one in given.items())
    if isinstance(given, list):
        return ", ".join(_told(name, one, names) for one in given)
    if isinstance(given, int | float):
        unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), "")
        return f"{given} {unit}".strip()
    return _text(name, str(given), names)


def _text(name: str, text: str, names: Names) -> str:
    words = here.texts()
    if _MOMENT.match(text):
        return here.formats().moment(as_utc(datetime.fromisoformat(text)))
    if name == "languages":
        return language_name(text)
    keys = (f"{VALUES.get(name, 'admin.audit.values')}.{text}", f"admin.audit.values.{text}", f"reasons.{text}")
    known = next((words(key) for key in keys if " " not in text and words.has(key)), "")
    return names.of(name, text) or known or text
