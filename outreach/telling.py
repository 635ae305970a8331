"""News that are due: whether each is told, to whom, and when. What is said is a flow's, begun by the event.

A round takes a few rows, in one short transaction. A row ends `told` (the bot of the conversation has the event) or
`dropped` with its reason, or waits until it may be told. Opt-out and consent are looked at here and once more in the
transaction that sends; the window is the flow's and the sender's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels import countries
from conversation import alarms
from conversation.alarms import Trouble
from conversation.events import TimelineLine
from conversation.prepared import Prepared
from conversation.tables import Address, Channel, Contact, Conversation
from conversation.work import Work
from outreach import quiet
from outreach.news import ROAD
from outreach.policy import Policy
from outreach.rounds import one_at_a_time
from outreach.tables import IS_WAITING, NewsConsent, NewsDay, NewsGroup, OrderNews

AT_ONCE = 24  # in one transaction: where there is one writer, everybody waits for it
LONGEST_TAG = 40
EVENT = "order_news"  # what flows begin with or wait for; its key is the order, `kind` what happened
_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}
_news, _day, _consent, _group = OrderNews.__table__, NewsDay.__table__, NewsConsent.__table__, NewsGroup.__table__
_conversation, _channel = Conversation.__table__, Channel.__table__
_address, _contact = Address.__table__, Contact.__table__
_due = (
    select(_news).where(IS_WAITING, _news.c.not_before <= bindparam("now"), _news.c.about == "")
    .order_by(_news.c.not_before).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_of_orders = select(
    _news.c.order_news_id, _news.c.order_key, _news.c.kind, _news.c.state, _news.c.happened_at, _news.c.facts
).where(_news.c.order_key.in_(bindparam("orders", expanding=True)), _news.c.state.in_(("waiting", "told", "held")))
_of_people = (
    select(
        _conversation.c.conversation_id, _conversation.c.owner, _conversation.c.epoch, _conversation.c.opted_out_at,
        _conversation.c.news_stopped_at, _conversation.c.unreachable_at, _conversation.c.last_inbound_at,
        _conversation.c.language, _channel.c.kind, _contact.c.blocked_at, _contact.c.country, _address.c.canonical,
    )
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
    .join(_address, _address.c.contact_id == _contact.c.contact_id)
    .where(_address.c.family == "phone", _address.c.canonical.in_(bindparam("keys", expanding=True)))
)
_wishes = select(_consent.c.canonical, _consent.c.state).where(
    _consent.c.family == "phone", _consent.c.canonical.in_(bindparam("phones", expanding=True)))
_counts = select(_day.c.canonical, _day.c.count).where(
    _day.c.day == bindparam("today"), _day.c.canonical.in_(bindparam("phones", expanding=True)))
_groups = select(_group).where(_group.c.news_group_id.in_(bindparam("groups", expanding=True)))
_told_in = select(_news.c.conversation_id).distinct().where(
    _news.c.conversation_id.in_(bindparam("talks", expanding=True)), _news.c.state == "told")
_adding = {name: dialect.insert(_day) for name, dialect in _DIALECTS.items()}
_add = {name: one.on_conflict_do_update(index_elements=["day", "canonical"],
                                        set_={"count": _day.c.count + one.excluded.count}) for name, one in _adding.items()}
_settle = Prepared(
    update(_news).where(_news.c.order_news_id == bindparam("id"), _news.c.state == "waiting")
    .values(state=bindparam("new_state"), why=bindparam("because"), conversation_id=bindparam("where"),
            told_at=bindparam("told"))
)
_later = update(_news).where(_news.c.order_news_id == bindparam("id")).values(not_before=bindparam("at"))
_same_group = (
    select(_news).where(_news.c.news_group_id == bindparam("group"), _news.c.phone == bindparam("phone"),
                        _news.c.state.in_(("waiting", "told")))
)


class Doors(Protocol):
    """What the house does for outreach (pipeline/outreach.py)."""

    zone: str

    def open(self, work: Work, buyers: Mapping[str, str], kinds: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """By phone, a conversation with each of these buyers who never wrote (their phones and languages), on the first of
        these kinds that the house has; none where it has none."""

    def begin(self, work: Work, begun: Sequence[Begun]) -> None:
        """Tell the bots of these conversations what happened, after this transaction."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the bot of a conversation is told: of the order `key`, what a notice says."""

    conversation_id: str
    key: str
    data: Mapping[str, Any]


@dataclass
class Round:
    """What is known of all that is due at once: looked up together, not one by one."""

    policy: Policy
    doors: Doors
    of_orders: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    people: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    wishes: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    told_in: set[str] = field(default_factory=set)  # conversations that had such news before
    today: str = ""
    counted: dict[str, int] = field(default_factory=dict)  # what was told in this round
    told: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    begun: list[Begun] = field(default_factory=list)
    settled: list[dict[str, Any]] = field(default_factory=list)  # how rows end, not written yet


