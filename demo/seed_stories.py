"""One story of the demo, from its first line to where it stands now, told with the functions of the desk itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from channels import identity
from conversation import filing, inbox, media
from conversation.events import Outgoing
from conversation.files import Folder
from conversation.filetypes import Hint
from conversation.inbox import Sender, Talk
from conversation.tables import Message, OutboxPart
from conversation.work import Work
from handoff import claims, closing, desk, drafts, ladder, ledger, order_actions, people_merge, replies
from handoff.desk import Opening
from handoff.drafts import Typed
from handoff.order_actions import Asked
from handoff.replies import Reply
from handoff.tables import Rating, Ticket
from incidents import cases
from incidents.rule_book import Rules
from orders import connector
from orders.reference import fold
from orders.service import find_for_desk

KIND = "twilio-whatsapp"
PHOTOS = Path(__file__).parent / "photos"
LEASE = timedelta(minutes=1)

_part, _message, _ticket = OutboxPart.__table__, Message.__table__, Ticket.__table__


@dataclass(frozen=True, slots=True)
class Telling:
    """What all stories share: our number, the agents' ids by their e-mail, and the folder in which photos are kept."""

    account: str
    people: Mapping[str, str]
    kept: Folder


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation that was told. `failed` is the code with which our last message there was refused."""

    conversation_id: str
    contact_id: str
    failed: str = ""
    is_over: bool = False


def tell(work: Work, telling: Telling, story: Mapping[str, Any]) -> Told:
    """Tell one."""
    kind = story.get("kind", KIND)
    key = identity.contact_key(kind, telling.account, story["phone"])
    sender = Sender(kind, telling.account, key.partition(":")[0], key, story["phone"], story["name"], story["language"])
    with ago(work, story["talk"][0][0]) as start:
        talk = inbox.find_all(start, [sender])[sender]
        messages = [_line(work, talk, line) for line in story["talk"]]
        talk.row["heard_seq"] = talk.row["last_seq"]
        inbox.write(start, [talk])
    with ago(work, story["talk"][-1][0]) as then:
        _keep_photos(then, telling.kept)
    if "case" in story:
        _open_case(work, talk.conversation_id, story["case"])
    if "handoff" in story:
        with ago(work, story["talk"][-1][0]) as then:
            ticket_id = desk.open(then, talk.conversation_id, _opening(story["handoff"], messages))
        _wait(work, ticket_id, story.get("waits", ()))
        _by_people(work, talk.conversation_id, ticket_id, story, telling.people)
    is_over = "taken" not in story or "resolved" in story
    return Told(talk.conversation_id, talk.row["contact_id"], story.get("failed", ""), is_over)


def join(work: Work, stories: Sequence[Mapping[str, Any]], told: Sequence[Told], people: Mapping[str, str]) -> None:
    """Who is said to be somebody else of the stories too: an agent has joined the two."""
    contacts = {story["phone"]: one.contact_id for story, one in zip(stories, told, strict=True)}
    for story in stories:
        if same := story.get("same_as"):
            with ago(work, same["minutes"]) as then:
                people_merge.join(then, contacts[same["phone"]], contacts[story["phone"]], people[same["agent"]])


def settle(connection: Connection, told: Sequence[Told]) -> None:
    """All that was said long ago has long been delivered, but for what a story says."""
    said_at = select(_message.c.said_at).where(_message.c.message_id == _part.c.message_id).scalar_subquery()
    connection.execute(
        update(_part)
        .where(_part.c.conversation_id.in_([one.conversation_id for one in told]))
        .values(state="read", sent_at=said_at, delivered_at=said_at, read_at=said_at)
    )
    for one in told:
        if one.failed:
            connection.execute(update(_part).where(_part.c.message_id == _last_of_agent(connection, one)).values(
                state="failed", error_code=one.failed, sent_at=None, delivered_at=None, read_at=None))


@contextmanager
def ago(work: Work, minutes: float) -> Iterator[Work]:
    """The same transaction, so many minutes earlier, with its lines of the timeline; nobody is woken for it."""
    then = Work(work.connection, work.wiring, work.now - timedelta(minutes=minutes))
    yield then
    then.complete()


def _last_of_agent(connection: Connection, told: Told) -> str:
    query = select(_message.c.message_id).where(
        _message.c.conversation_id == told.conversation_id, _message.c.author == "agent")
    return connection.execute(query.order_by(_message.c.seq.desc()).limit(1)).scalar_one()


def _line(work: Work, talk: Talk, line: list[Any]) -> str:
    minutes, author, text, *photos = line
    with ago(work, minutes) as then:
        if author != "contact":
            return talk.say(then, Outgoing(text, author=author))
        message: str = talk.heard(then, _event(then, text, photos))["message_id"]
        return message


def _keep_photos(work: Work, kept: Folder) -> None:
    """What came with the lines just told is there, small and whole, as if it had been fetched."""
    for claimed in media.claim(work, limit=10, lease=LEASE):
        media.stored(work, claimed, filing.put(kept, claimed.attachment_id, _photo(claimed.filename)))


def _open_case(work: Work, conversation_id: str, told: Mapping[str, Any]) -> None:
    """The bot begins a case with the photos she sent."""
    order = find_for_desk(connector("demo", {}), told["order"], work.now.date()) or {}
    with ago(work, told["minutes"]) as then:
        cases.open_case(then, Rules().book, cases.Opening(
            told["kind"], told["order"], fold(told["order"]), conversation_id, order, told["what"], told["wish"]))


@cache
def _photo(name: str) -> filing.Safe:
    return filing.made_safe((PHOTOS / name).read_bytes(), Hint("image/jpeg", name))


def _wait(work: Work, ticket_id: str, minutes: Sequence[float]) -> None:
    """Nobody takes her: at these times the rungs of the ladder that were due."""
    for ago_minutes in minutes:
        with ago(work, ago_minutes) as then:
            row = then.connection.execute(select(_ticket).where(_ticket.c.ticket_id == ticket_id)).mappings().one()
            ladder.climb(then, ledger.standing(then, row))


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
        skills=told.get("skills", ()),
    )


def _by_people(
    work: Work, conversation_id: str, ticket_id: str, story: Mapping[str, Any], people: Mapping[str, str]
) -> None:
    if "taken" not in story:
        return
    agent_id = people[story["taken"]["agent"]]
    ticket = work.connection.execute(select(_ticket.c.epoch).where(_ticket.c.ticket_id == ticket_id))
    with ago(work, story["taken"]["minutes"]) as then:
        held = claims.claim(then, ticket_id, agent_id, ticket.scalar_one(), force=True)
    for minutes, author, text in story.get("then", ()):
        with ago(work, minutes) as then:
            if author == "agent":
                replies.reply(then, ticket_id, agent_id, Reply(text, held.epoch, 0, force=True))
            else:
                _hear(then, conversation_id, text)
    for minutes, email, text in story.get("notes", ()):
        with ago(work, minutes) as then:
            replies.note(then, conversation_id, people[email], text)
    if passed := story.get("passed"):
        with ago(work, passed["minutes"]) as then:
            claims.transfer_to_agent(then, ticket_id, agent_id, people[passed["to"]], passed["note"])
    if asks := story.get("asks"):
        _ask_shop(work, conversation_id, agent_id, asks)
    _end(work, conversation_id, ticket_id, agent_id, story)


def _ask_shop(work: Work, conversation_id: str, agent_id: str, told: Mapping[str, Any]) -> None:
    """She asked for more than she may have paid alone: it waits for who may."""
    wish = Asked(f"demo:{told['kind']}:{told['order']}", told["kind"], told["order"], told["reason"],
                 {"amount": told["amount"]}, told["currency"])
    with ago(work, told["minutes"]) as then:
        order_actions.propose(then, conversation_id, agent_id, wish)


def _end(work: Work, conversation_id: str, ticket_id: str, agent_id: str, story: Mapping[str, Any]) -> None:
    """How it was left: a draft, a snooze, or settled and rated."""
    if draft := story.get("draft"):
        drafts.save(work, conversation_id, agent_id, Typed(draft["mode"], draft["text"]))
    if snooze := story.get("snoozed"):
        with ago(work, snooze["minutes"]) as then:
            claims.snooze(then, ticket_id, agent_id, _until(work, snooze["for"]))
    if done := story.get("resolved"):
        with ago(work, done["minutes"]) as then:
            closing.resolve(then, ticket_id, agent_id, done.get("disposition", "solved"))
    if rating := story.get("rating"):
        rated_at = work.now - timedelta(minutes=rating["minutes"])
        work.connection.execute(insert(Rating.__table__).values(
            ticket_id=ticket_id, score=rating["score"], comment=rating.get("comment", ""), created_at=rated_at))


def _until(work: Work, minutes: float | None) -> datetime | None:
    """So long from now; None: until the contact writes."""
    return None if minutes is None else work.now + timedelta(minutes=minutes)


def _hear(then: Work, conversation_id: str, text: str) -> None:
    """The contact writes while a person has her conversation."""
    talk = inbox.load(then, conversation_id)
    assert talk is not None
    message = talk.heard(then, _event(then, text))
    talk.row["heard_seq"] = talk.row["last_seq"]
    inbox.write(then, [talk])
    desk.heard(then, talk.row, message)


def _event(then: Work, text: str, photos: Sequence[str] = ()) -> dict[str, Any]:
    items = [{"type": "image", "mime": "image/jpeg", "filename": name} for name in photos]
    event = {"kind": "message", "text": text, "at_ms": int(then.now.timestamp() * 1000)}
    return event | ({"media": items} if items else {})
