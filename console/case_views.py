"""Cases as their pages show them. Words come from incidents/words, days from the agent's formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from console import here, naming
from console.case_sight import Filters, shop_calendar
from console.formats import as_utc
from console.transcripts import agent_names
from incidents import case_rows, needs
from incidents.case_rows import Dossier
from incidents.cases import STEPS
from incidents.claim_rules import DOCUMENTED, PHOTO_KINDS, UNDOCUMENTED, CarrierRules, Period, Rule
from incidents.photo_rows import TAKEN_OFF
from incidents.tables import KINDS, STATES, WHO
from incidents.vocabulary import need_text, word

Row = Mapping[str, Any]
TONES = {"open": "wait", "ready": "person", "claimed": "line", "accepted": "good", "refused": "harm", "closed": "line"}
DAYS = ("delivered_on", "shipped_on", "promised_on", "notice_on")


def say(group: str, code: str) -> str:
    """A word of the cases in the agent's language."""
    return word(here.language(), group, code)


def row(case: Row, agents: Mapping[str, str]) -> dict[str, Any]:
    """A line of the list."""
    name = case["contact_name"] or here.texts()("list.nobody")
    return brief(case) | {"name": naming.first_name(name), "holder": agents.get(case["holder_id"] or "", "")}


def brief(case: Row) -> dict[str, Any]:
    """What is said of a case in one line."""
    terms = rule_of(case).terms
    return {
        "code": case["code"], "url": url_for("console.incident", incident_id=case["incident_id"]), "kind": say("kinds", case["kind"]),
        "state": case["state"], "state_text": say("states", case["state"]), "tone": TONES[case["state"]],
        "terms": say("terms", terms) if terms == UNDOCUMENTED and case["state"] == "open" else "",
        "order": case["order_reference"], "carrier": carrier_name(case["carrier"]), "opened_at": case["opened_at"],
        "deadline": deadline(case),
    }


def rule_of(case: Row) -> Rule:
    """What its carrier asks for with a claim of its kind."""
    return here.desk().rules.book.rule(case["carrier"], case["kind"])


def own_day(case: Row) -> date | None:
    """The day by which the shop wants to have claimed; None where the carrier's or the law's last day is known, or it is over."""
    return shop_calendar().own_day(case) if case["state"] in ("open", "ready") else None


def carrier_name(key: str) -> str:
    known = here.desk().rules.book.carriers.get(key)
    return known.name if known else key


def deadline(case: Row) -> dict[str, Any]:
    """The clock of the claim: its words, its tone, and the day. Once claimed there is none."""
    words, f = here.texts(), here.formats()
    if case["state"] not in ("open", "ready"):
        return {"text": "", "tone": "", "day": None}
    today, ours = shop_calendar().day(f.now), own_day(case)
    if ours is not None:
        tone = "wait" if (ours - today).days <= needs.SOON_DAYS[0] else ""
        return {"text": words("case.own_day", unknown=say("unknown", "deadline"), day=f.day(ours)), "tone": tone, "day": None}
    last = case["deadline_on"]
    left = (last - today).days
    period = rule_of(case).deadline
    by_law = f" · {words('case.by_law')}" if period and period.by == "law" else ""
    if left < 0:
        return {"text": words("case.over", n=-left, day=f.day(last)) + by_law, "tone": "harm", "day": last}
    tone = "harm" if left <= 1 else "wait" if left <= needs.SOON_DAYS[0] else ""
    key = "case.today" if left == 0 else "case.left"
    return {"text": words(key, n=left, day=f.day(last)) + by_law, "tone": tone, "day": last}


def whole(session: Session, found: Dossier) -> dict[str, Any]:
    """Everything of the page of a case."""
    case, names = found.case, agent_names(session)
    carrier = here.desk().rules.book.carriers.get(case["carrier"])
    return brief(case) | {
        "id": case["incident_id"], "version": case["version"], "conversation_id": case["conversation_id"],
        "opened_by": names.get(case["opened_by"] or "", ""), "what": (case["details"] or {}).get("what", ""),
        "steps": [name for name, (before, _) in STEPS.items() if case["state"] in before],
        "is_over": case["state"] == "closed", "facts": facts(case), "fields": _fields(case),
        "needs": [need(one) for one in found.needs], "lacks": sum(1 for one in found.needs if one.state == needs.LACK),
        "whole": found.rule.terms, "whole_text": say("terms", found.rule.terms) if found.rule.terms != DOCUMENTED else "",
        "ticks": _ticks(found), "photos": _photos(session, found),
        "loose": len(case_rows.loose_files(session, case["conversation_id"])),
        "statements": [_statement(one, names) for one in found.statements],
        "tasks": [_task(one, names) for one in found.tasks], "history": _history(session, case, names),
        "rule": _rule(found, carrier), "photo_kinds": [(kind, say("photos", kind)) for kind in PHOTO_KINDS],
        "who": [(code, say("who", code)) for code in WHO],
    }


def facts(case: Row) -> list[tuple[str, str]]:
    """What is known of the parcel and the claim, for reading."""
    f, order = here.formats(), case["order_facts"] or {}
    money = f.money(case["amount"], case["currency"]) if case["amount"] else ""
    got = f.money(case["recovered"], case["currency"]) if case["recovered"] else ""
    shipped = needs.base_day("shipping", order)
    pairs = [
        ("carrier", carrier_name(case["carrier"])), ("tracking", case["tracking_number"]),
        ("shipped", f.day(shipped) if shipped else ""), ("promised", _day(order.get("promised_on"))),
        ("delivered", _day(order.get("delivered_on"))), ("amount", money), ("recovered", got),
        ("wish", say("wishes", case["wish"]) if case["wish"] else ""), ("reference", case["claim_reference"]),
        ("outcome", case["outcome"]),
    ]
    words = here.texts()
    return [(words(f"case.facts.{code}"), value) for code, value in pairs if value]


