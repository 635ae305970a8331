"""The wall as its page shows it: figures, tiles with their starting line, people, and what asks for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from console import here, measures, nav, order_actions_shown
from console.formats import as_utc, span
from console.listing import initials
from console.rows import title
from handoff import hours, presence
from handoff.figures import KEPT, Measured, deadline_of
from handoff.wall import Person, Tile, Waiting, Wall
from handoff.window_radar import Closing

LIMIT, LAST_DOT = 200, 392  # of a tile's drawing, 400 wide: where the promise stands, the last dot
MOST_DOTS = 40
MOST_LINES = 5
SOON = timedelta(minutes=5)
MARKS = {presence.ONLINE: "", presence.AWAY: "away", presence.OFFLINE: "off"}


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the wall: the radar, how many it saved, the bot's share today, names of broken promises."""

    radar: Sequence[Closing]
    avoided: tuple[int, int]
    bot: tuple[int, int]
    names: Mapping[str, Mapping[str, Any]]
    alarms: Sequence[Any]
    approvals: Sequence[Mapping[str, Any]] = ()


def view(wall: Wall, around: Around) -> dict[str, Any]:
    """Everything of the page."""
    titles = {tile.queue["queue_id"]: _title(tile.queue) for tile in wall.tiles}
    return {
        "figures": _figures(wall, around, titles),
        "tiles": [_tile(tile, wall.people) for tile in wall.tiles],
        "people": [_person(one, titles) for one in wall.people],
        "staff": _staff(wall.people),
        "radar": _radar(around),
        "unclaimed": [_unclaimed(one, titles) for one in wall.waiting if one.is_late][:MOST_LINES],
        "late": sum(tile.late for tile in wall.tiles),
        "broken": _broken(wall, around),
        "alarms": around.alarms,
        "approvals": [{"at": row["created_at"], "text": order_actions_shown.deed(row["kind"], row["amount"], row["currency"]),
                       "order": row["order_reference"]} for row in around.approvals],
    }


def _figures(wall: Wall, around: Around, titles: Mapping[str, str]) -> dict[str, Any]:
    words, f = here.texts(), here.formats()
    waiting, kept, due = wall.waiting, sum(one.promise == KEPT for one in wall.decided), len(wall.decided)
    oldest = waiting[0] if waiting else None
    more = len(waiting) - wall.an_hour_ago
    return {
        "waiting": len(waiting),
        "change": words("wall.same") if not more else words("wall.more" if more > 0 else "wall.fewer", n=abs(more)),
        "change_icon": "arrow-up" if more > 0 else "arrow-down" if more else "",
        "oldest": span(f.now - oldest.since) if oldest else "",
        "oldest_late": bool(oldest and oldest.is_late),
        "oldest_who": words("wall.oldest_who", name=oldest.name, queue=titles[oldest.queue_id]) if oldest else "",
        "oldest_url": _talk(oldest.conversation_id) if oldest else "",
        "kept": measures.percent(kept, due, f),
        "due": due,
        "week": words("wall.week", share=measures.percent(*wall.week, f), n=wall.week[1]) if wall.week[1] else "",
        "bot": measures.percent(*around.bot, f),
        "bot_n": around.bot[0],
        "bot_of": around.bot[1],
    }


def _tile(tile: Tile, people: Sequence[Person]) -> dict[str, Any]:
    words, f, queue = here.texts(), here.formats(), tile.queue
    oldest = tile.waiting[0] if tile.waiting else None
    return {
        "id": queue["queue_id"],
        "title": _title(queue),
        "icon": nav.QUEUE_ICONS.get(queue["queue_id"], "inbox"),
        "url": url_for("console.conversations", tab="queued", queue=queue["queue_id"]),
        "hours_url": url_for("console.admin_queue", queue_id=queue["queue_id"]),
        "waiting": len(tile.waiting),
        "oldest": span(f.now - oldest.since) if oldest else words("wall.nobody"),
        "kept": measures.percent(tile.kept, tile.due, f),
        "due": tile.due,
        "attending": words("wall.of", n=tile.attending, of=tile.members),
        "late": tile.late,
        "promise": queue["promise_minutes"],
        "paused": queue["paused_at"] is not None,
        "closed": "" if tile.is_open else _opens(queue, tile.opens_at),
        "dots": [_dot(one) for one in tile.waiting[:MOST_DOTS]],
        "label": _label(tile),
        "first": oldest,
        "takers": [(one.agent_id, _taker(one)) for one in people if _may_take(one, queue["queue_id"])],
    }


def _dot(one: Waiting) -> dict[str, Any]:
    name = f"{one.name}: {span(here.formats().now - one.since)}"
    return {"x": round(min(one.share * LIMIT, LAST_DOT), 1), "late": one.is_late, "name": name}


def _label(tile: Tile) -> str:
    words, now = here.texts(), here.formats().now
    waits = ", ".join(span(now - one.since) for one in tile.waiting[:MOST_DOTS])
    return words("wall.plot", waits=waits or words("wall.none"), promise=tile.queue["promise_minutes"])


