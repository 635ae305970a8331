"""One turn of one conversation: what came in, in the fixed order of decisions, up to what is to be said and done.

Runs in the writer's transaction. Values go into the bot and effects come out; what each effect does stands in
`effects.py`. The order is that of docs/flows.md: repeat, opt-out, limit, people, and only then the bot.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import bindparam, select

import metrics
from bot import turn
from bot.flow import effects as asked
from bot.flow import live
from bot.flow.events import CallResult, Event, External, Moment, Pressed, Said, TicketClosed, TimerDue
from bot.flow.library import Library
from bot.flow.steps.say import TAPS
from channels import consent
from conversation import inbox
from conversation.events import Outgoing, TimelineLine
from conversation.inbox import Talk
from conversation.tables import Message
from conversation.work import Work
from handoff import desk, ratings, reopening
from handoff.tables import Agent, Ticket
from pipeline import abuse, effects, identities, news_wishes, paging
from pipeline.services import Services

WAKES_BOT = identities.SAID
HEARD = WAKES_BOT | {"opt_out", "opt_in"}
CALLS_PER_TURN = 20
MESSAGES_PER_DAY = 2_000

logger = structlog.get_logger(__name__)
_ticket, _agent = Ticket.__table__, Agent.__table__
_last_ticket = (
    select(_ticket.c.ticket_id, _ticket.c.state, _ticket.c.queue_id, _ticket.c.closed_at, _ticket.c.disposition,
           _ticket.c.rating_asked_at, _ticket.c.rating_until, _agent.c.name.label("agent"))
    .outerjoin(_agent, _agent.c.agent_id == _ticket.c.closed_by)
    .where(_ticket.c.conversation_id == bindparam("id"))
    .order_by(_ticket.c.opened_at.desc())
    .limit(1)
)
_message = Message.__table__
_unheard = (
    select(_message)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.seq > bindparam("seq"),
           _message.c.direction == "inbound")
    .order_by(_message.c.seq)
)


@dataclass(frozen=True, slots=True)
class Bot:
    """What a turn needs beside its conversation: the flows of this moment, the services, who is on duty.

    `library_for` gives them with whatever older shape of a flow the conversation stands in.
    """

    library: Callable[[], Library]
    services: Services
    open_queues: Callable[[Work], frozenset[str]]
    limits: abuse.Limits = abuse.NO_LIMITS
    library_for: Callable[[Work, Mapping[str, Any]], Library] | None = None

    def flows(self, work: Work, state: Mapping[str, Any]) -> Library:
        """The flows for a conversation in this state: she may be in one that `library` has replaced."""
        return self.library() if self.library_for is None else self.library_for(work, state)


def hear(work: Work, talk: Talk, event: Mapping[str, Any], bot: Bot) -> None:
    """Take in one event of a contact and answer it."""
    was = abuse.before(talk, event)
    message = talk.heard(work, event)
    if event["kind"] not in HEARD or event.get("standby"):
        talk.row["heard_seq"] = message["seq"]
        return
    if abuse.is_kept_quiet(work, talk, message, was, bot.limits):
        return
    if _has_decided(work, talk, event, message):
        return
    if message["payload"] and (rated := ratings.tapped(work, message)):
        _take_rating(work, talk, message, rated)
        return
    if talk.row["owner"] != "bot":
        _to_people(work, talk, message)
        return
    if talk.row["epoch"] > talk.row["state_epoch"] and _belongs_to_people(work, talk, message, bot):
        return
    if paging.turned(work, talk, message):
        return
    _answer(work, talk, _said(message), bot, message["seq"])


def hear_again(work: Work, talk: Talk, bot: Bot) -> None:
    """Answer what came in while the bot was waiting for a service, in the order it came."""
    for message in work.connection.execute(
        _unheard, {"id": talk.conversation_id, "seq": talk.row["heard_seq"]}
    ).mappings().all():
        if talk.row["owner"] != "bot":
            return
        if message["kind"] in WAKES_BOT and not message["content"].get("deleted"):
            _answer(work, talk, _said(message), bot, message["seq"])
        if talk.row["heard_seq"] < message["seq"]:
            return


def hear_kept(work: Work, talk: Talk, message: Mapping[str, Any], bot: Bot) -> None:
    """Answer a message that is stored already; what people hold is theirs to answer."""
    if talk.row["owner"] == "bot":
        _answer(work, talk, _said(message), bot, message["seq"])


def hear_result(work: Work, talk: Talk, result: CallResult, epoch: int, bot: Bot) -> bool:
    """Go on with what a service answered; False where people have taken over since it was asked."""
    if talk.row["owner"] != "bot" or talk.row["epoch"] != epoch:
        return False
    _answer(work, talk, result, bot)
    hear_again(work, talk, bot)
    return True


def hear_timer(work: Work, talk: Talk, seq: int, bot: Bot) -> None:
    """Wake the flow; a timer that is older than the conversation's last step does nothing."""
    if talk.row["owner"] == "bot" and talk.row["epoch"] == talk.row["state_epoch"]:
        _answer(work, talk, TimerDue(seq), bot)


