"""What the demo begins with: three agents, four queues, and people who are waiting when the visitor comes in.

Everything is written with the functions of the desk itself, at times in the past; only the outcome of those sends and
the pick-ups of the last fortnight (from which waits are told) are put in directly. `seed` does nothing where there is
an agent already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, func, insert, select, update

from channels import identity
from conversation import ids, inbox
from conversation.events import Outgoing
from conversation.inbox import Sender, Talk
from conversation.tables import Message, OutboxPart
from conversation.work import Database, Work
from handoff import agents, claims, closing, desk, queues, replies
from handoff.agents import Person
from handoff.desk import Opening
from handoff.replies import Reply
from handoff.tables import Agent, Ticket

KIND = "twilio-whatsapp"
STORIES = Path(__file__).parent / "stories.yaml"
HISTORY_DAYS = 13  # of pick-ups, within the fortnight from which waits are told
HISTORY_MINUTES = (-90, -45, 15, 60)  # about the hour at which the demo was first started: only those tell about now
OFFICE = [["09:00", "14:00"], ["16:00", "19:30"]]
WEEK = {day: OFFICE for day in ("mon", "tue", "wed", "thu", "fri")}

QUEUES: Mapping[str, tuple[dict[str, str], dict[str, Any]]] = {
    "shipping": ({"es": "Envíos", "en": "Shipping", "pt": "Envios"}, {}),
    "returns": ({"es": "Devoluciones", "en": "Returns", "pt": "Devoluções"}, {"hours": WEEK}),
    "billing": ({"es": "Pagos", "en": "Payments", "pt": "Pagamentos"}, {"hours": WEEK, "promise_minutes": 30}),
    "general": ({"es": "General", "en": "General", "pt": "Geral"}, {"is_default": True}),
}


@dataclass(frozen=True, slots=True)
class Login:
    """A demo agent. Her password is no secret: she exists in the demo only, and the doctor refuses her elsewhere."""

    person: Person
    password: str


LOGINS = (
    Login(
        Person("Ana", "ana@demo.example", ("shipping", "general"), languages=("es", "en", "pt"), capacity=6),
        "ana-en-envios",
    ),
    Login(Person("Bo", "bo@demo.example", ("returns", "billing"), languages=("es", "en")), "bo-en-devoluciones"),
    Login(
        Person("Sue", "sue@demo.example", tuple(QUEUES), role="supervisor", languages=("en", "es")), "sue-lo-ve-todo"
    ),
)


def logins() -> list[str]:
    """A line for each demo agent: e-mail and password, for whoever reads the terminal."""
    return [
        f"  {login.person.email}  {login.password}  ({login.person.name}, {', '.join(login.person.queues)})"
        for login in LOGINS
    ]


def seed(database: Database, account: str) -> bool:
    """Put everything in, in one transaction; False where there were agents already. `account` is our number."""
    with database.work() as work:
        if work.connection.execute(select(func.count()).select_from(Agent.__table__)).scalar_one():
            return False
        for queue_id, (titles, settings) in QUEUES.items():
            queues.add(work, queue_id, titles, **settings)
        people = {login.person.email: _add(work, login) for login in LOGINS}
        told = [_tell(work, account, story, people) for story in _stories()]
        _settle(work.connection, told)
        _add_history(work, told[-1], people["ana@demo.example"])
    return True


def _add(work: Work, login: Login) -> str:
    agents.invite(work, login.person)
    row = agents.by_email(work.connection, login.person.email)
    work.connection.execute(
        update(Agent.__table__)
        .where(Agent.__table__.c.agent_id == row["agent_id"])
        .values(
            password_hash=_hash(login.password),
            invite_hash=None,
            invite_until=None,
            demo=True,
            last_seen_at=work.now,  # a holder who was never at her desk would lose her tickets at once
        )
    )
    return row["agent_id"]


@cache
def _hash(password: str) -> str:
    """Argon2id is slow on purpose; a demo that starts again in one process need not wait twice."""
    return agents.hash_password(password)


def _stories() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    return found


def _tell(work: Work, account: str, story: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """One story, from its first line to where it stands now; returns its conversation."""
    key = identity.contact_key(KIND, account, story["phone"])
    sender = Sender(KIND, account, key.partition(":")[0], key, story["phone"], story["name"], story["language"])
    with _ago(work, story["talk"][0][0]) as start:
        talk = inbox.find_all(start, [sender])[sender]
        messages = [_line(work, talk, line) for line in story["talk"]]
        talk.row["heard_seq"] = talk.row["last_seq"]
        inbox.write(start, [talk])
    if "handoff" in story:
        with _ago(work, story["talk"][-1][0]) as then:
            ticket_id = desk.open(then, talk.conversation_id, _opening(story["handoff"], messages))
        _by_people(work, talk.conversation_id, ticket_id, story, people)
    return talk.conversation_id


def _line(work: Work, talk: Talk, line: list[Any]) -> str:
    minutes, author, text = line
    with _ago(work, minutes) as then:
        if author != "contact":
            return talk.say(then, Outgoing(text, author=author))
        message: str = talk.heard(then, _event(then, text))["message_id"]
        return message


def _opening(told: Mapping[str, Any], messages: list[str]) -> Opening:
    evidence = [
        {"code": one["code"], "quote": one["quote"], "message_id": messages[one["line"]], "points": one.get("points")}
        for one in told.get("evidence", ())
    ]
    card = {"path": told["path"], "known": told["known"]}
    return Opening(
        told["queue"],
        told["reason"],
        told["summary"],
        told.get("priority", "normal"),
        evidence,
        told.get("score"),
        told.get("threshold"),
        card,
    )


def _by_people(
    work: Work, conversation_id: str, ticket_id: str, story: Mapping[str, Any], people: Mapping[str, str]
) -> None:
    if "taken" not in story:
        return
    agent_id = people[story["taken"]["agent"]]
    ticket = work.connection.execute(select(Ticket.__table__.c.epoch).where(Ticket.__table__.c.ticket_id == ticket_id))
    with _ago(work, story["taken"]["minutes"]) as then:
        held = claims.claim(then, ticket_id, agent_id, ticket.scalar_one())
    for minutes, author, text in story.get("then", ()):
        with _ago(work, minutes) as then:
            if author == "agent":
                replies.reply(then, ticket_id, agent_id, Reply(text, held.epoch, 0, force=True))
            else:
                _hear(then, conversation_id, text)
    if "resolved" in story:
        with _ago(work, story["resolved"]["minutes"]) as then:
            closing.resolve(then, ticket_id, agent_id)


def _hear(then: Work, conversation_id: str, text: str) -> None:
    """The contact writes while a person has her conversation."""
    talk = inbox.load(then, conversation_id)
    assert talk is not None
    message = talk.heard(then, _event(then, text))
    talk.row["heard_seq"] = talk.row["last_seq"]
    inbox.write(then, [talk])
    desk.heard(then, talk.row, message)


def _event(then: Work, text: str) -> dict[str, Any]:
    return {"kind": "message", "text": text, "at_ms": int(then.now.timestamp() * 1000)}


@contextmanager
def _ago(work: Work, minutes: float) -> Iterator[Work]:
    """The same transaction, so many minutes earlier, with its lines of the timeline; nobody is woken for it."""
    then = Work(work.connection, work.wiring, work.now - timedelta(minutes=minutes))
    yield then
    then.complete()


def _settle(connection: Connection, conversations: list[str]) -> None:
    """All that was said long ago has long been delivered."""
    part, message = OutboxPart.__table__, Message.__table__
    said_at = select(message.c.said_at).where(message.c.message_id == part.c.message_id).scalar_subquery()
    connection.execute(
        update(part)
        .where(part.c.conversation_id.in_(conversations))
        .values(state="read", sent_at=said_at, delivered_at=said_at, read_at=said_at)
    )


def _add_history(work: Work, conversation_id: str, agent_id: str) -> None:
    """A fortnight of tickets that were taken within minutes: from these the next contact is told how long it takes."""
    opened = [
        work.now - timedelta(days=day, minutes=-minute)
        for day in range(1, HISTORY_DAYS + 1)
        for minute in HISTORY_MINUTES
    ]
    rows = [_past_ticket(conversation_id, agent_id, opened_at, n) for n, opened_at in enumerate(opened)]
    work.connection.execute(insert(Ticket.__table__), rows)


def _past_ticket(conversation_id: str, agent_id: str, opened_at: datetime, n: int) -> dict[str, Any]:
    """A resolved ticket; its epoch 0 is older than that of the story's own, which stays the newest."""
    taken_at = opened_at + timedelta(minutes=2 + n * 7 % 8)
    return {
        "ticket_id": ids.new("tkt"),
        "conversation_id": conversation_id,
        "queue_id": "shipping",
        "state": "resolved",
        "reason": "human_request",
        "summary": "",
        "priority": "normal",
        "evidence": [],
        "card": {},
        "told": [],
        "epoch": 0,
        "ahead": 0,
        "holder_id": agent_id,
        "opened_at": opened_at,
        "waiting_since": opened_at,
        "picked_up_at": taken_at,
        "claimed_at": taken_at,
        "first_reply_at": taken_at,
        "replied_at": taken_at,
        "closed_by": agent_id,
        "closed_at": taken_at + timedelta(minutes=11),
        "disposition": "solved",
    }
