"""Opening a case and moving it on: one transaction each, compare-and-set by its version, with its line of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from conversation import alarms, ids
from conversation.events import TimelineLine
from conversation.tables import Contact, Conversation
from conversation.work import Work
from incidents import case_rows, needs, order_facts, photo_rows, tasks
from incidents.claim_rules import UNDOCUMENTED, RuleBook
from incidents.errors import BadField, IllegalStep, StaleCase, UnknownCase
from incidents.tables import KINDS, Incident

Row = Mapping[str, Any]
WISHES = ("replace", "refund", "open")
STEPS = {  # step: (from which states, to which)
    "claim": (("open", "ready"), "claimed"),
    "accept": (("claimed",), "accepted"),
    "refuse": (("claimed",), "refused"),
    "close": (("open", "ready", "claimed", "accepted", "refused"), "closed"),
}
BOT = "bot"
FLAG = "cases"  # a fact of the contact: she has, or had, a case
LONGEST = 2_000
LONGEST_NUMBER = 80  # of a parcel
_BOUNDS = {"what": LONGEST, "tracking_number": LONGEST_NUMBER}
_FIRST = 1_001
_LOCK = 0x494E43  # PostgreSQL: who opens a case waits for who opens another, so that codes are never given twice

_incident, _contact, _conversation = Incident.__table__, Contact.__table__, Conversation.__table__


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when a case begins. `order` are the facts of the order as the shop tells them.

    `is_proven`: whoever it is about has shown that the order is hers; else the case stays apart from those of the order.
    """

    kind: str
    order_reference: str
    order_key: str
    conversation_id: str
    order: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""
    wish: str = ""
    by: str | None = None
    ticket_id: str | None = None
    is_proven: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    case: Row
    is_new: bool


def open_case(work: Work, book: RuleBook, opening: Opening) -> Opened:
    """Begin a case with the photos she sent, or go on with the one that is open for this order and kind.

    Raises BadField, UnknownCase for a conversation that is not there.
    """
    if opening.kind not in KINDS:
        raise BadField("kind", f"use one of {', '.join(KINDS)}.")
    if not opening.order_key:
        raise BadField("order", "write the number of the order, such as AB-12345.")
    contact_id = _contact_of(work, opening.conversation_id)
    _one_at_a_time(work)
    key = opening.order_key if opening.is_proven else f"{opening.order_key}?{opening.conversation_id}"
    known = case_rows.open_of_order(work.connection, key, opening.kind) or _proven_since(work, opening)
    if known is not None:
        _add_words(work, known, opening)
        photo_rows.add_sent(work, known["incident_id"], opening.conversation_id, _since(work, opening))
        return Opened(refresh(work, book, known["incident_id"]), False)
    row = _new_row(work, book, opening, contact_id, key)
    work.connection.execute(insert(_incident).values(row))
    photo_rows.add_sent(work, row["incident_id"], opening.conversation_id, _since(work, opening))
    tasks.begin(work, row)
    _flag(work, contact_id)
    log(work, row, "case_opened", opening.by, trouble=row["kind"], order=row["order_reference"])
    fresh = refresh(work, book, row["incident_id"])
    # whoever opened it says so herself: the bot in its flow, an agent in her own words
    _write(work, fresh, {"told_state": fresh["state"]})
    return Opened(case_rows.find(work.connection, row["incident_id"]), True)


def refresh(work: Work, book: RuleBook, incident_id: str) -> Row:
    """Look again at what the case has: its last day, and whether anything lacks. Returns it as it is then."""
    case = case_rows.find(work.connection, incident_id)
    found = case_rows.dossier(work.connection, book, case)
    last = needs.deadline(found.rule.deadline, case["order_facts"] or {})
    changes: dict[str, Any] = {"deadline_on": last} if last != case["deadline_on"] else {}
    wanted = "ready" if needs.is_ready(found.rule, found.needs) else "open"
    if case["state"] in ("open", "ready") and case["state"] != wanted:
        changes |= {"state": wanted, "state_at": work.now}
    if changes:
        _write(work, case, changes)
        if changes.get("state") == "ready":
            log(work, case, "case_ready", None)
    if case["state"] in ("open", "ready") and case["facts_due_at"] is None:
        tasks.ask_terms(work, case, found.tasks, found.rule.terms == UNDOCUMENTED)
    return case_rows.find(work.connection, incident_id)


