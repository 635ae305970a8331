"""Saved replies: texts that agents send often, in every language, with gaps, a picture, and what is done afterwards.

Whoever supervises writes those of the house; every agent may have some of her own, which nobody else sees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from conversation import ids
from conversation.work import Work
from handoff.access import Reader, Viewer
from handoff.errors import NotAllowed
from handoff.tables import SavedReply
from handoff.writing_errors import BadSavedReply, UnknownSavedReply

LANGUAGES = ("es", "en", "pt")
DOINGS = ("resolve", "snooze", "tag", "transfer")
LONGEST_NAME, LONGEST_TEXT = 60, 4096
SUGGESTED = 3
_SHORTCUT = re.compile(r"[a-z0-9áéíóúñçãõâêô_-]{1,32}")

_saved = SavedReply.__table__
_live = select(_saved).where(_saved.c.retired_at.is_(None))
_order = (_saved.c.used.desc(), _saved.c.name, _saved.c.saved_reply_id)
_by_id = _live.where(_saved.c.saved_reply_id == bindparam("id"))
_count_use = update(_saved).where(_saved.c.saved_reply_id == bindparam("id")).values(used=_saved.c.used + 1)


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody writes of a saved reply; the fields are those of the table (handoff/tables.py).

    `is_own`: it is for the writer alone. `texts` has at least one language; `queues` empty: in all of them.
    """

    name: str
    texts: Mapping[str, str]
    shortcut: str = ""
    queues: Sequence[str] = ()
    is_own: bool = False
    steps: Sequence[str] = ()
    upload: Mapping[str, Any] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()


def every(reader: Reader, viewer: Viewer) -> list[Mapping[str, Any]]:
    """All she may look at, the most used first: the house's (of an agent's queues, or of all for who supervises) and
    her own."""
    found = reader.execute(_live.where(or_(_saved.c.agent_id.is_(None), _saved.c.agent_id == viewer.agent_id))
                           .order_by(*_order)).mappings()
    return [row for row in found if _is_hers(viewer, row)]


def usable(reader: Reader, viewer: Viewer, queue_id: str) -> list[Mapping[str, Any]]:
    """Those that fit a conversation of this queue, the most used first."""
    return [row for row in every(reader, viewer) if not row["queues"] or queue_id in row["queues"] or row["agent_id"]]


def one(reader: Reader, viewer: Viewer, saved_reply_id: str) -> Mapping[str, Any]:
    """One she may look at. Raises UnknownSavedReply."""
    row = reader.execute(_by_id, {"id": saved_reply_id}).mappings().first()
    if row is None or not _is_hers(viewer, row):
        raise UnknownSavedReply(saved_reply_id)
    return row


def suggested(rows: Sequence[Mapping[str, Any]], steps: Sequence[str]) -> list[Mapping[str, Any]]:
    """At most three that fit: first those of the step (or flow) the contact came from, then the most used."""
    ranked = sorted(rows, key=lambda row: (-_nearness(row["steps"], steps), -row["used"], row["name"]))
    return ranked[:SUGGESTED]


def text_in(row: Mapping[str, Any], language: str, otherwise: str) -> tuple[str, str]:
    """Its text in this language, else in the other, else in whichever there is: (language, text)."""
    texts = row["texts"]
    found = next((one for one in (language.split("-")[0], otherwise, *LANGUAGES) if texts.get(one)), "")
    return found, texts.get(found, "")


def add(work: Work, viewer: Viewer, wording: Wording) -> str:
    """A new one; returns its id. Raises NotAllowed, BadSavedReply."""
    saved_reply_id = ids.new("svr")
    owner = viewer.agent_id if wording.is_own else None
    _require_writer(viewer, owner)
    work.connection.execute(insert(_saved).values(
        saved_reply_id=saved_reply_id, agent_id=owner, used=0, created_at=work.now, updated_at=work.now,
        **_checked(work, viewer, wording, saved_reply_id)))
    return saved_reply_id


def change(work: Work, viewer: Viewer, saved_reply_id: str, wording: Wording) -> None:
    """Write it anew. Whose it is stays. Raises UnknownSavedReply, NotAllowed, BadSavedReply."""
    row = one(work.connection, viewer, saved_reply_id)
    _require_writer(viewer, row["agent_id"])
    work.connection.execute(update(_saved).where(_saved.c.saved_reply_id == saved_reply_id).values(
        updated_at=work.now, **_checked(work, viewer, wording, saved_reply_id)))


def retire(work: Work, viewer: Viewer, saved_reply_id: str) -> None:
    """Nobody is offered it any more. Raises UnknownSavedReply, NotAllowed."""
    _require_writer(viewer, one(work.connection, viewer, saved_reply_id)["agent_id"])
    work.connection.execute(update(_saved).where(_saved.c.saved_reply_id == saved_reply_id).values(retired_at=work.now))


def count_use(work: Work, saved_reply_id: str) -> None:
    """It was sent once more."""
    work.connection.execute(_count_use, {"id": saved_reply_id})


def _is_hers(viewer: Viewer, row: Mapping[str, Any]) -> bool:
    if row["agent_id"]:
        return bool(row["agent_id"] == viewer.agent_id)
    return viewer.sees_everything or not row["queues"] or not viewer.queues.isdisjoint(row["queues"])


def _require_writer(viewer: Viewer, owner: str | None) -> None:
    if owner is None and not viewer.sees_everything:
        raise NotAllowed(viewer.role)


def _nearness(wanted: Sequence[str], steps: Sequence[str]) -> int:
    """How near the contact's way comes to what it is for: the last step counts most; a flow's name means all its steps."""
    for at, step in enumerate(reversed(steps)):
        if step in wanted or step.split(".")[0] in wanted:
            return 1000 - at
    return 0


def _checked(work: Work, viewer: Viewer, wording: Wording, saved_reply_id: str) -> dict[str, Any]:
    name, texts = wording.name.strip(), {tag: text.strip() for tag, text in wording.texts.items() if text.strip()}
    shortcut = wording.shortcut.strip().lstrip("/").lower()
    if not name or len(name) > LONGEST_NAME:
        raise BadSavedReply("name")
    if not texts or set(texts) - set(LANGUAGES) or any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise BadSavedReply("texts")
    if shortcut and not _SHORTCUT.fullmatch(shortcut):
        raise BadSavedReply("shortcut")
    if shortcut and any(row["shortcut"] == shortcut and row["saved_reply_id"] != saved_reply_id
                        for row in every(work.connection, viewer)):
        raise BadSavedReply("shortcut_taken")
    if any(action.get("do") not in DOINGS for action in wording.actions):
        raise BadSavedReply("actions")
    return {"name": name, "texts": texts, "shortcut": shortcut, "queues": list(wording.queues),
            "steps": list(wording.steps), "upload": dict(wording.upload),
            "actions": [dict(action) for action in wording.actions]}
