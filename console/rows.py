"""The list of conversations as its template wants it: groups of rows, their order, their one clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import g, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import filters, here, naming, row_signs
from console.asked import MAX_PAGES, Asked
from console.attachments import preview
from console.formats import Formats, as_utc, span
from console.listing import WINDOW_SHOWN, Clock, clock, initials, window_left
from console.places_in_line import rank
from console.reckoning import AsOf
from console.row_signs import Signs
from console.segments import plain
from handoff import lists
from handoff.access import Viewer
from handoff.lists import Wanted
from handoff.tables import LIVE_TICKET_STATES, Queue
from handoff.tally import COUNTED, Counts

PAGE_ROWS = 50
CROWDED = 2_000  # conversations that she sees
PLACE = "CONVERSATION"
WAITING_ROWS = 20  # of those that wait for her, below her own

__all__ = ["MAX_PAGES", "PAGE_ROWS", "Asked", "clock_text", "clock_title", "listing", "queue_titles", "title"]
_queue = Queue.__table__


def listing(
    session: Session, viewer: Viewer, asked: Asked, current: str, stands: tuple[Counts, AsOf]
) -> dict[str, Any]:
    """The list of one tab; under her own conversations those that wait for her."""
    (found, as_of), titles = stands, queue_titles(session, here.language())
    wanted = replace(filters.wanted(session, asked, PAGE_ROWS), crowded=found.tabs["all"] > CROWDED)
    rows = here.reckoning().rows(session, viewer, wanted, as_of)
    waiting: Sequence[Mapping[str, Any]] = ()
    if asked.tab == "mine" and asked.page == 1 and not wanted.is_filtered:
        waiting = here.reckoning().rows(session, viewer, filters.wanted(session, asked, WAITING_ROWS, "queued"), as_of)
    number = _number(session, viewer, wanted, found)
    signs = row_signs.read(session, viewer, [*rows, *waiting], as_of.now)
    is_more = asked.page * PAGE_ROWS < number and asked.page < MAX_PAGES
    return {
        "tab": asked.tab,
        "title": _title(asked, titles),
        "total": counted(number),
        "groups": _groups(viewer, signs, (asked.tab, current), (rows, waiting), _room(session, viewer, as_of) if waiting else ""),
        "shown": len(rows) + len(waiting),
        "filtered": wanted.is_filtered,
        "filters": None if here.wants_fragment() else filters.form(session, asked, _visible(viewer, titles), _tags(rows)),
        "bot_holds": _bot_holds(found, viewer) if asked.tab != "all" else 0,
        "address": url_for("console.conversations", **asked.arguments()),
        "url": url_for("console.list_fragment", current=current or None, **asked.arguments()),
        "counts_url": url_for("console.counts_fragment", **asked.arguments()),
        "more_url": url_for("console.conversations", **asked.arguments(asked.page + 1)) if is_more else "",
        "bulk": None if here.wants_fragment() else _bulk(session, viewer, titles),
    }


def total(session: Session, viewer: Viewer, asked: Asked, found: Counts) -> str:
    """The number above a list."""
    return counted(_number(session, viewer, filters.wanted(session, asked, PAGE_ROWS), found))


def _number(session: Session, viewer: Viewer, wanted: Wanted, found: Counts) -> int:
    return lists.total(session, viewer, wanted) if wanted.is_filtered else found.tabs[wanted.tab]


def counted(number: int) -> str:
    """A number in the left column; beyond what is counted it ends with a plus."""
    return f"{COUNTED}+" if number > COUNTED else str(number)


def queue_titles(session: Session, language: str, *, retired: bool = True) -> dict[str, str]:
    """Every queue by its name in this language, in the order of their ids; without those that were retired if asked."""
    found = select(_queue.c.queue_id, _queue.c.titles).order_by(_queue.c.queue_id)
    if not retired:
        found = found.where(_queue.c.retired_at.is_(None))
    return {row.queue_id: title(row.titles, row.queue_id, language) for row in session.execute(found)}


def title(titles: Mapping[str, str], queue_id: str, language: str) -> str:
    return titles.get(language) or titles.get("es") or queue_id


def _title(asked: Asked, titles: Mapping[str, str]) -> str:
    if asked.tab == "queued" and asked.queue_id:
        return titles.get(asked.queue_id, asked.queue_id)
    return here.texts()(f"tabs.{asked.tab}")


def _visible(viewer: Viewer, titles: Mapping[str, str]) -> dict[str, str]:
    return {one: name for one, name in titles.items() if viewer.sees_everything or one in viewer.queues}


def _tags(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({tag for row in rows for tag in row["tags"] or ()})


def _bot_holds(counts: Counts, viewer: Viewer) -> int:
    tabs = counts.tabs
    return max(0, tabs["all"] - tabs["queued"] - tabs["mine"] - tabs["snoozed"]) if viewer.sees_everything else 0


def _bulk(session: Session, viewer: Viewer, titles: Mapping[str, str]) -> dict[str, Any]:
    """To whom many may be handed at once: queues, and for those who see everything also colleagues."""
    people = [(row["agent_id"], row["name"]) for row in lists.colleagues(session)] if viewer.sees_everything else []
    return {"queues": list(titles.items()), "people": people}


def _groups(
    viewer: Viewer, signs: Signs, shown: tuple[str, str],
    found: tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]], room: str,
) -> list[dict[str, Any]]:
    (tab, current), (rows, waiting) = shown, found
    groups = [{"key": "rows", "title": "", "rows": _rows(viewer, rows, tab, current, signs)}] if rows else []
    if waiting:
        groups.append({"key": "waiting", "title": room,
                       "rows": _rows(viewer, waiting, "queued", current, signs)})
    return groups


def _room(session: Session, viewer: Viewer, as_of: AsOf) -> str:
    words = here.texts()
    left = viewer.capacity - here.reckoning().load(session, viewer, as_of)
    return f"{words('list.for_you')} · {words('list.room', n=left) if left > 0 else words('list.no_room')}"


def _rows(
    viewer: Viewer, rows: Sequence[Mapping[str, Any]], tab: str, current: str, signs: Signs
) -> list[dict[str, Any]]:
    made = [_row(row, viewer, tab) | _signed(row, viewer, signs) | _opened(row, viewer, current) for row in rows]
    # the first that is hers to take says why it is first
    first = next((place for place, row in enumerate(made) if tab == "queued" and not (row["kept"] or row["offer"])), -1)
    return [row | rank(told, signs, place == first) for place, (row, told) in enumerate(zip(made, rows, strict=True))]


def _opened(row: Mapping[str, Any], viewer: Viewer, current: str) -> dict[str, Any]:
    """What she has before her eyes is read, also where that is written down a moment later."""
    is_current = row["conversation_id"] == current
    is_read = is_current and row["ticket_holder_id"] == viewer.agent_id and not here.is_unseen()
    return {"current": is_current, **({"unread": ""} if is_read else {})}


def _row(row: Mapping[str, Any], viewer: Viewer, tab: str) -> dict[str, Any]:
    words, formats = here.texts(), here.formats()
    live = row["ticket_state"] in LIVE_TICKET_STATES
    shown = _clock(row, formats)
    reason = naming.why(row["ticket_reason"]) if live and row["ticket_reason"] else None
    show_holder = tab != "mine" and row["owner"] == "agent"
    return {
        "id": row["conversation_id"],
        "url": _base(tab).replace(PLACE, row["conversation_id"]),
        "name": naming.shown_name(row["contact_name"], row["address"]),
        "language": row["language"] if row["language"] != here.language() else "",
        "window": _window(row, formats) if live else "",
        "time": clock_text(shown, formats, row),
        "time_title": clock_title(shown),
        "press": shown.press,
        "text": preview(row["preview"], words) or plain(row["preview"]),
        "by": row["preview_author"],
        "owner": row["owner"],
        "unread": _unread(row["unread"]) if live else "",
        "why": words(f"reasons.{reason.key}") if reason else "",
        "why_icon": reason.icon if reason else "",
        "pink": reason.pink if reason else False,
        "mood": bool(reason and not reason.pink and _annoyed(row)),
        "vip": bool(row["ticket_vip"]) and live,
        "order": naming.order_of(row["ticket_card"]),
        "channel": words(f"channels.{naming.channel(row['kind'])}"),
        "holder": initials(row["holder_name"] or "") if show_holder else "",
        "holder_name": row["holder_name"] or "",
        "tags": list(row["tags"] or ())[:3],
        "ticket_id": row["ticket_id"],
        "epoch": row["epoch"],
    }


def _base(tab: str) -> str:
    """The address of a row, made once for all of a page."""
    kept = g.setdefault("row_addresses", {})
    if tab not in kept:
        kept[tab] = url_for("console.conversation", conversation_id=PLACE, **({} if tab == "mine" else {"tab": tab}))
    return kept[tab]


def _signed(row: Mapping[str, Any], viewer: Viewer, signs: Signs) -> dict[str, Any]:
    """What others do with it, and whose turn it is."""
    key, now = row["conversation_id"], here.formats().now
    queued, mine = row["ticket_state"] == "queued", row["ticket_holder_id"] == viewer.agent_id
    back = row_signs.held_back(row, viewer, signs, now) if queued else row_signs.NOBODYS
    return {
        "draft": plain(signs.drafts.get(key, ""))[:120],
        "looking": [(initials(one.name), one.name, one.types) for one in signs.looking.get(key, ())][:3],
        "unfit": row_signs.unfit(row, signs) if queued or mine else "",
        "write_me": row_signs.is_to_be_written(row),
        **back,
    }


def _unread(number: int) -> str:
    return "" if number <= 0 else "9+" if number > 9 else str(number)


def _annoyed(row: Mapping[str, Any]) -> bool:
    score, threshold = row["ticket_score"], row["ticket_threshold"]
    return score is not None and threshold is not None and score >= threshold > 0


def _window(row: Mapping[str, Any], formats: Formats) -> str:
    left = window_left(here.desk().window(row["kind"]), row, formats.now)
    return span(left) if left is not None and timedelta(0) < left < WINDOW_SHOWN else ""


def _clock(row: Mapping[str, Any], formats: Formats) -> Clock:
    """A holder's own time to write comes before what the contact was promised."""
    if row["ticket_state"] == "snoozed" and row["ticket_snoozed_until"]:
        return Clock("snoozed")
    hers = row["ticket_reply_due_at"] if row["ticket_state"] == "assigned" else None
    return clock(
        {
            "waiting_since": row["waiting_since"],
            "due_at": hers or row["ticket_due_at"],
            "state": row["ticket_state"],
            "first_reply_at": None if hers else row["ticket_first_reply_at"],
        },
        formats.now,
    )


def clock_text(shown: Clock, formats: Formats, row: Mapping[str, Any]) -> str:
    """The words of a row's clock."""
    words = here.texts()
    if shown.kind == "snoozed":
        return words("clock.snoozed", time=formats.moment(as_utc(row["ticket_snoozed_until"])))
    if shown.kind == "moment":
        return formats.moment(row["last_message_at"])
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