def _opens(queue: Mapping[str, Any], opens_at: datetime | None) -> str:
    words = here.texts()
    if opens_at is None:
        return words("wall.never_opens")
    return words("wall.opens", when=hours.describe(opens_at, here.formats().now, here.language(), queue["time_zone"]))


def _may_take(one: Person, queue_id: str) -> bool:
    return one.presence == presence.ONLINE and (queue_id in one.queues or one.role in ("supervisor", "admin"))


def _taker(one: Person) -> str:
    return f"{one.name} · {here.texts()('wall.of', n=one.load, of=one.capacity)}"


def _person(one: Person, titles: Mapping[str, str]) -> dict[str, Any]:
    words, f = here.texts(), here.formats()
    everywhere = one.role in ("supervisor", "admin") and not one.queues
    return {
        "id": one.agent_id,
        "name": one.name,
        "initials": initials(one.name),
        "presence": one.presence,
        "mark": MARKS[one.presence],
        "load": words("wall.of", n=one.load, of=one.capacity),
        "pips": _pips(one),
        "wait": _unanswered(one),
        "talk": one.waits["conversation_id"] if one.waits else "",
        "talk_name": (one.waits["name"] or one.waits["address"]) if one.waits else "",
        "held": one.held,
        "queues": words("wall.all_queues") if everywhere else ", ".join(titles[key] for key in one.queues if key in titles),
        "handled": one.handled,
        "score": measures.score(one.score, f),
        "rated": one.rated,
        "urgent": one.presence != presence.ONLINE and one.waits is not None,
    }


def _pips(one: Person) -> list[str]:
    over = min(max(0, one.load - one.capacity), 2)
    return ["on" if place < one.load else "" for place in range(min(one.capacity, nav.MAX_PIPS))] + ["over"] * over


def _unanswered(one: Person) -> dict[str, str]:
    """What she owes the contact who has waited longest: time left of her promise, or how long that contact waits."""
    words, now = here.texts(), here.formats().now
    if one.waits is None:
        return {"text": words("wall.up_to_date"), "press": ""}
    due = one.waits["reply_due_at"]
    if due is None:
        return {"text": words("wall.waits", span=span(now - as_utc(one.waits["contact_waits"]))), "press": ""}
    left = as_utc(due) - now
    if left < timedelta(0):
        return {"text": words("wall.overdue", span=span(-left)), "press": "late"}
    return {"text": words("wall.left", span=span(left)), "press": "soon" if left < SOON else ""}


def _staff(people: Sequence[Person]) -> str:
    standing = [one.presence for one in people]
    room = sum(max(0, one.capacity - one.load) for one in people if one.presence == presence.ONLINE)
    return here.texts()("wall.staff", online=standing.count(presence.ONLINE), away=standing.count(presence.AWAY),
                        off=standing.count(presence.OFFLINE), room=room)


def _radar(around: Around) -> dict[str, Any]:
    words, f = here.texts(), here.formats()
    duty_ends = min((one.duty_ends_at for one in around.radar if one.duty_ends_at), default=None)
    written, pulled = around.avoided
    return {
        "lines": [{"time": f.moment(one.closes_at), "at": one.closes_at, "name": one.name, "url": _talk(one.conversation_id),
                   "who": one.holder or words("wall.in_queue"), "pulled": one.priority in ("high", "urgent")}
                  for one in around.radar[:MOST_LINES]],
        "n": len(around.radar),
        "movable": sum(one.priority != "urgent" for one in around.radar),
        "closes": words("wall.closes", time=f.clock(duty_ends)) if duty_ends else words("wall.closed_now"),
        "avoided": words("wall.avoided", n=written, of=pulled) if pulled else "",
    }


def _unclaimed(one: Waiting, titles: Mapping[str, str]) -> dict[str, Any]:
    return {"name": one.name, "url": _talk(one.conversation_id), "queue": titles[one.queue_id],
            "span": span(here.formats().now - one.since), "told": one.was_told}


def _broken(wall: Wall, around: Around) -> dict[str, Any]:
    lines = [_broken_line(one, around.names[one.facts.ticket_id]) for one in wall.broken[:MOST_LINES]
             if one.facts.ticket_id in around.names]
    return {"lines": lines, "n": len(wall.broken), "of": len(wall.decided)}


def _broken_line(one: Measured, row: Mapping[str, Any]) -> dict[str, Any]:
    f, facts = here.formats(), one.facts
    deadline = deadline_of(facts.told_until, facts.due_at) or facts.broken_at or facts.opened_at
    over = (facts.picked_up_at or facts.closed_at or f.now.timestamp()) - deadline
    at = datetime.fromtimestamp(deadline, f.now.tzinfo)
    return {"at": at, "name": row["contact"] or here.texts()("list.nobody"), "url": _talk(row["conversation_id"]),
            "over": f"+{span(timedelta(seconds=max(0.0, over)))}"}


def _title(queue: Mapping[str, Any]) -> str:
    return title(queue["titles"], queue["queue_id"], here.language())


def _talk(conversation_id: str) -> str:
    return url_for("console.conversation", conversation_id=conversation_id)