def hear_event(work: Work, talk: Talk, event: External, bot: Bot) -> None:
    """Something happened outside. What people hold is theirs: the bot says nothing of it."""
    if talk.row["owner"] != "bot":
        return
    if talk.row["epoch"] > talk.row["state_epoch"]:  # people had it since the bot last spoke, and are done
        _advance(work, talk, TicketClosed("resolved"), bot)
    _answer(work, talk, event, bot)


def hear_return(work: Work, talk: Talk, flow: str, agent: str, bot: Bot) -> None:
    """People are done, and named the flow with which the bot goes on; not where somebody wrote meanwhile."""
    if talk.row["owner"] == "bot" and talk.row["epoch"] > talk.row["state_epoch"]:
        _advance(work, talk, TicketClosed("returned", agent), bot)
        _answer(work, talk, Pressed(f"{TAPS}{flow}", "", ""), bot)


def apologise(work: Work, talk: Talk, why: str) -> None:
    """The last resort when a turn cannot be run: say sorry and call a person. Never silence."""
    language = talk.row["language"]
    if talk.row["owner"] == "bot":
        talk.say(work, Outgoing(work.text("apology", language), author="system"))
        effects.hand_off(work, talk, asked.HandOff(queue="", reason="bot_error", summary=why, priority="high"))


def _has_decided(work: Work, talk: Talk, event: Mapping[str, Any], message: dict[str, Any]) -> bool:
    """Opt-out and the daily limit come before everything else."""
    wish = _wish(talk, event)
    if wish == "marketing":
        _advertising(work, talk, event["kind"] == "opt_in")
        talk.row["heard_seq"] = message["seq"]
        return True
    if wish:
        _consent(work, talk, wish, bool(event.get("provider_replied")))
        talk.row["heard_seq"] = message["seq"]
        return True
    if news_wishes.take(work, talk, event):
        talk.row["heard_seq"] = message["seq"]
        return True
    if talk.row["opted_out_at"] and talk.facts["kind"].endswith("sms"):
        talk.row["heard_seq"] = message["seq"]
        return True
    if event["kind"] not in WAKES_BOT or (event.get("provider_replied") and talk.row["owner"] == "bot"):
        talk.row["heard_seq"] = message["seq"]  # of HELP or INFO on SMS the provider has told her already
        return True
    talk.row["opted_out_at"] = None
    return _is_over_limit(work, talk, message)


def _wish(talk: Talk, event: Mapping[str, Any]) -> str:
    """`stop` or `start` where that is all she wrote, or what the provider read it as; `marketing` where it is about
    nothing else; else nothing. Somebody who never stopped and lets us write (a plug-in of Messenger) starts nothing.
    """
    if event["kind"] in ("opt_out", "opt_in"):
        if event.get("category"):
            return "marketing"
        has_stopped = talk.row["opted_out_at"] or talk.row["marketing_stopped_at"]
        return "stop" if event["kind"] == "opt_out" else "start" if has_stopped else ""
    if consent.asks_to_stop(talk.facts["kind"], event.get("text", "")):
        return "stop"
    if talk.row["opted_out_at"] and consent.asks_to_start(talk.facts["kind"], event.get("text", "")):
        return "start"
    if talk.row["marketing_stopped_at"] and consent.asks_for_advertising(event.get("text", "")):
        return "start"
    return ""


def _advertising(work: Work, talk: Talk, wanted: bool) -> None:
    """She wants, or no longer wants, what nobody asked for; everything else is as before."""
    talk.row["marketing_stopped_at"] = None if wanted else talk.row["marketing_stopped_at"] or work.now
    work.record(TimelineLine("marketing_started" if wanted else "marketing_stopped", talk.conversation_id, "contact"))


def _consent(work: Work, talk: Talk, wish: str, provider_replied: bool) -> None:
    language = talk.row["language"]
    if wish == "stop":
        already = talk.row["opted_out_at"] is not None
        # outside SMS a message of hers opens the conversation again, but not to what nobody asked for
        talk.row["opted_out_at"] = work.now
        talk.row["marketing_stopped_at"] = talk.row["marketing_stopped_at"] or work.now
        work.record(TimelineLine("opted_out", talk.conversation_id, "contact"))
        if not provider_replied and not already:
            words = "opted_out_sms" if talk.facts["kind"].endswith("sms") else "opted_out"
            talk.say(work, Outgoing(work.text(words, language), author="system"))
            talk.parts[-1]["request"] |= {"consent": True}
    else:
        talk.row["opted_out_at"] = talk.row["marketing_stopped_at"] = None
        work.record(TimelineLine("opted_in", talk.conversation_id, "contact"))
        if not provider_replied:
            talk.say(work, Outgoing(work.text("opted_in", language), author="system"))


def _is_over_limit(work: Work, talk: Talk, message: dict[str, Any]) -> bool:
    today = work.now.date().isoformat()
    talk.row["day_count"] = talk.row["day_count"] + 1 if talk.row["day"] == today else 1
    talk.row["day"] = today
    if talk.row["day_count"] <= MESSAGES_PER_DAY:
        return False
    talk.row["heard_seq"] = message["seq"]
    if talk.row["day_count"] == MESSAGES_PER_DAY + 1 and talk.row["owner"] == "bot":
        effects.hand_off(work, talk, asked.HandOff(queue="", reason="too_many", priority="low"))
    return True


