"""What the page of news shows: plain values, for the template and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from console import here
from console.formats import as_utc
from outreach import showing

ORDER = ("told", "waiting", "held", "dropped")


@dataclass(frozen=True, slots=True)
class Reader:
    """One who is in a conversation of a group; `why` she gets no reply, "" if she does."""

    conversation_id: str
    name: str
    kind: str
    orders: Sequence[str]
    why: str


def today() -> str:
    """The day of the shop, whose budget counts."""
    return here.formats().now.astimezone(ZoneInfo(here.desk().news.zone)).date().isoformat()


def overview(session: Session) -> dict[str, Any]:
    """Everything on the page, as a program reads it."""
    policy, f = here.desk().news.policy(), here.formats()
    midnight = f.now.astimezone(ZoneInfo(here.desk().news.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    sums = showing.sums(session, as_utc(midnight))
    begins, ends = policy.quiet_hours
    return {
        "told_today": showing.told_on(session, today()), "budget": {"day": policy.day, "customer": policy.customer},
        "quiet_hours": [begins.isoformat("minutes"), ends.isoformat("minutes")], "tell": sorted(policy.tell),
        "consent": "given" if policy.needs_consent else "assumed",
        "sums": [{"state": state, "why": why, "n": n} for (state, why), n in sorted(sums.items(), key=_place)],
        "groups": [plain(one) for one in showing.listed(session, policy.group_from)],
        "feeds": [{"source": one["source"], "failures": one["failures"], "error": one["error"],
                   "read_at": f.iso(one["read_at"]) if one["read_at"] else None} for one in showing.feeds(session)],
        "latest": [_line(one) for one in showing.latest(session)],
    }


def _place(one: tuple[tuple[str, str], int]) -> tuple[int, int, str]:
    """Who was told before who was not; of these the most first."""
    (state, why), n = one
    return ORDER.index(state), -n, why


def plain(group: Mapping[str, Any]) -> dict[str, Any]:
    """A group as a program reads it."""
    counts, first = group["counts"], group.get("first_at")
    may_undo = group["made_by"] is not None and group["state"] in ("open", "held") and not counts.get("told")
    return {"group": group["news_group_id"], "cause": group["cause"], "title": group["title"] or group["cause"],
            "kind": group["kind"], "state": group["state"], "orders": group["orders"], "marked": group["made_by"] is not None,
            "words": dict(group["facts"].get("words") or {}), "area": dict(group["facts"].get("area") or {}),
            "may_undo": may_undo, "first_at": here.formats().iso(first) if first else None, "at": here.formats().iso(group["created_at"]),
            "counts": {name: counts.get(name, 0) for name in ("waiting", "held", "told", "dropped")}}


def orders(session: Session, group_id: str) -> list[dict[str, Any]]:
    """Every order of a group and what became of its notice."""
    return [_line(one) for one in showing.orders_of(session, group_id)]


def happened(data: Mapping[str, Any]) -> str:
    """News that came while a person had the conversation, in a line of it: the bot left it to her."""
    words, facts = here.texts(), data.get("facts") or {}
    what = words.either(f"news.kinds.{data.get('kind', '')}", "news.kinds.shipped")
    day = facts.get("eta") or ""
    when = words("news.until", day=here.formats().day_text(day)) if day and data.get("kind") in ("shipped", "delayed") else ""
    return words("happened.order_news", order=data.get("order", ""), what=what + when)


def readers(session: Session, group_id: str) -> list[Reader]:
    """Who of a group would get a reply now, and who would not, with the reason."""
    now, window = here.formats().now, here.desk().window
    found = []
    for row in showing.reached(session, group_id):
        state = window(row["kind"]).state(
            as_utc(row["last_inbound_at"]) if row["last_inbound_at"] else None, now,
            as_utc(row["free_until"]) if row["free_until"] else None)
        is_open = window(row["kind"]).lets("system", state, template=False)
        found.append(Reader(row["conversation_id"], row["name"] or row["address"], row["kind"], row["orders"], why_not(row, is_open)))
    return found


def why_not(row: Mapping[str, Any], is_open: bool) -> str:
    """Why this person gets no reply; "" where she does."""
    for name, why in (("opted_out_at", "opted_out"), ("news_stopped_at", "no_consent"), ("blocked_at", "blocked"),
                      ("unreachable_at", "unreachable")):
        if row[name] is not None:
            return why
    return "held_by_person" if row["owner"] != "bot" else "" if is_open else "window"


def _line(one: Mapping[str, Any]) -> dict[str, Any]:
    f = here.formats()
    return {"order": one["order_reference"] or one["about"], "kind": one["kind"], "state": one["state"], "why": one["why"],
            "conversation": one["conversation_id"], "at": f.iso(one["happened_at"]),
            "told_at": f.iso(one["told_at"]) if one["told_at"] else None,
            "not_before": f.iso(one["not_before"]) if one["state"] == "waiting" else None}
