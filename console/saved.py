"""Saved replies as a conversation offers them: found, filled in in the contact's language, suggested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from console import here, naming, panels, variables
from console.people import who
from console.rows import queue_titles
from handoff import blanks, saved_replies
from handoff.access import Sight
from handoff.search_words import folded

MOST = 40


def fitting(session: Session, sight: Sight, query: str = "") -> list[Mapping[str, Any]]:
    """Those she may use here whose name, shortcut or text (in her language) has these words; a shortcut's start first."""
    ticket, words = sight.ticket or {}, folded(query.lstrip("/")).split()
    rows = saved_replies.usable(session, here.viewer(), ticket.get("queue_id", ""))
    found = [row for row in rows if all(word in _searched(row) for word in words)]
    start = words[0] if words else ""
    return sorted(found, key=lambda row: not (start and row["shortcut"].startswith(start)))[:MOST]


def values(session: Session, sight: Sight) -> dict[str, str]:
    """What their variables are here."""
    thread = who(session, sight)
    language, ticket = sight.conversation["language"], sight.ticket or {}
    facts = panels.order_facts(ticket.get("card"))
    titles = queue_titles(session, language)
    found = {
        "name": thread["first_name"], "full_name": thread["name"], "agent": here.viewer().name, "signature": here.agent()["signature"],
        "channel": thread["channel"], "queue": titles.get(ticket.get("queue_id", ""), ""),
        "order.reference": naming.order_of(ticket.get("card")), "order.number": naming.order_of(ticket.get("card")),
    }
    if not thread["contact"]["name"].strip():  # an address is no name
        found |= {"name": "", "full_name": ""}
    return found | variables.of_order(facts, language, here.zone(), here.formats())


def shown(row: Mapping[str, Any], language: str, filling: Mapping[str, str]) -> dict[str, Any]:
    """One as the picker shows it: she reads its name and text in her language, the contact gets hers."""
    own = here.texts()
    sent_in, raw = saved_replies.text_in(row, language, here.language())
    text = blanks.filled(raw, filling, variables.names(own))
    read_in, read = saved_replies.text_in(row, here.language(), language)
    return {
        "id": row["saved_reply_id"], "name": row["name"], "shortcut": row["shortcut"], "used": row["used"],
        "text": text, "pieces": blanks.pieces(text), "language": sent_in, "blanks": blanks.gaps(text),
        "read": blanks.pieces(blanks.filled(read, filling, variables.names(own))) if read_in != sent_in else (),
        "has_picture": bool(row["upload"]), "is_own": bool(row["agent_id"]),
        "actions": [action["do"] for action in row["actions"]],
    }


def suggestions(session: Session, sight: Sight) -> list[dict[str, str]]:
    """Three above the field, by the step of the flow that she came from."""
    ticket = sight.live_ticket
    if ticket is None:
        return []
    rows = saved_replies.usable(session, here.viewer(), ticket["queue_id"])
    return [{"id": row["saved_reply_id"], "name": row["name"]}
            for row in saved_replies.suggested(rows, steps_of(ticket["card"]))]


def steps_of(card: Mapping[str, Any] | None) -> Sequence[str]:
    """The way she came, as `flow.step`: of a path `order_status › shipped` the flow, and the step in it."""
    path = [part.strip() for part in str((card or {}).get("path") or "").split("›") if part.strip()]
    return [path[0], *(f"{path[0]}.{step}" for step in path[1:]), *path[1:]] if path else []


def _searched(row: Mapping[str, Any]) -> str:
    return folded(" ".join((row["name"], row["shortcut"], *row["texts"].values())))