@dataclass(frozen=True, slots=True)
class Step:
    """A move that an agent makes. `version` is that of the page she saw; None: whatever it is now."""

    name: str
    by: str
    version: int | None = None
    reference: str = ""
    amount: str = ""
    outcome: str = ""


def move(work: Work, incident_id: str, step: Step) -> Row:
    """Claimed, accepted, refused, closed. Raises UnknownCase, StaleCase, IllegalStep, BadField."""
    case = case_rows.find(work.connection, incident_id)
    before, after = STEPS[step.name]
    if step.version is not None and step.version != case["version"]:
        raise StaleCase(case["code"])
    if case["state"] not in before:
        raise IllegalStep(case["code"], case["state"], step.name)
    _write(work, case, {"state": after, "state_at": work.now, **_columns(work, case, step)})
    tasks.moved(work, case, after)
    alarms.clear(work, f"case:{incident_id}")  # whatever its last day was, somebody has seen to it
    facts = {"reference": step.reference[:120], "amount": step.amount, "outcome": step.outcome[:200]}
    log(work, case, f"case_{after}", step.by, **{name: value for name, value in facts.items() if value})
    return case_rows.find(work.connection, incident_id)


@dataclass(frozen=True, slots=True)
class Correction:
    """What an agent puts right: columns, days of the order (`days`), what happened, what is there (`ticked`)."""

    changes: Mapping[str, Any]
    by: str
    version: int | None = None


def change(work: Work, book: RuleBook, incident_id: str, wanted: Correction) -> Row:
    """Put right what is known. Raises UnknownCase, StaleCase, BadField, IllegalStep for a closed one."""
    case = case_rows.find(work.connection, incident_id)
    if wanted.version is not None and wanted.version != case["version"]:
        raise StaleCase(case["code"])
    if case["state"] == "closed":
        raise IllegalStep(case["code"], "closed", "change")
    given = dict(wanted.changes)
    for name, most in _BOUNDS.items():
        if len(str(given.get(name) or "")) > most:
            raise BadField(name, f"write no more than {most} characters.")
    details = dict(case["details"] or {}) | {name: given.pop(name) for name in ("what", "ticked") if name in given}
    facts = dict(case["order_facts"] or {}) | {name: day for name, day in (given.pop("days", None) or {}).items() if day}
    if "amount" in given:
        given["amount"] = money("amount", given["amount"])
    if "carrier" in given:
        given["carrier"] = book.key_of(given["carrier"]) or given["carrier"].strip()[:60]
    _write(work, case, {**given, "details": details, "order_facts": facts})
    log(work, case, "case_changed", wanted.by, fields=sorted(wanted.changes))
    return refresh(work, book, incident_id)


def fill(work: Work, book: RuleBook, incident_id: str, order: Mapping[str, Any]) -> Row:
    """The shop tells the order at last; empty: it has none of this number. Raises UnknownCase, StaleCase."""
    case = case_rows.find(work.connection, incident_id)
    _write(work, case, order_facts.columns(case, book, order) if order else {"facts_due_at": None})
    if not order:
        return case
    log(work, case, "case_changed", "system", fields=["order_facts"])
    return refresh(work, book, incident_id)


def log(work: Work, case: Row, kind: str, by: str | None, **data: Any) -> None:
    """The line of the timeline about what happened to a case."""
    facts = {"incident": case["incident_id"], "code": case["code"], **data}
    work.record(TimelineLine(kind, case["conversation_id"] or "", by or BOT, case["ticket_id"], data=facts))


def money(field_name: str, value: str) -> str:
    """An amount as decimal text; a comma is a point. Raises BadField."""
    bare = value.strip().replace(" ", "").replace(",", ".")
    if not bare:
        return ""
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        raise BadField(field_name, "write the amount in digits, such as 59.90.") from None
    if not amount.is_finite() or not 0 <= amount < 10_000_000:
        raise BadField(field_name, "write the amount in digits, such as 59.90.")
    return f"{amount:f}"


def _columns(work: Work, case: Row, step: Step) -> dict[str, Any]:
    columns: dict[str, Any] = {"outcome": step.outcome.strip()[:LONGEST] or case["outcome"]}
    if step.name == "claim":
        columns |= {"claim_reference": step.reference.strip()[:120], "claimed_at": work.now}
        if step.amount:
            columns["amount"] = money("amount", step.amount)
    if step.name == "accept":
        columns |= {"recovered": money("amount", step.amount) or case["amount"], "verdict": "accepted"}
    if step.name == "refuse":
        columns["verdict"] = "refused"
    if step.name == "close":
        columns["closed_at"] = work.now
    return columns