def _to_people(work: Work, talk: Talk, message: dict[str, Any]) -> None:
    talk.row["heard_seq"] = message["seq"]
    inbox.write(work, [talk])
    desk.heard(work, talk.row, message)
    inbox.refresh(work, talk)


def _belongs_to_people(work: Work, talk: Talk, message: dict[str, Any], bot: Bot) -> bool:
    """After people held it: is what she writes now still their matter? If not, the bot is told that they are done."""
    ticket = work.connection.execute(_last_ticket, {"id": talk.conversation_id}).mappings().first()
    if ticket is not None and ticket["state"] == "resolved" and (rated := ratings.take(work, ticket, message)):
        _take_rating(work, talk, message, rated)
        return True
    meaning = _meaning(ticket, message, work)
    if meaning == "bot":
        outcome, name = (ticket["state"], ticket["agent"] or "") if ticket else ("returned", "")
        _advance(work, talk, TicketClosed(outcome, name), bot)
        return False
    talk.row["heard_seq"] = message["seq"]
    if meaning == "queue" and ticket is not None:
        quote = asked.Evidence("reopened", message["text"], message["message_id"])
        effects.hand_off(work, talk, asked.HandOff(queue=ticket["queue_id"], reason="reopened", evidence=(quote,)),
                         reopens=ticket["ticket_id"])
    return True


def _take_rating(work: Work, talk: Talk, message: dict[str, Any], rated: ratings.Taken) -> None:
    talk.row["heard_seq"] = message["seq"]
    words = work.text(rated.text, talk.row["language"]) if rated.text else ""
    if words:
        talk.say(work, Outgoing(words, author="system"), rated.ticket_id)


def _meaning(ticket: Mapping[str, Any] | None, message: Mapping[str, Any], work: Work) -> reopening.Meaning:
    if ticket is None or ticket["state"] != "resolved":
        return "bot"
    return reopening.decide(message["text"], message["kind"], ticket["closed_at"], work.now, ticket["disposition"])


def _answer(work: Work, talk: Talk, event: Event, bot: Bot, seq: int | None = None) -> None:
    """Let the bot answer, its local services included; a message it cannot hear yet stays unheard."""
    began = time.perf_counter()
    heard_before = talk.row["heard_seq"]
    talk.row["heard_seq"] = max(seq or 0, heard_before)
    outcome = _advance(work, talk, event, bot)
    if outcome == "later":
        talk.row["heard_seq"] = heard_before
    metrics.turns.labels(outcome).inc()
    logger.info("turn", conversation=talk.conversation_id, outcome=outcome, heard=type(event).__name__,
                ms=round((time.perf_counter() - began) * 1000, 2))


def _advance(work: Work, talk: Talk, event: Event, bot: Bot) -> str:
    library = bot.flows(work, talk.row["state"])
    moment = _moment(work, talk, bot)
    for _ in range(CALLS_PER_TURN):
        done = turn.hear(library, talk.row["state"], event, moment)
        if done.outcome == "later":
            return done.outcome
        _keep(work, talk, done)
        answered = effects.carry_out(work, talk, done.effects, bot.services, library.templates)
        if answered is None:
            return done.outcome
        event = answered
    # a flow that asks the shop again and again: its last answer must not be lost in silence
    apologise(work, talk, f"More than {CALLS_PER_TURN} calls of services in one turn.")
    return "handoff"


def _keep(work: Work, talk: Talk, done: turn.Turn) -> None:
    talk.row["state_epoch"] = talk.row["epoch"]
    talk.row["language"] = done.state.get("lang") or talk.row["language"]
    talk.row["state"] = dict(done.state)
    talk.row["standing"] = live.standing(done.state)
    talk.row["standing_at"] = work.now if talk.row["standing"] else None
    talk.changed = True
    if done.trace:
        talk.steps.append({"conversation_id": talk.conversation_id, "outcome": done.outcome,
                           "steps": live.steps(done.trace), "at": work.now})


def _moment(work: Work, talk: Talk, bot: Bot) -> Moment:
    facts = talk.facts
    contact = dict(facts["facts"])
    contact |= {"name": facts["name"], "email": facts["email"], "country": facts["country"]}
    if talk.row["address"].startswith("+"):
        contact["phone"] = talk.row["address"]
    return Moment(now=work.now, contact=contact, open_queues=bot.open_queues(work), language=talk.row["language"],
                  channel=facts["kind"], conversation=talk.conversation_id)


def _said(message: Mapping[str, Any]) -> Said | Pressed:
    if message["payload"] is not None:
        return Pressed(message["payload"], message["text"], message["message_id"])
    content = message["content"]
    media = tuple(item.get("type", "file") for item in content.get("media", ()))
    return Said(message["text"], message["message_id"], message["kind"], media, content.get("location"))


