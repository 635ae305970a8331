"""What the bot asked for, done: one function an effect, all inside the turn's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects.postgresql import JSONB

import metrics
from bot.flow.effects import (
    Alert,
    Begun,
    Call,
    Effect,
    Ended,
    HandOff,
    Note,
    Rated,
    Remember,
    Remind,
    Say,
    Tag,
    Unanswered,
)
from bot.flow.events import CallResult
from conversation import alarms, ids
from conversation.alarms import Trouble
from conversation.events import Notice, Outgoing, OutgoingChoice, TimelineLine
from conversation.inbox import Talk
from conversation.outbox import SUPPRESS_BOT
from conversation.prepared import Prepared
from conversation.tables import Contact
from conversation.work import Work
from handoff import desk
from handoff.desk import Opening
from incidents.cases import FLAG
from outreach import telling
from pipeline import case_services, paging, templated
from pipeline.proofs import USUAL
from pipeline.services import OTHERS, TERMS, Asked, Services
from pipeline.tables import SlowWork, Timer
from pipeline.templated import Templates

logger = structlog.get_logger(__name__)
NO_TEMPLATES: Templates = MappingProxyType({})
CONTACT_COLUMNS = ("name", "email", "country")
_add_timer = Prepared(insert(Timer.__table__))
_add_slow = Prepared(insert(SlowWork.__table__))
_contact = Contact.__table__


def carry_out(
    work: Work, talk: Talk, effects: Sequence[Effect], services: Services, approved: Templates = NO_TEMPLATES
) -> CallResult | None:
    """Do all of it, in order; returns the answer of a local service, which the bot must hear next.

    `approved` are the message templates that may be sent where the window is closed.
    """
    answered: CallResult | None = None
    news = ""  # the flow that tells her what she did not ask for
    for effect in effects:
        match effect:
            case Begun():
                news = effect.flow if effect.event == telling.EVENT else news
            case Say():
                say(work, talk, effect, approved, "utility" if news else "service")
            case Call():
                answered = call(work, talk, effect, services)
            case HandOff():
                hand_off(work, talk, effect, quiet=effect.quiet)
            case Remind():
                remind(work, talk, effect)
            case Tag():
                tag(talk, effect)
            case Note():
                note(work, talk, effect)
            case Remember():
                remember(work, talk, effect)
            case Ended():  # the step log has it from the trace
                news = "" if effect.flow == news else news
            case Alert():
                alert(work, talk, effect)
            case Unanswered():
                unanswered(work, talk, effect)
            case Rated():
                rated(work, talk, effect)
    return answered


def say(work: Work, talk: Talk, effect: Say, approved: Templates = NO_TEMPLATES, purpose: str = "service") -> None:
    instead = templated.in_place(work, talk, effect, approved) if effect.template else None
    if instead is not None:
        talk.say(work, instead)
        return
    choices = tuple(OutgoingChoice(choice.id, choice.label, choice.description) for choice in effect.choices)
    label, url = effect.link
    if url:
        choices += (OutgoingChoice("link", label, url=url),)
    media = (work.wiring.media(effect.media_url),) if effect.media_url else ()
    words = paging.words(work, talk.row["language"]) if choices else {}
    talk.say(work, Outgoing(effect.text, choices, media, purpose=purpose, **words))


def call(work: Work, talk: Talk, effect: Call, services: Services) -> CallResult | None:
    """Answer at once where that needs no I/O; otherwise leave a row for the worker."""
    if case_services.has_none(talk, effect.service):
        return CallResult(effect.seq, "not_found", None)
    terms = services.terms(effect.service, talk.facts["kind"])
    if services.is_local(effect.service):
        asked = Asked(effect.service, effect.arguments, talk.row["address"], effect.others, talk.conversation_id,
                      language=talk.row["language"], terms=terms)
        answered = services.judge(work, asked, services.ask(services.knowing(work.session, asked)))
        if effect.service == case_services.OPEN:
            talk.facts |= {"facts": {**talk.facts["facts"], FLAG: True}}  # what the row says by now
        return CallResult(effect.seq, answered.status, answered.value, answered.used)
    beside: dict[str, Any] = {TERMS: terms.as_row()} if terms != USUAL else {}
    if effect.others:
        beside[OTHERS] = {name: list(values) for name, values in effect.others.items()}
    talk.also(_add_slow, {
        "slow_work_id": ids.new("slw"), "conversation_id": talk.conversation_id, "seq": effect.seq,
        "epoch": talk.row["epoch"], "service": effect.service, "arguments": {**effect.arguments, **beside},
        "is_write": effect.write, "key": effect.key, "timeout_seconds": effect.timeout_seconds, "state": "queued",
        "attempt": 0, "not_before": work.now, "created_at": work.now})
    work.notify(Notice("slow", talk.conversation_id))
    return None


def hand_off(
    work: Work, talk: Talk, effect: HandOff, *, quiet: bool = False, reopens: str = "", outside_until: datetime | None = None
) -> None:
    """Open a ticket in this very transaction: the acknowledgement (unless `quiet`) and the epoch go with it.

    `reopens` is the ticket whose matter goes on; `outside_until`: until then somebody answers her elsewhere.

    The bot's parting words, said in this turn, belong to the queue's epoch: they go out before the acknowledgement,
    unless a person claims before they have left. What it said in earlier turns and has not sent is suppressed.
    """
    if talk.row["owner"] != "bot":
        return
    talk.row |= {"owner": "queue", "epoch": talk.row["epoch"] + 1, "unread": 1, "waiting_since": work.now}
    opening = Opening(
        queue=effect.queue, reason=effect.reason, summary=effect.summary, priority=effect.priority,
        evidence=[asdict(reason) for reason in effect.evidence], score=effect.score, threshold=effect.threshold,
        card={"path": effect.path, "known": dict(effect.known), "language": talk.row["language"]}, quiet=quiet,
        skills=effect.skills, vip=bool(talk.facts["facts"].get("vip")), reopens=reopens, outside_until=outside_until)
    prepared = desk.prepare(work, talk.row, opening)
    talk.also(SUPPRESS_BOT, {"id": talk.conversation_id})
    talk.also(desk.ADD_TICKET, dict(prepared.ticket))
    talk.parts = [part | {"epoch": talk.row["epoch"]} for part in talk.parts]
    work.record(prepared.line)
    if prepared.words:
        talk.say(work, Outgoing(prepared.words, author="system"), prepared.ticket["ticket_id"])
    desk.announce(work, prepared.ticket)
    talk.changed = True
    metrics.handoffs.labels(prepared.ticket["queue_id"], effect.reason).inc()


def remind(work: Work, talk: Talk, effect: Remind) -> None:
    talk.also(_add_timer, {
        "timer_id": ids.new("tmr"), "conversation_id": talk.conversation_id, "kind": "reminder",
        "payload": {"seq": effect.seq}, "due_at": work.now + timedelta(seconds=effect.after_seconds),
        "created_at": work.now})


def tag(talk: Talk, effect: Tag) -> None:
    kept = [name for name in talk.row["tags"] if name not in effect.tags]
    talk.row["tags"] = kept if effect.remove else [*kept, *effect.tags]
    talk.changed = True


def note(work: Work, talk: Talk, effect: Note) -> None:
    work.record(TimelineLine("note", talk.conversation_id, "bot", data={"text": effect.text}))


def remember(work: Work, talk: Talk, effect: Remember) -> None:
    if not effect.fields:
        return
    columns = {name: value for name, value in effect.fields.items() if name in CONTACT_COLUMNS}
    new = {name: value for name, value in effect.fields.items() if name not in CONTACT_COLUMNS}
    talk.facts |= columns | {"facts": {**talk.facts["facts"], **new}}
    # a contact has no lock of her own: what another conversation of hers learnt meanwhile must stay
    facts = talk.facts["facts"] if work.is_sqlite else _contact.c.facts.op("||")(bindparam("new", new, JSONB))
    work.connection.execute(update(_contact).where(_contact.c.contact_id == talk.row["contact_id"])
                            .values(columns | ({"facts": facts} if new else {})))


def alert(work: Work, talk: Talk, effect: Alert) -> None:
    # an error may quote what a customer wrote: its words stay in the timeline and out of the log
    logger.error("a flow went wrong", conversation=talk.conversation_id, place=effect.place)
    work.record(TimelineLine("alert", talk.conversation_id, "bot", data={"text": effect.text, "place": effect.place}))
    alarms.raise_alarm(work, Trouble(f"flow:{effect.place}"[:120], "flow_failed", facts={"place": effect.place or "?"}))


def unanswered(work: Work, talk: Talk, effect: Unanswered) -> None:
    """For those who write the flows: which message it was. Its words stay where they are, in the message."""
    data = {"message_id": effect.message_id} if effect.message_id else None
    work.record(TimelineLine("unanswered", talk.conversation_id, "bot", data=data))


def rated(work: Work, talk: Talk, effect: Rated) -> None:
    """What she thought of the bot; her reasons stand in her message, and are forgotten with it."""
    facts = {"flow": effect.flow, "step": effect.step}
    data = {**facts, "commented": True} if effect.has_comment else {**facts, "score": effect.score}
    work.record(TimelineLine("rated", talk.conversation_id, "contact", data=data))