def _write(work: Work, case: Row, columns: Mapping[str, Any]) -> None:
    done = work.connection.execute(
        update(_incident).where(_incident.c.incident_id == case["incident_id"], _incident.c.version == case["version"])
        .values(**columns, version=case["version"] + 1))
    if done.rowcount != 1:
        raise StaleCase(case["code"])


def _new_row(work: Work, book: RuleBook, opening: Opening, contact_id: str, key: str) -> dict[str, Any]:
    order = dict(opening.order)
    return {
        "incident_id": ids.new("inc"), "code": f"INC-{_next_number(work)}", "kind": opening.kind, "state": "open",
        "conversation_id": opening.conversation_id, "contact_id": contact_id, "ticket_id": opening.ticket_id,
        "order_reference": opening.order_reference, "order_key": key, "order_facts": order,
        "carrier": book.key_of(str(order.get("carrier") or "")) or str(order.get("carrier") or "")[:60],
        "tracking_number": str(order.get("tracking_number") or "")[:LONGEST_NUMBER], "details": {"what": opening.what.strip()[:LONGEST]},
        "wish": opening.wish if opening.wish in WISHES else "", "amount": str(order.get("total") or ""), "recovered": "", "verdict": "",
        "facts_due_at": None if order else work.now + order_facts.FIRST, "facts_tries": 0,
        "currency": str(order.get("currency") or ""), "claim_reference": "", "outcome": "", "opened_by": opening.by,
        "opened_at": work.now, "state_at": work.now, "told_state": "open", "version": 1}


def _add_words(work: Work, case: Row, opening: Opening) -> None:
    """She tells of the same trouble again: what she says now is kept beside what she said before."""
    before = str((case["details"] or {}).get("what") or "")
    said = opening.what.strip()
    if said and said not in before:
        details = dict(case["details"] or {}) | {"what": f"{before}\n{said}".strip()[:LONGEST]}
        _write(work, case, {"details": details})


def _proven_since(work: Work, opening: Opening) -> Row | None:
    """The case that began in this conversation before anybody knew that the order was hers: from now on it is the order's."""
    apart = f"{opening.order_key}?{opening.conversation_id}"
    case = case_rows.open_of_order(work.connection, apart, opening.kind) if opening.is_proven else None
    if case is None:
        return None
    _write(work, case, {"order_key": opening.order_key, "order_facts": dict(case["order_facts"] or opening.order)})
    return case_rows.find(work.connection, case["incident_id"])


def _contact_of(work: Work, conversation_id: str) -> str:
    query = select(_conversation.c.contact_id).where(_conversation.c.conversation_id == conversation_id)
    found = work.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise UnknownCase(conversation_id)
    return str(found)


def _one_at_a_time(work: Work) -> None:
    if not work.is_sqlite:
        work.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _next_number(work: Work) -> int:
    length = func.length(_incident.c.code)
    last = work.connection.execute(
        select(_incident.c.code).order_by(length.desc(), _incident.c.code.desc()).limit(1)).scalar_one_or_none()
    return int(last.rpartition("-")[2]) + 1 if last else _FIRST


def _flag(work: Work, contact_id: str) -> None:
    """So that nobody looks for cases of a contact who never had one."""
    row = work.connection.execute(select(_contact.c.facts, _contact.c.person_id).where(_contact.c.contact_id == contact_id)).one()
    same = _contact.c.person_id == row.person_id if row.person_id else _contact.c.contact_id == contact_id
    if not work.is_sqlite:
        new = _contact.c.facts.op("||")(bindparam("new", {FLAG: True}, JSONB))
        work.connection.execute(update(_contact).where(same).values(facts=new))
        return
    for one in work.connection.execute(select(_contact.c.contact_id, _contact.c.facts).where(same)).all():
        work.connection.execute(update(_contact).where(_contact.c.contact_id == one.contact_id)
                                .values(facts={**one.facts, FLAG: True}))


def _since(work: Work, opening: Opening) -> Any:
    return work.now - timedelta(days=7 if opening.by else 1)