def tick(work: Work, policy: Policy, doors: Doors, limit: int = AT_ONCE) -> int:
    """Decide what is due; returns how many rows that were. Call again at once while it is `limit`."""
    one_at_a_time(work)
    rows = [dict(row) for row in work.connection.execute(_due, {"now": work.now, "limit": limit}).mappings()]
    if not rows:
        return 0
    rows.sort(key=lambda row: row["happened_at"])  # here, not there: ten thousand may wait for the same morning
    here = _looked_up(work, policy, doors, rows)
    _open_for_strangers(work, here, rows)
    for row in rows:
        if row["order_news_id"] not in here.ended:
            _decide(work, here, row)
    _write_settled(work, here)
    if here.begun:
        doors.begin(work, here.begun)
    _count(work, here)
    return len(rows)


def _looked_up(work: Work, policy: Policy, doors: Doors, rows: Sequence[Mapping[str, Any]]) -> Round:
    phones = sorted({row["phone"] for row in rows if row["phone"]})
    here = Round(policy, doors, today=work.now.astimezone(ZoneInfo(doors.zone)).date().isoformat())
    for one in work.connection.execute(_of_orders, {"orders": sorted({row["order_key"] for row in rows})}).mappings():
        here.of_orders.setdefault(one["order_key"], []).append(one)
    for one in work.connection.execute(_of_people, {"keys": [f"phone:{phone}" for phone in phones]}).mappings():
        here.people.setdefault(one["canonical"].removeprefix("phone:"), []).append(one)
    here.wishes = {row.canonical: row.state for row in work.connection.execute(_wishes, {"phones": phones})}
    groups = sorted({row["news_group_id"] for row in rows if row["news_group_id"]})
    if groups:
        found = work.connection.execute(_groups, {"groups": groups}).mappings()
        here.groups = {group["news_group_id"]: group for group in found}
    talks = sorted({one["conversation_id"] for known in here.people.values() for one in known})
    here.told_in = set(work.connection.execute(_told_in, {"talks": talks}).scalars())
    counted = work.connection.execute(_counts, {"today": here.today, "phones": ["", *phones]})
    here.counts = {row["canonical"]: row["count"] for row in counted.mappings()}
    return here


def _open_for_strangers(work: Work, here: Round, rows: Sequence[Mapping[str, Any]]) -> None:
    """Whoever is to be told and never wrote: a conversation with each of them, all at once."""
    buyers: dict[str, str] = {}
    for row in rows:
        if row["phone"] and not _known(here, row) and not (_no_news(work, here, row) or _not_wanted(here, row)):
            buyers.setdefault(row["phone"], row["language"])
    if buyers:
        for phone, opened in here.doors.open(work, buyers, here.policy.channels).items():
            here.people.setdefault(phone, []).append(opened)


def _known(here: Round, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in here.people.get(row["phone"], ()) if one["kind"] != "webchat"]


def _decide(work: Work, here: Round, row: dict[str, Any]) -> None:
    """Told, dropped, or not yet: the first rule that speaks decides."""
    why = _no_news(work, here, row) or _not_wanted(here, row)
    if why:
        _drop(here, row, why)
        return
    talk = _talk(here, row)
    why = "no_address" if talk is None else _not_to_be_told(talk)
    if why or talk is None:
        _drop(here, row, why)
        return
    country = talk["country"] or row["country"] or countries.country_of(row["phone"])
    when = quiet.speaks_at(work.now, country, here.policy.quiet_hours, here.doors.zone)
    if when > work.now:
        work.connection.execute(_later, {"id": row["order_news_id"], "at": when})
        return
    why = _over_budget(here, row["phone"])
    if why:
        _drop(here, row, why)
        if why == "budget_of_day":
            alarms.raise_alarm(work, Trouble(f"news_budget:{here.today}", "news_budget", facts={"n": here.policy.day}))
    elif talk["owner"] != "bot":
        _for_her_agent(work, here, row, talk)
    else:
        _tell(work, here, row, talk)


def _no_news(work: Work, here: Round, row: Mapping[str, Any]) -> str:
    """Why this says nothing new: too old, overtaken by what came later, or told before."""
    if row["kind"] not in here.policy.tell:
        return "switched_off"
    if work.now - row["happened_at"] > here.policy.max_age:
        return "stale"
    others = [other for other in here.of_orders.get(row["order_key"], ()) if other["order_news_id"] != row["order_news_id"]]
    later = [other for other in others if other["happened_at"] >= row["happened_at"]]
    if any(ROAD.get(other["kind"], 0) > ROAD.get(row["kind"], 0) for other in later):
        return "overtaken"
    told = [other for other in others if other["kind"] == row["kind"] and _is_told(here, other)]
    return _told_before(told, row) if told else ""


def _is_told(here: Round, other: Mapping[str, Any]) -> bool:
    return other["state"] == "told" or other["order_news_id"] in here.told


