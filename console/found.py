"""What search found, as its page and its JSON show it: whose conversation, where it stands, and the words in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from console import here, naming
from console.formats import as_utc
from console.segments import plain
from handoff import lists, search, search_question, search_words
from handoff.search import Hit

AROUND = 70  # letters before the first word found
LONGEST = 220
PAGE_SPARE = 12  # messages after the one found that stand on its page too
_TOKEN = re.compile(r"[^\W_]+")


def found(session: Session, typed: str) -> dict[str, Any]:
    """The answer to what was typed, by conversation, in the order of the latest place."""
    formats = here.formats()
    question = search_question.read(typed, formats.local(formats.now).date())
    hits = search.find(session, here.viewer(), question, formats.zone)
    rows = {row["conversation_id"]: row for row in
            lists.seen(session, here.viewer(), list({hit.conversation_id for hit in hits}))}
    places: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.conversation_id in rows:
            places.setdefault(hit.conversation_id, []).append(hit)
    return {
        "q": typed,
        "results": [_result(rows[key], some, question.marks) for key, some in places.items()],
        "unread": list(question.unread),
        "is_empty": question.is_empty,
    }


def _result(row: Mapping[str, Any], hits: Sequence[Hit], marks: Sequence[str]) -> dict[str, Any]:
    words = here.texts()
    return {
        "id": row["conversation_id"],
        "contact_id": row["contact_id"],
        "name": naming.shown_name(row["contact_name"], row["address"]),
        "address": row["address"],
        "channel": words(f"channels.{naming.channel(row['kind'])}"),
        "order": naming.order_of(row["ticket_card"]),
        "owner": row["owner"],
        "holder": row["holder_name"] or "",
        "at": as_utc(row["last_message_at"]),
        "url": url_for("console.conversation", conversation_id=row["conversation_id"]),
        "places": [_place(row, hit, marks) for hit in hits if hit.message_id],
    }


def _place(row: Mapping[str, Any], hit: Hit, marks: Sequence[str]) -> dict[str, Any]:
    spare = hit.seq + PAGE_SPARE
    page = {} if spare >= row["last_seq"] else {"before": spare}
    url = url_for("console.conversation", conversation_id=row["conversation_id"], **page)
    return {
        "id": hit.message_id,
        "author": hit.author,
        "at": as_utc(hit.said_at) if hit.said_at else None,
        "url": f"{url}#{hit.message_id}",
        "pieces": pieces(plain(hit.text), marks),
    }


def pieces(text: str, marks: Sequence[str]) -> list[tuple[str, bool]]:
    """A message's words around the first that was found: (text, whether it was asked for). Pure."""
    wanted = [word for mark in marks for word in search_words.words(mark)]
    spans = [match.span() for match in _TOKEN.finditer(text)
             if any(search_words.folded(match[0]).startswith(word) for word in wanted)]
    start = max(0, spans[0][0] - AROUND) if spans else 0
    end = min(len(text), start + LONGEST)
    cut, at = [("…", False)] if start else [], start
    for begins, stops in spans:
        if stops > end:
            break
        cut += [(text[at:begins], False), (text[begins:stops], True)]
        at = stops
    cut.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return [piece for piece in cut if piece[0]]