def need(one: needs.Need) -> dict[str, Any]:
    """A line of the check list."""
    count = f" ({one.has}/{one.wants})" if one.group == "photo" and one.wants > 1 else ""
    return {"group": one.group, "code": one.code, "state": one.state, "text": need_text(one, here.language()) + count}


def choices(cases: Sequence[Row], wanted: Filters) -> list[dict[str, Any]]:
    """The filters of the list."""
    words = here.texts()
    carriers = sorted({case["carrier"] for case in cases if case["carrier"]} | ({wanted.carrier} if wanted.carrier else set()))
    states = [("open", words("case.under_way")), *((code, say("states", code)) for code in STATES[1:]), ("all", words("case.all"))]
    return [
        {"name": "state", "value": wanted.state, "options": states, "any": False},
        {"name": "kind", "value": wanted.kind, "options": [(kind, say("kinds", kind)) for kind in KINDS], "any": True},
        {"name": "carrier", "value": wanted.carrier, "options": [(key, carrier_name(key)) for key in carriers], "any": True},
    ]


def _fields(case: Row) -> dict[str, str]:
    """What an agent may put right, as the form has it."""
    order = case["order_facts"] or {}
    return {"carrier": case["carrier"], "tracking_number": case["tracking_number"], "amount": case["amount"],
            "currency": case["currency"], "wish": case["wish"],
            **{name: str(order.get(name) or "")[:10] for name in DAYS}}


def _ticks(found: Dossier) -> list[dict[str, Any]]:
    """Documents and statements that somebody says are there."""
    ticked = set((found.case["details"] or {}).get("ticked") or ())
    wanted = [*(found.rule.documents or ()), *(found.rule.statements or ())]
    return [{"code": code, "text": say("needs", code), "on": code in ticked} for code in dict.fromkeys([*wanted, *sorted(ticked)])]


def _photos(session: Session, found: Dossier) -> list[dict[str, Any]]:
    twins = case_rows.twins(session, found.photos)
    return [
        {"id": photo["incident_photo_id"], "kind": photo["kind"], "kind_text": say("photos", photo["kind"]) if photo["kind"] else "",
         "refused": photo["refused"], "why": _why(photo, twins.get(photo["twin_id"] or "", "")),
         "waits": not photo["sha256"] and not photo["refused"], "off": photo["refused"] == TAKEN_OFF, "said_at": photo["said_at"],
         "thumb": url_for("console.media_thumb", attachment_id=photo["attachment_id"]) if photo["thumbnail"] else "",
         "url": url_for("console.media_file", attachment_id=photo["attachment_id"]) if photo["stored_name"] else "",
         "name": photo["filename"] or ""}
        for photo in found.photos
    ]


def _why(photo: Row, twin: str) -> str:
    if not photo["refused"]:
        return ""
    text = say("refused", photo["refused"])
    return f"{text}: {twin}" if twin else text


def _statement(one: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return {"who": say("who", one["who"]), "name": one["name"], "text": one["text"], "at": one["said_at"],
            "by": names.get(one["agent_id"] or "", "")}


def _task(one: Row, names: Mapping[str, str]) -> dict[str, Any]:
    due, now = _aware(one["due_at"]), here.formats().now
    return {"id": one["incident_task_id"], "who": say("who", one["who"]), "text": one["text"] or say("tasks", one["code"]),
            "due_at": one["due_at"], "is_late": one["done_at"] is None and due is not None and due < now,
            "done_at": one["done_at"], "by": names.get(one["done_by"] or "", "")}


def _history(session: Session, case: Row, names: Mapping[str, str]) -> list[dict[str, Any]]:
    words = here.texts()
    lines = []
    for entry in case_rows.history(session, case):
        data = entry["data"] or {}
        state = say("states", str(data.get("state", ""))) if data.get("state") else ""
        text = words.either(f"case.happened.{entry['kind'].removeprefix('case_')}", "case.happened.changed")
        if data.get("ours"):
            text = words("case.happened.own_reminder")
        if entry["kind"] == "case_photos" and entry["actor"] == "system":
            text = words("case.happened.photos_by_themselves", n=int(data.get("n", 1)))
        more = " · ".join(str(data[name]) for name in ("reference", "outcome", "day") if data.get(name))
        lines.append({"at": entry["at"], "text": text, "by": names.get(entry["actor"], ""), "more": more or state})
    return lines


def _rule(found: Dossier, carrier: CarrierRules | None) -> dict[str, Any]:
    """What the carrier asks for, where that was read, and what nobody has found published."""
    language, f, rule = here.language(), here.formats(), found.rule
    return {
        "known": bool(rule.sources), "deadline": _period(rule.deadline), "earliest": _period(rule.earliest),
        "note": rule.note.get(language) or rule.note.get("es") or "", "basis": rule.basis.get(language) or rule.basis.get("es") or "",
        "where": list(carrier.where.values()) if carrier else [], "claims": say("claimants", carrier.claims) if carrier and carrier.claims else "",
        "sources": [{"url": one.url, "day": f.day(one.read)} for one in rule.sources],
    }


def _period(period: Period | None) -> str:
    if period is None:
        return ""
    words = here.texts()
    base = say("bases", period.of) if period.of else words("case.from_unknown")
    told = words(f"case.period_{period.count}", n=period.days, base=base)
    return f"{told} · {words('case.by_law')}" if period.by == "law" else told


def _day(text: Any) -> str:
    try:
        return here.formats().day(date.fromisoformat(str(text)[:10]))
    except ValueError:
        return ""


def _aware(at: datetime | None) -> datetime | None:
    return as_utc(at) if at else None
