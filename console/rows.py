"""The list of conversations as its template wants it: groups of rows, their order, their one clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import here, naming
from console.attachments import preview
from console.formats import Formats, as_utc, span
from console.listing import WINDOW_SHOWN, Clock, clock, initials, window_left
from console.segments import plain
from handoff import access, claims
from handoff.access import Filters, Viewer
from handoff.tables import Queue, Ticket

PAGE_ROWS = 50
MAX_PAGES = 200

_ticket, _queue = Ticket.__table__, Queue.__table__


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list says."""

    tab: str = "mine"
    queue_id: str = ""
    page: int = 1

    def arguments(self, page: int | None = None) -> dict[str, Any]:
        """The same list in an address; defaults are left out."""
        found: dict[str, Any] = {"tab": self.tab}
        if self.queue_id:
            found["queue"] = self.queue_id
        if (page or self.page) > 1:
            found["page"] = page or self.page
        return found


def listing(session: Session, viewer: Viewer, asked: Asked, current: str = "") -> dict[str, Any]:
    """The list of one tab; under her own conversations those that wait for her."""
    counts = access.counts_for(session, viewer)
    filters = Filters(asked.tab, asked.queue_id, limit=PAGE_ROWS, offset=(asked.page - 1) * PAGE_ROWS)
    rows = access.conversations_for(session, viewer, filters)
    total = _total(session, asked, counts)
    groups = [{"title": "", "rows": _rows(session, viewer, rows, asked.tab, current)}] if rows else []
    waiting: list[Mapping[str, Any]] = []
    if asked.tab == "mine" and asked.page == 1:
        waiting = access.conversations_for(session, viewer, Filters("queued", limit=PAGE_ROWS))
        if waiting:
            room = _room(session, viewer)
            groups.append({"title": room, "rows": _rows(session, viewer, waiting, "queued", current)})
    is_more = asked.page * PAGE_ROWS < total and asked.page < MAX_PAGES
    return {
        "tab": asked.tab,
        "title": _title(session, asked),
        "total": total,
        "groups": groups,
        "shown": len(rows) + len(waiting),
        "bot_holds": _bot_holds(counts, viewer) if asked.tab != "all" else 0,
        "url": url_for("console.list_fragment", current=current or None, **asked.arguments()),
        "more_url": url_for("console.conversations", **asked.arguments(asked.page + 1)) if is_more else "",
    }


def queue_titles(session: Session, language: str) -> dict[str, str]:
    """Every queue by its name in this language, in the order of their ids."""
    found = session.execute(select(_queue.c.queue_id, _queue.c.titles).order_by(_queue.c.queue_id))
    return {row.queue_id: title(row.titles, row.queue_id, language) for row in found}


def title(titles: Mapping[str, str], queue_id: str, language: str) -> str:
    return titles.get(language) or titles.get("es") or queue_id


def _title(session: Session, asked: Asked) -> str:
    if asked.queue_id:
        return queue_titles(session, here.language()).get(asked.queue_id, asked.queue_id)
    return here.texts()(f"tabs.{asked.tab}")


def _total(session: Session, asked: Asked, counts: Mapping[str, int]) -> int:
    if not asked.queue_id:
        return counts[asked.tab]
    waiting = select(func.count()).where(_ticket.c.state == "queued", _ticket.c.queue_id == asked.queue_id)
    return session.execute(waiting).scalar_one()


def _bot_holds(counts: Mapping[str, int], viewer: Viewer) -> int:
    return max(0, counts["all"] - counts["queued"] - counts["mine"]) if viewer.sees_everything else 0


def _room(session: Session, viewer: Viewer) -> str:
    words = here.texts()
    left = viewer.capacity - claims.load_of(session, viewer.agent_id, here.formats().now)
    return f"{words('list.for_you')} · {words('list.room', n=left) if left > 0 else words('list.no_room')}"


