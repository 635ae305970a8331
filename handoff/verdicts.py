"""Verdicts: what agents say of the reasons the bot gave, and how often each of its signals was right.

An agent says of a ticket that the bot opened that there was no reason for a person (`not_a_reason`), all of its
evidence or some pieces, or that the bot should have known the answer (`bot_should_know`). Saying nothing counts as
agreement, once a person has had the ticket: the figures are of what was read, not of what waits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from conversation.events import TimelineLine
from conversation.tables import Contact, Conversation, Message
from conversation.work import Work
from handoff import access, ledger
from handoff.access import Reader, Viewer
from handoff.errors import NothingToJudge, NotHolder, UnknownVerdict
from handoff.ledger import Standing
from handoff.reopening import SAME_MATTER_FOR
from handoff.tables import LIVE_TICKET_STATES, VERDICTS, Ticket, Verdict

JUDGED_FOR = SAME_MATTER_FOR  # after its end, a ticket stands on the page of its conversation for as long
LONGEST_NOTE = 200
MOST_TICKETS = 20_000  # of the newest; a figure of older ones says little of the rules of today
SAMPLES = 3
# Tickets that people opened, or that carry on with an older one: the bot gave no reason there.
OF_PEOPLE = ("agent_takeover", "external", "reopened")
_WILSON_Z = 1.96  # 95 %

_ticket, _verdict, _message = Ticket.__table__, Verdict.__table__, Message.__table__
_contact, _conversation = Contact.__table__, Conversation.__table__
_of_ticket = select(_verdict).where(_verdict.c.ticket_id == bindparam("id"))
_change = update(_verdict).where(_verdict.c.ticket_id == bindparam("id"))
_undo = delete(_verdict).where(_verdict.c.ticket_id == bindparam("id"))
_judged = (
    select(_ticket.c.ticket_id, _ticket.c.conversation_id, _ticket.c.reason, _ticket.c.evidence, _ticket.c.opened_at,
           _verdict.c.kind, _verdict.c.wrong, _verdict.c.note, _verdict.c.said_at)
    .outerjoin(_verdict, _verdict.c.ticket_id == _ticket.c.ticket_id)
    .where(_ticket.c.opened_at >= bindparam("since", type_=_ticket.c.opened_at.type),
           _ticket.c.reason.not_in(OF_PEOPLE),
           _ticket.c.picked_up_at.is_not(None) | _verdict.c.kind.is_not(None))
    .order_by(_ticket.c.opened_at.desc())
    .limit(MOST_TICKETS)
)
_last_words = (
    select(_message.c.text)
    .where(_message.c.conversation_id == bindparam("conversation"), _message.c.author == "contact",
           _message.c.created_at <= bindparam("until", type_=_message.c.created_at.type))
    .order_by(_message.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What an agent says of a ticket's reason: its kind, the places in the evidence she means (none: all), a word."""

    kind: str = VERDICTS[0]
    wrong: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One time a signal was said to be wrong. `text` is the whole message; empty where it must not be quoted."""

    text: str
    quote: str
    note: str
    conversation_id: str
    ticket_id: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """How often a signal was among the reasons (`shown`, in tickets that people had) and how often agents said it was
    wrong. `share` is the share that was right, `low` and `high` its 95 % interval (Wilson); all from 0 to 1.
    `samples` are the last times it was wrong, the newest first.
    """

    signal: str
    shown: int
    wrong: int
    share: float
    low: float
    high: float
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Disputed:
    """A message that agents disputed: its text, what was said of it, the evidence that was taken from it."""

    text: str
    said: str
    evidence: tuple[Mapping[str, Any], ...]
    note: str
    contact_name: str


def is_open_to_verdicts(ticket: Mapping[str, Any], now: datetime) -> bool:
    """Whether the reason of a ticket can be judged now: the bot gave it, and it is open or was until just now. Pure."""
    if ticket["reason"] in OF_PEOPLE:
        return False
    closed_at = ticket["closed_at"]
    return ticket["state"] in LIVE_TICKET_STATES or (closed_at is not None and now - closed_at < JUDGED_FOR)


def may_judge(viewer: Viewer, ticket: Mapping[str, Any] | None, now: datetime) -> bool:
    """The rule for the page: a ticket that can be judged, seen by its holder (to the end) or a supervisor. Pure."""
    if ticket is None or not is_open_to_verdicts(ticket, now):
        return False
    return viewer.sees_everything or ticket["holder_id"] == viewer.agent_id


def judge(work: Work, ticket_id: str, agent_id: str, judged: Judged) -> None:
    """Keep what this agent says of the reason; a later word replaces an earlier one.

    Raises NothingToJudge, NotHolder, UnknownVerdict, UnknownTicket.
    """
    held = _permitted(work, ticket_id, agent_id)
    places = tuple(sorted(set(judged.wrong)))
    if judged.kind not in VERDICTS:
        raise UnknownVerdict(judged.kind, VERDICTS)
    if any(not 0 <= place < len(held.ticket["evidence"]) for place in places):
        raise UnknownVerdict(str(places[-1]), [str(n) for n in range(len(held.ticket["evidence"]))])
    row = {"kind": judged.kind, "wrong": list(places), "note": " ".join(judged.note.split())[:LONGEST_NOTE],
           "agent_id": agent_id, "said_at": work.now}
    if not work.connection.execute(_change.values(**row), {"id": ticket_id}).rowcount:
        work.connection.execute(insert(_verdict).values(ticket_id=ticket_id, **row))
    signals = sorted(_wrong_signals(held.ticket, places)) if judged.kind == "not_a_reason" else []
    _log(work, held, agent_id, {"kind": judged.kind, "signals": signals})


def withdraw(work: Work, ticket_id: str, agent_id: str) -> bool:
    """Take back what was said of the reason; False where nothing was. Raises as `judge`."""
    held = _permitted(work, ticket_id, agent_id)
    done = bool(work.connection.execute(_undo, {"id": ticket_id}).rowcount)
    if done:
        _log(work, held, agent_id, {"kind": "", "signals": []})
    return done


def verdict_of(reader: Reader, ticket_id: str) -> Mapping[str, Any] | None:
    """What was said of a ticket's reason: kind, wrong, note, agent_id, said_at."""
    return reader.execute(_of_ticket, {"id": ticket_id}).mappings().first()