def _told_before(told: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> str:
    """A delay is news again when the day has moved, an attempt when it is another day's: from wherever and in whichever
    order they come in."""
    last = max(told, key=lambda other: other["happened_at"])
    if row["kind"] == "delayed":
        is_same = last["facts"].get("eta") == row["facts"].get("eta")
    else:
        is_same = row["kind"] != "attempted" or row["happened_at"].date() in {other["happened_at"].date() for other in told}
    if is_same:
        return "repeated"
    return "overtaken" if last["happened_at"] > row["happened_at"] else ""


def _not_wanted(here: Round, row: Mapping[str, Any]) -> str:
    wish = here.wishes.get(row["phone"])
    if wish == "refused" or (here.policy.needs_consent and wish != "granted"):
        return "no_consent"
    return ""


def _talk(here: Round, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Where she is told: the channel she wrote on last, else the first of the policy's that the house has."""
    known = _known(here, row) if row["phone"] else []
    wrote = [one for one in known if one["last_inbound_at"] is not None]
    return max(wrote, key=lambda one: one["last_inbound_at"]) if wrote else next(iter(known), None)


def _not_to_be_told(talk: Mapping[str, Any]) -> str:
    if talk["opted_out_at"] is not None:
        return "opted_out"
    if talk["news_stopped_at"] is not None:
        return "no_consent"
    if talk["blocked_at"] is not None:
        return "blocked"
    return "unreachable" if talk["unreachable_at"] is not None else ""


def _over_budget(here: Round, phone: str) -> str:
    policy = here.policy
    if policy.day and here.counts.get("", 0) >= policy.day:
        return "budget_of_day"
    return "budget_of_customer" if policy.customer and here.counts.get(phone, 0) >= policy.customer else ""


def _tell(work: Work, here: Round, row: Mapping[str, Any], talk: Mapping[str, Any]) -> None:
    """One event for all of her orders that one cause hit."""
    others = _of_same_cause(work, here, row)
    if any(one["state"] == "told" for one in others):
        _drop(here, row, "told_with_group")
        return
    waiting = [one for one in others if one["state"] == "waiting"]
    data = {**row["facts"], "kind": row["kind"], "order_ref": row["order_reference"]}
    if waiting:
        data["others"] = ", ".join(one["order_reference"] for one in waiting)
    if talk["conversation_id"] not in here.told_in:
        data["first"] = True
        here.told_in.add(talk["conversation_id"])
    data |= _of_group(here, row, talk)
    here.begun.append(Begun(talk["conversation_id"], row["order_reference"], data))
    _told(work, here, row, talk["conversation_id"])
    for one in waiting:
        _told(work, here, one, talk["conversation_id"], "with_group")
    for canonical in ("", row["phone"]):
        here.counts[canonical] = here.counts.get(canonical, 0) + 1
        here.counted[canonical] = here.counted.get(canonical, 0) + 1


def _of_group(here: Round, row: Mapping[str, Any], talk: Mapping[str, Any]) -> dict[str, Any]:
    """What people said of this cause, in her words; and what the conversation is tagged with, if many are hit."""
    group = here.groups.get(row["news_group_id"] or "")
    if group is None:
        return {}
    tag = {"tag": tag_of(group)} if group["made_by"] or group["orders"] >= here.policy.group_from else {}
    words = group["facts"].get("words") or {}
    said = words.get(str(talk["language"])[:2]) or next(iter(words.values()), "")
    return tag | ({"words": said} if said else {})


def tag_of(group: Mapping[str, Any]) -> str:
    """What hangs on the conversations of a group, so that the desk finds them together."""
    return str(group["title"] or group["cause"])[:LONGEST_TAG]


def _of_same_cause(work: Work, here: Round, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if row["news_group_id"] is None:
        return []
    _write_settled(work, here)
    found = work.connection.execute(_same_group, {"group": row["news_group_id"], "phone": row["phone"]}).mappings()
    return [dict(one) for one in found if one["order_news_id"] != row["order_news_id"]]


def _for_her_agent(work: Work, here: Round, row: Mapping[str, Any], talk: Mapping[str, Any]) -> None:
    """A person has her: the bot is silent, and the person sees what happened."""
    work.record(TimelineLine("order_news", talk["conversation_id"], "system", epoch=talk["epoch"], data={
        "kind": row["kind"], "order": row["order_reference"], "facts": {
            name: row["facts"][name] for name in ("eta", "carrier", "promised_on") if name in row["facts"]}}))
    _drop(here, row, "held_by_person", talk["conversation_id"])


def _drop(here: Round, row: Mapping[str, Any], why: str, where: str | None = None) -> None:
    here.ended.add(row["order_news_id"])
    here.settled.append({"id": row["order_news_id"], "new_state": "dropped", "because": why, "where": where, "told": None})


def _told(work: Work, here: Round, row: Mapping[str, Any], where: str, how: str = "") -> None:
    here.ended.add(row["order_news_id"])
    here.told.add(row["order_news_id"])
    here.settled.append({"id": row["order_news_id"], "new_state": "told", "because": how, "where": where, "told": work.now})


def _write_settled(work: Work, here: Round) -> None:
    if here.settled:
        _settle.run(work.connection, here.settled)
        here.settled = []


def _count(work: Work, here: Round) -> None:
    """What this round told, against the budgets: of a day, and of each who was told."""
    if here.counted:
        rows = [{"day": here.today, "canonical": one, "count": count} for one, count in sorted(here.counted.items())]
        work.connection.execute(_add[work.connection.dialect.name], rows)