def _rows(
    session: Session, viewer: Viewer, rows: Sequence[Mapping[str, Any]], tab: str, current: str
) -> list[dict[str, Any]]:
    more = _tickets(session, [row["ticket_id"] for row in rows if row["ticket_id"]])
    return [
        _row(row, more.get(row["ticket_id"], {}), viewer, tab)
        | _rank(row, tab == "queued" and place == 0)
        | {"current": row["conversation_id"] == current}
        for place, row in enumerate(rows)
    ]


def _tickets(session: Session, ids: list[str]) -> dict[str, Mapping[str, Any]]:
    """What the list's own query leaves out of its tickets."""
    if not ids:
        return {}
    columns = (_ticket.c.ticket_id, _ticket.c.first_reply_at, _ticket.c.card, _ticket.c.opened_at)
    found = session.execute(select(*columns).where(_ticket.c.ticket_id.in_(ids))).mappings()
    return {row["ticket_id"]: row for row in found}


def _row(row: Mapping[str, Any], ticket: Mapping[str, Any], viewer: Viewer, tab: str) -> dict[str, Any]:
    words, formats = here.texts(), here.formats()
    live = row["ticket_state"] in ("queued", "assigned", "snoozed")
    shown = clock(
        {
            "waiting_since": row["waiting_since"],
            "due_at": row["ticket_due_at"],
            "state": row["ticket_state"],
            "first_reply_at": ticket.get("first_reply_at"),
        },
        formats.now,
    )
    reason = naming.why(row["ticket_reason"]) if live and row["ticket_reason"] else None
    left = window_left(here.desk().window(row["kind"]), row, formats.now)
    short = left is not None and live and timedelta(0) < left < WINDOW_SHOWN
    show_holder = tab != "mine" and row["owner"] == "agent"
    return {
        "id": row["conversation_id"],
        "url": url_for(
            "console.conversation", conversation_id=row["conversation_id"], **({} if tab == "mine" else {"tab": tab})
        ),
        "name": naming.shown_name(row["contact_name"], row["address"]),
        "language": row["language"] if row["language"] != here.language() else "",
        "window": span(left) if short and left else "",
        "time": clock_text(shown, formats, row),
        "time_title": clock_title(shown),
        "press": shown.press,
        "text": preview(row["preview"], words) or plain(row["preview"]),
        "by": row["preview_author"],
        "owner": row["owner"],
        "unread": bool(row["unread"]) and live,
        "why": words(f"reasons.{reason.key}") if reason else "",
        "why_icon": reason.icon if reason else "",
        "pink": reason.pink if reason else False,
        "order": naming.order_of(ticket.get("card")),
        "channel": words(f"channels.{naming.channel(row['kind'])}"),
        "holder": initials(row["holder_name"] or "") if show_holder else "",
        "holder_name": row["holder_name"] or "",
        "ticket_id": row["ticket_id"],
        "epoch": row["epoch"],
    }


def _rank(row: Mapping[str, Any], first: bool) -> dict[str, str]:
    """The first in a queue says why it is first, and can be taken from here."""
    if not first or row["ticket_state"] != "queued":
        return {"rank": ""}
    words = here.texts()
    due, opened = row["ticket_due_at"], row["ticket_opened_at"]
    if due is None or opened is None:
        return {"rank": words("list.longest")}
    minutes = round((as_utc(due) - as_utc(opened)).total_seconds() / 60)
    return {"rank": words("list.first", minutes=minutes)}


def clock_text(shown: Clock, formats: Formats, row: Mapping[str, Any]) -> str:
    """The words of a row's clock."""
    if shown.kind == "moment":
        return formats.moment(row["last_message_at"])
    words = here.texts()
    return (
        words(f"clock.{shown.kind}", span=span(shown.length))
        if shown.length is not None
        else words(f"clock.{shown.kind}")
    )


def clock_title(shown: Clock) -> str:
    """The same in a sentence, where the row is too short for it."""
    if shown.kind not in ("late", "waits") or shown.length is None:
        return ""
    return here.texts()(f"clock.{shown.kind}_long", span=span(shown.length))
