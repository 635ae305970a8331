"""One file says who works here, in which queues and hours, what was sold, and what has been: put in, again and again.

What is there already under the same name is changed, nothing else is touched: a test seeds what it needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Table, delete, insert, select, update

from config import DEMO_WHATSAPP
from conversation import ids, people
from conversation.tables import Contact, Conversation
from conversation.work import Work
from handoff import agents, hours, queues, sessions, sla
from handoff.house_tables import ApiKey
from handoff.tables import Agent, Membership, Queue, SavedReply, Skill, Ticket
from lab import crowd as crowds
from lab.crowd import Crowd
from orders import lab as lab_orders
from orders.fields import BadField
from pipeline import identities

LANGUAGES = ("es", "en", "pt")
FORTNIGHT = 14
PAST_NUMBER = "+34600999999"  # of whom the tickets of the past are
_agent, _queue, _membership = Agent.__table__, Queue.__table__, Membership.__table__


class BadSeed(Exception):
    """The file cannot be put in; the message names the place and the mend, a line each."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SeedQueue(_Part):
    """`hours` as `flask queues hours` takes them: `mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00`, or `always`."""

    id: str
    titles: dict[str, str] = Field(default_factory=dict)
    hours: str = "always"
    holidays: list[str] = Field(default_factory=list)
    time_zone: str = "Europe/Madrid"
    promise_minutes: int = 15
    is_default: bool = False
    mode: str = "pull"
    offer_after_seconds: int | None = 60
    offer_seconds: int = 30
    relax_after_seconds: int = 120
    reply_minutes: int = 5
    answer_minutes: int | None = None
    resolve_minutes: int | None = None
    overflow_queue_id: str | None = None
    auto_resolve_hours: int = 24
    asks_rating: bool = True


class SeedAgent(_Part):
    """`api_key` is the key itself (`rlv_…`), so that a test knows it; `online`: a page of hers is open now."""

    email: str
    name: str
    password: str = ""
    api_key: str = ""
    role: str = "agent"
    queues: list[str] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=lambda: ["es"])
    skills: list[str] = Field(default_factory=list)
    capacity: int = 4
    language: str = "es"
    time_zone: str = "Europe/Madrid"
    online: bool = True


class SeedReply(_Part):
    name: str
    texts: dict[str, str]
    shortcut: str = ""
    queues: list[str] = Field(default_factory=list)
    steps: list[str] = Field(default_factory=list)


class SeedPickUps(_Part):
    """Past pick-ups of a queue, from which waits are told: after how many minutes each, with `ahead` in front. They lie on
    the days of the last fortnight that are like today (working day or weekend), at this time of day."""

    queue: str
    minutes: list[float]
    ahead: int = 0


class SeedContact(_Part):
    """What is known of a contact before she writes, by her telephone number."""

    phone: str
    name: str = ""
    email: str = ""
    language: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)


class Seed(_Part):
    """The whole file. `clock`: where the clock is put before anything else, standing."""

    clock: datetime | None = None
    skills: list[dict[str, Any]] = Field(default_factory=list)
    queues: list[SeedQueue] = Field(default_factory=list)
    agents: list[SeedAgent] = Field(default_factory=list)
    saved_replies: list[SeedReply] = Field(default_factory=list)
    contacts: list[SeedContact] = Field(default_factory=list)
    pick_ups: list[SeedPickUps] = Field(default_factory=list)
    orders: list[dict[str, Any]] = Field(default_factory=list)
    settings: dict[str, Any] = Field(default_factory=dict)
    crowd: Crowd | None = None