def precision(reader: Reader, since: datetime) -> list[RulePrecision]:
    """How often each signal was right in the tickets opened since then; the most disputed first."""
    shown: dict[str, int] = defaultdict(int)
    wrong: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in reader.execute(_judged, {"since": since}).mappings():
        for signal in _signals(row):
            shown[signal] += 1
        if row["kind"] == "not_a_reason":
            for signal in _wrong_signals(row, row["wrong"]):
                wrong[signal].append(row)
    for rows in wrong.values():
        rows.sort(key=lambda row: row["said_at"], reverse=True)
    texts = _texts(reader, [row for rows in wrong.values() for row in rows[:SAMPLES]])
    found = [_of_rule(signal, count, wrong[signal], texts) for signal, count in shown.items()]
    return sorted(found, key=lambda rule: (-rule.wrong, -rule.shown, rule.signal))


def disputed(reader: Reader, since: datetime) -> Iterator[Disputed]:
    """Every message that a verdict was about, the newest ticket first. What must not be quoted is left out."""
    rows = [row for row in reader.execute(_judged, {"since": since}).mappings() if row["kind"]]
    texts, names = _texts(reader, rows), _names(reader, rows)
    for row in rows:
        by_message: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for entry in _disputed_evidence(row):
            by_message[entry.get("message_id") or ""].append(entry)
        name = names.get(row["conversation_id"], "")
        for message_id, entries in by_message.items() or [("", [])]:
            text = texts.get(message_id) or ("" if message_id else _before(reader, row))
            if text and all(entry.get("quote") for entry in entries):
                yield Disputed(text, row["kind"], tuple(entries), row["note"], name)


