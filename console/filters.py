"""What narrows a list: the form's options, the chips of what is on, and what the tables are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, naming
from console.asked import FILTERS, Asked
from console.words import LANGUAGES
from conversation.tables import Channel
from handoff.lists import Wanted

_channel = Channel.__table__


def wanted(session: Session, asked: Asked, limit: int, tab: str = "") -> Wanted:
    """The question for the tables behind an address; `tab` in place of the one asked for."""
    kinds = _kinds(session)
    known, others = naming.codes_of(asked.reason) if asked.reason else (frozenset(), frozenset())
    return Wanted(
        tab or asked.tab,
        asked.queue_id,
        _channels(kinds, asked.channel),
        asked.language,
        known,
        others,
        asked.tag,
        limit,
        0 if tab else (asked.page - 1) * limit,
    )


def form(session: Session, asked: Asked, titles: Mapping[str, str], tags: Sequence[str]) -> dict[str, Any]:
    """What `_filters.html` shows: the options of each filter, and those that are on."""
    words = here.texts()
    options = {
        "queue": list(titles.items()),
        "channel": sorted({(one, words(f"channels.{one}"))
                           for one in (naming.channel(kind) for kind in _kinds(session).values())}),
        "language": [(code, words(f"languages.{code}").capitalize()) for code in LANGUAGES],
        "reason": [(one, words(f"reasons.{one}")) for one in naming.families()],
    }
    return {
        "tab": asked.tab,
        "options": options,
        "values": {name: asked.value(name) for name in FILTERS},
        "tags": tags,
        "on": [_chip(name, value, asked, options) for name, value in asked.filters.items()],
        "clear_url": url_for("console.conversations", tab=asked.tab),
    }


def _chip(name: str, value: str, asked: Asked, options: Mapping[str, Any]) -> dict[str, str]:
    label = dict(options.get(name, ())).get(value, value)
    return {"name": name, "label": label,
            "url": url_for("console.conversations", **asked.without(name).arguments())}


def _kinds(session: Session) -> dict[str, str]:
    """The kind of every channel of ours, by its id; read once for a page."""
    if "channel_kinds" not in g:
        found = session.execute(select(_channel.c.channel_id, _channel.c.kind))
        g.channel_kinds = {row.channel_id: row.kind for row in found}
    return g.channel_kinds


def _channels(kinds: Mapping[str, str], name: str) -> frozenset[str]:
    """The channels of this name; one that there is not, for a name that none has: the list is empty then."""
    if not name:
        return frozenset()
    return frozenset(one for one, kind in kinds.items() if naming.channel(kind) == name) or frozenset({"none"})