def read(text: str) -> Seed:
    """A file of YAML or JSON. Raises BadSeed, which names each place that is wrong."""
    try:
        tree = yaml.load(text, Loader=yaml.CSafeLoader)
        return Seed.model_validate(tree or {})
    except yaml.YAMLError as error:
        raise BadSeed(f"The file is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise BadSeed("\n".join(lines)) from None


def put_in(work: Work, seed: Seed) -> dict[str, Any]:
    """Everything but the orders, in this transaction; returns the ids of what has one. Raises BadSeed."""
    for skill in seed.skills:
        _write(work, Skill.__table__, "skill_id", {"titles": _titles(skill, skill["id"]), "skill_id": skill["id"]})
    for queue in seed.queues:
        _put_queue(work, queue)
    people = {agent.email.strip().lower(): _put_agent(work, agent) for agent in seed.agents}
    for reply in seed.saved_replies:
        _put_reply(work, reply)
    for contact in seed.contacts:
        _put_contact(work, contact)
    for past in seed.pick_ups:
        _put_pick_ups(work, past)
    if seed.settings:
        _put_settings(work, seed.settings)
    first = {"crowd": crowds.put_in(work, seed.crowd)} if seed.crowd else {}
    return {"agents": people, "queues": [queue.id for queue in seed.queues], **first}


def put_orders(path: Path, orders: list[dict[str, Any]]) -> None:
    """The orders, beside those that are there. Raises BadSeed for one that the shop could not read."""
    orders = json.loads(json.dumps(orders, default=str))  # days and numbers of YAML as the shop writes them
    for place, order in enumerate(orders):
        try:
            lab_orders.read(order)
        except BadField as error:
            raise BadSeed(f"orders.{place}: {error}") from None
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    new = {str(order["reference"]) for order in orders}
    written = [one for one in kept if str(one["reference"]) not in new] + orders
    beside = path.with_suffix(".new")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def _put_queue(work: Work, queue: SeedQueue) -> None:
    if queue.is_default:
        work.connection.execute(update(_queue).values(is_default=False))
    values = queue.model_dump(exclude={"id", "hours", "titles"})
    hours.require_zone(queue.time_zone)
    titles = queue.titles or dict.fromkeys(LANGUAGES, queue.id.title())
    _write(work, _queue, "queue_id", values | {
        "queue_id": queue.id, "hours": hours.parse(queue.hours), "titles": titles})
    sla.recompute(work, queue.id)


def _put_agent(work: Work, agent: SeedAgent) -> str:
    email = agent.email.strip().lower()
    present = work.connection.execute(select(_agent.c.agent_id).where(_agent.c.email == email)).scalar_one_or_none()
    agent_id = present or ids.new("agt")
    values = agent.model_dump(include={"name", "role", "languages", "skills", "capacity", "language", "time_zone"})
    values |= {"agent_id": agent_id, "email": email, "theme": "system", "deactivated_at": None, "presence": "online",
               "last_seen_at": work.now if agent.online else None}
    if agent.password or present is None:
        values["password_hash"] = agents.hash_password(agent.password) if agent.password else ""
    _write(work, _agent, "agent_id", values)
    work.connection.execute(delete(_membership).where(_membership.c.agent_id == agent_id))
    for queue_id in dict.fromkeys(agent.queues):
        work.connection.execute(insert(_membership).values(agent_id=agent_id, queue_id=queue_id))
    if agent.api_key:
        _write(work, ApiKey.__table__, "key_hash", {
            "key_hash": sessions.hashed(agent.api_key), "api_key_id": ids.new("key"), "agent_id": agent_id,
            "name": "lab", "hint": agent.api_key[-4:], "created_by": agent_id, "revoked_at": None, "expires_at": None})
    return agent_id


def _put_reply(work: Work, reply: SeedReply) -> None:
    table = SavedReply.__table__
    same = select(table.c.saved_reply_id).where(table.c.name == reply.name)
    present = work.connection.execute(same).scalars().first()
    _write(work, table, "saved_reply_id", reply.model_dump() | {"saved_reply_id": present or ids.new("rep")})


def _put_contact(work: Work, contact: SeedContact) -> str:
    """The row that is found again when somebody writes from this number."""
    known = contact.model_dump(include={"name", "email", "language", "facts"})
    address = identities.alias(crowds.KIND, DEMO_WHATSAPP, contact.phone)
    contact_id = people.owner_of(work, address)
    if contact_id is None:
        contact_id = ids.new("cnt")
        work.connection.execute(insert(Contact.__table__).values(contact_id=contact_id, created_at=work.now, **known))
        people.link(work, contact_id, [address])
    else:
        same = Contact.__table__.c.contact_id == contact_id
        work.connection.execute(update(Contact.__table__).where(same).values(**known))
    return contact_id


def _put_pick_ups(work: Work, past: SeedPickUps) -> None:
    queue = work.connection.execute(select(_queue).where(_queue.c.queue_id == past.queue)).mappings().first()
    if queue is None:
        raise BadSeed(f"pick_ups: there is no queue “{past.queue}”; seed it first.")
    conversation_id = _somebody(work)
    today = work.now.astimezone(ZoneInfo(queue["time_zone"]))
    days = [back for back in range(1, FORTNIGHT)
            if ((today - timedelta(days=back)).weekday() < queues.WORKDAYS) == (today.weekday() < queues.WORKDAYS)]
    for place, minutes in enumerate(past.minutes):
        opened = work.now - timedelta(days=days[place % len(days)], minutes=place // len(days))
        work.connection.execute(insert(Ticket.__table__).values(
            ticket_id=ids.new("tkt"), conversation_id=conversation_id, queue_id=past.queue, state="resolved",
            reason="human_request", evidence=[], card={}, told=[], epoch=place - len(past.minutes), ahead=past.ahead, opened_at=opened,
            waiting_since=opened, picked_up_at=opened + timedelta(minutes=minutes), disposition="solved",
            closed_at=opened + timedelta(minutes=minutes + 5)))


def _somebody(work: Work) -> str:
    """The conversation that the tickets of the past belong to."""
    contact_id = _put_contact(work, SeedContact(phone=PAST_NUMBER))
    conversation = Conversation.__table__
    channel_id = crowds.channel(work)
    same = conversation.c.contact_id == contact_id
    found = work.connection.execute(select(conversation.c.conversation_id).where(same)).scalars().first()
    if found:
        return found
    conversation_id = ids.new("cnv")
    work.connection.execute(insert(conversation).values(
        conversation_id=conversation_id, channel_id=channel_id, contact_id=contact_id, address=PAST_NUMBER,
        state={}, tags=[], created_at=work.now, last_message_at=work.now - timedelta(days=30)))
    return conversation_id


def _put_settings(work: Work, values: Mapping[str, Any]) -> None:
    from handoff import settings

    for key, value in values.items():
        settings.put(work, key, value, "system")


def _write(work: Work, table: Table, key: str, values: Mapping[str, Any]) -> None:
    """A new row, or the one of this key changed."""
    named = table.c[key] == values[key]
    if work.connection.execute(select(table.c[key]).where(named)).first() is None:
        work.connection.execute(insert(table).values(created_at=work.now, **values))
    else:
        work.connection.execute(update(table).where(named).values(**values))


def _titles(given: Mapping[str, Any], name: str) -> dict[str, str]:
    return dict(given.get("titles") or dict.fromkeys(LANGUAGES, name.title()))
