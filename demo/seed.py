"""What the demo begins with: six agents, five queues, and thirty people at every point of their way.

Everything is written with the functions of the desk itself, at times in the past (demo/seed_stories.py); only how those
sends went, and the tickets of the last fortnight from which waits and reports are told (demo/seed_history.py), are put in
directly. `seed` does nothing where there is an agent already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select, update

from conversation.files import Folder
from conversation.work import Database, Work
from demo import seed_history, seed_news, seed_stories
from demo.personas import PERSONAS
from demo.seed_stories import Telling
from handoff import access, agents, queues, saved_replies, skill_book
from handoff.agents import Person
from handoff.house_tables import Notice
from handoff.saved_replies import Wording
from handoff.tables import Agent
from outreach import taking
from outreach.news import News
from outreach.policy import Policy

FOLDER = Path(__file__).parent
PRESENT, PAST = FOLDER / "stories.yaml", FOLDER / "past_stories.yaml"
REPLIES = FOLDER / "saved_replies.yaml"
ZONE = "Europe/Madrid"  # of the demo shop
OFFICE = [["09:00", "14:00"], ["16:00", "19:30"]]
WEEK = {day: OFFICE for day in ("mon", "tue", "wed", "thu", "fri")}

QUEUES: Mapping[str, tuple[dict[str, str], dict[str, Any]]] = {
    "shipping": ({"es": "Envíos", "en": "Shipping", "pt": "Envios"}, {}),
    "returns": ({"es": "Devoluciones", "en": "Returns", "pt": "Devoluções"}, {"hours": WEEK}),
    "billing": ({"es": "Pagos", "en": "Payments", "pt": "Pagamentos"}, {"hours": WEEK, "promise_minutes": 30}),
    "presales": ({"es": "Antes de comprar", "en": "Before buying", "pt": "Antes de comprar"}, {"promise_minutes": 30}),
    "general": ({"es": "General", "en": "General", "pt": "Geral"}, {"is_default": True}),
}
SKILLS: Mapping[str, dict[str, str]] = {
    "breakages": {"es": "Roturas", "en": "Breakages", "pt": "Avarias"},
    "invoices": {"es": "Facturas", "en": "Invoices", "pt": "Notas fiscais"},
}


@dataclass(frozen=True, slots=True)
class Login:
    """A demo agent. Her password is no secret: she exists in the demo only, and the doctor refuses her elsewhere."""

    person: Person
    password: str
    more: Mapping[str, Any] = field(default_factory=dict)


def _login(name: str, password: str, queue_ids: tuple[str, ...], languages: tuple[str, ...], **more: Any) -> Login:
    address = {"Inês": "ines"}.get(name, name.lower())
    of_person = {key: more.pop(key) for key in ("role", "capacity") if key in more}
    return Login(Person(name, f"{address}@demo.example", queue_ids, languages=languages, **of_person), password, more)


LOGINS = (
    _login("Ana", "ana-en-envios", ("shipping", "general"), ("es", "en", "pt"), capacity=6, skills=["breakages"]),
    _login("Bo", "bo-en-devoluciones", ("returns", "billing"), ("es", "en"), skills=["breakages", "invoices"]),
    _login("Luis", "luis-en-envios", ("shipping", "presales"), ("es", "en"), presence="away"),
    _login("Inês", "ines-en-devoluciones", ("returns", "presales"), ("pt", "es"), skills=["breakages"], language="pt"),
    _login("Sue", "sue-lo-ve-todo", tuple(QUEUES), ("en", "es"), role="supervisor"),
    _login("Ada", "ada-lo-prepara-todo", (), ("es", "en"), role="admin"),
)


def logins() -> list[str]:
    """A line for each demo agent: e-mail and password, for whoever reads the terminal."""
    return [
        f"  {login.person.email}  {login.password}  ({login.person.name}, {_what(login.person)})"
        for login in LOGINS
    ]


def seed(database: Database, account: str, media: Path) -> bool:
    """Put everything in, in one transaction; False where there were agents already.

    `account` is our number, `media` the folder in which photos are kept.
    """
    with database.work() as work:
        if work.connection.execute(select(func.count()).select_from(Agent.__table__)).scalar_one():
            return False
        for queue_id, (titles, settings) in QUEUES.items():
            queues.add(work, queue_id, titles, **settings)
        for skill_id, titles in SKILLS.items():
            skill_book.add(work, skill_id, titles, "system")
        people = {login.person.email: _add(work, login) for login in LOGINS}
        _tell(work, Telling(account, people, Folder(media)))
        _add_replies(work, people["sue@demo.example"])
        taking.take(work, "demo", [_left(work.now)], Policy())
        _set_presence(work, people)
        work.connection.execute(update(Notice.__table__).values(seen_at=work.now, tell_at=None))  # old news for all
    return True


def _tell(work: Work, telling: Telling) -> None:
    """What was settled comes first: from its waits the others hear how long it takes."""
    past, present = _read(PAST), _read(PRESENT)
    told = [seed_stories.tell(work, telling, story) for story in past]
    seed_history.add(work, [one.conversation_id for one in told if one.is_over], telling.people)
    told += [seed_stories.tell(work, telling, story) for story in present]
    seed_stories.join(work, [*past, *present], told, telling.people)
    seed_stories.settle(work.connection, [*told, *seed_news.add(work, telling, ZONE)])


def _left(now: datetime) -> News:
    """What the shop told of Marta's late parcel when it left: too old to be told, and why it is looked for each morning."""
    marta = PERSONAS["es"]
    return News(f"demo:{marta.order}:shipped", "shipped", marta.order, now - timedelta(days=8), {"carrier": "SEUR"},
                phone=marta.number, email=marta.email, language="es", country="ES")


def _add(work: Work, login: Login) -> str:
    agents.invite(work, login.person)
    row = agents.by_email(work.connection, login.person.email)
    known = {key: value for key, value in login.more.items() if key != "presence"}
    work.connection.execute(
        update(Agent.__table__)
        .where(Agent.__table__.c.agent_id == row["agent_id"])
        .values(
            password_hash=_hash(login.password),
            invite_hash=None,
            invite_until=None,
            demo=True,
            last_seen_at=work.now,  # a holder who was never at her desk would lose her tickets at once
            **known,
        )
    )
    agent_id: str = row["agent_id"]
    return agent_id


def _set_presence(work: Work, people: Mapping[str, str]) -> None:
    """At the end: who is away would not have taken what the stories give her."""
    for login in LOGINS:
        agent = Agent.__table__.c.agent_id == people[login.person.email]
        work.connection.execute(update(Agent.__table__).where(agent).values(
            presence=login.more.get("presence", "online"), presence_at=work.now))


def _add_replies(work: Work, author: str) -> None:
    viewer = access.viewer(work.connection, author)
    for one in _read(REPLIES):
        saved_replies.add(work, viewer, Wording(one["name"], one["texts"], one["shortcut"], one.get("queues", ())))


@cache
def _hash(password: str) -> str:
    """Argon2id is slow on purpose; a demo that starts again in one process need not wait twice."""
    return agents.hash_password(password)


def _read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def _what(person: Person) -> str:
    """What she works in, or as what."""
    return ", ".join(person.queues) or person.role