def wilson(right: int, of: int) -> tuple[float, float]:
    """The interval in which a share of `right` in `of` lies with 95 %; everything where there is nothing to go by.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not of:
        return 0.0, 1.0
    share, z2 = right / of, _WILSON_Z**2
    middle, reach = share + z2 / (2 * of), _WILSON_Z * sqrt((share * (1 - share) + z2 / (4 * of)) / of)
    return max(0.0, (middle - reach) / (1 + z2 / of)), min(1.0, (middle + reach) / (1 + z2 / of))


def _permitted(work: Work, ticket_id: str, agent_id: str) -> Standing:
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    if not is_open_to_verdicts(held.ticket, work.now):
        raise NothingToJudge
    if not may_judge(viewer, held.ticket, work.now):
        raise NotHolder(ledger.name_of(work, held.ticket["holder_id"]), "verdict")
    return held


def _log(work: Work, held: Standing, agent_id: str, data: Mapping[str, Any]) -> None:
    # the conversation's epoch of now: a verdict on a closed ticket is no part of that ticket's stretch
    epoch = held.conversation["epoch"]
    work.record(TimelineLine("verdict", held.conversation_id, agent_id, held.ticket_id, epoch, data))


def _signals(ticket: Mapping[str, Any]) -> set[str]:
    """What a ticket was opened for: the names of its evidence, or its reason where it has none."""
    return {entry.get("code") or "" for entry in ticket["evidence"]} - {""} or {ticket["reason"]}


def _wrong_signals(ticket: Mapping[str, Any], places: Sequence[int]) -> set[str]:
    evidence = ticket["evidence"]
    chosen = {evidence[place].get("code") or "" for place in places if place < len(evidence)} - {""}
    return chosen or _signals(ticket)


def _of_rule(
    signal: str, shown: int, wrong: Sequence[Mapping[str, Any]], texts: Mapping[str, str]
) -> RulePrecision:
    right = shown - len(wrong)
    low, high = wilson(right, shown)
    samples = tuple(_sample(signal, row, texts) for row in wrong[:SAMPLES])
    return RulePrecision(signal, shown, len(wrong), right / shown, low, high, samples)


def _sample(signal: str, row: Mapping[str, Any], texts: Mapping[str, str]) -> Sample:
    entry: Mapping[str, Any] = next((one for one in _disputed_evidence(row) if one.get("code") == signal), {})
    quote = entry.get("quote") or ""
    text = texts.get(entry.get("message_id") or "", "") if quote else ""
    return Sample(text, quote, row["note"], row["conversation_id"], row["ticket_id"], row["said_at"])


def _disputed_evidence(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    wrong = row["wrong"] or ()
    return [entry for place, entry in enumerate(row["evidence"]) if not wrong or place in wrong]


def _texts(reader: Reader, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was said in the messages that the evidence of these tickets names."""
    wanted = {entry["message_id"] for row in rows for entry in row["evidence"] if entry.get("message_id")}
    query = select(_message.c.message_id, _message.c.text).where(_message.c.message_id.in_(sorted(wanted)))
    return {row.message_id: row.text for row in reader.execute(query)} if wanted else {}


def _names(reader: Reader, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the contacts, by conversation."""
    wanted = sorted({row["conversation_id"] for row in rows})
    query = (
        select(_conversation.c.conversation_id, _contact.c.name)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .where(_conversation.c.conversation_id.in_(wanted))
    )
    return {row.conversation_id: row.name for row in reader.execute(query)} if wanted else {}


def _before(reader: Reader, row: Mapping[str, Any]) -> str:
    """The contact's last words before the ticket, for one that carries no evidence."""
    key = {"conversation": row["conversation_id"], "until": row["opened_at"]}
    return str(reader.execute(_last_words, key).scalar() or "")
