"""What stands on an agent's own page, and what she may write there. Reads, and judges fields; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from console import here, login, nav, screens
from console.errors import BadField
from console.words import LANGUAGES
from handoff import known_browsers, notify, second_factor, sessions
from handoff.notices import KINDS

THEMES = ("system", "light", "dark")
LONGEST_NAME, LONGEST_SIGNATURE = 60, 200
CHOICES = ("language", "theme", "time_zone")
SWITCHES = ("sounds", "single_keys")


@cache
def zones() -> frozenset[str]:
    """Zones of places and UTC; not the abbreviations and offsets of old."""
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")) | {"UTC"}


def changes() -> dict[str, Any]:
    """What she wants otherwise; each field is optional. Raises BadField for what is no choice, before anything is kept."""
    found: dict[str, Any] = {name: value for name in CHOICES if (value := here.text_field(name)[:64])}
    for name, value in found.items():
        if value not in _known(name):
            raise BadField(name)
    found |= {name: _switch(name) for name in SWITCHES if here.fields().get(name) is not None}
    if here.fields().get("name") is not None:
        found["name"] = _one_line("name", LONGEST_NAME, 1)
    if here.fields().get("signature") is not None:
        found["signature"] = _one_line("signature", LONGEST_SIGNATURE, 0)
    return found


def ways_wanted() -> dict[str, list[str]]:
    """How she wants to be told, of a form's ticks or a program's map. Raises BadField."""
    given = here.fields().get("notify")
    if given is None:
        return {kind: [way for way in notify.WAYS if here.text_field(f"{kind}_{way}") == "1"] for kind in KINDS}
    is_map = isinstance(given, Mapping) and all(
        kind in KINDS and isinstance(ways, list) and set(ways) <= set(notify.WAYS) for kind, ways in given.items())
    if not is_map:
        raise BadField("notify")
    return {kind: list(ways) for kind, ways in given.items()}


def screen(session: Session, errors: Mapping[str, str]) -> dict[str, Any]:
    """Everything of the page; `errors` stand at the field of their name."""
    row, now, agent_id = here.agent(), here.formats().now, here.viewer().agent_id
    mine = sessions.hashed(login.token())
    return {
        "nav": nav.nav(session, here.viewer(), None, "me"),
        "me": nav.me(row),
        "row": row,
        "languages": LANGUAGES,
        "themes": THEMES,
        "zones": sorted(zones()),
        "typed": {name: here.text_field(name) for name in ("name", "signature", "time_zone") if name in errors},
        "errors": errors,
        "kinds": KINDS,
        "ways": {kind: notify.chosen(row, kind) for kind in KINDS},
        "sessions": [one | {"is_this": one["token_hash"] == mine} for one in sessions.of(session, agent_id, now)],
        "browsers": len(known_browsers.of(session, agent_id, now)),
        "has_second": second_factor.is_on(row),
        "codes_left": len(row["recovery"]),
        "mails": here.desk().mails,
        "push_key": here.desk().push_key,
        "banner": screens.flashed(),
        "csrf_header": screens.csrf_header(),
    }


def _known(name: str) -> frozenset[str]:
    return {"language": frozenset(LANGUAGES), "theme": frozenset(THEMES)}.get(name) or zones()


def _switch(name: str) -> bool:
    """A tick; a form says 0 or 1, a program true or false."""
    value = here.fields().get(name)
    if value in ("0", "1", True, False):
        return value in ("1", True)
    raise BadField(name)


def _one_line(name: str, longest: int, shortest: int) -> str:
    text = " ".join(here.text_field(name).split())
    if not shortest <= len(text) <= longest:
        raise BadField(name, f"me.wrong_{name}")
    return text
