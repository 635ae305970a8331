"""What a case has, what it lacks, and until when it can be claimed. Pure: rules and facts in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from incidents.claim_rules import UNDOCUMENTED, Period, Rule

SOON_DAYS = (3, 1)  # so long before the last day people are reminded
HAVE, LACK, UNKNOWN = "have", "lack", "unknown"
# Without these no carrier takes a claim, whatever its rules say.
ALWAYS = ("order", "tracking", "what_happened")


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a claim wants. `group` photo, document, statement or fact; `state` have, lack or unknown."""

    group: str
    code: str
    state: str
    has: int = 0
    wants: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a case has: its row, photos that count, statements, and what an agent ticked as there."""

    case: Mapping[str, Any]
    photos: Sequence[str] = ()
    ticked: frozenset[str] = frozenset()


def of(rule: Rule, evidence: Evidence) -> tuple[Need, ...]:
    """Everything that the claim wants; what no documentation shows is one line that says so."""
    return (*_facts(evidence), *_photos(rule.photos, evidence.photos), *_ticked("document", rule.documents, evidence),
            *_ticked("statement", rule.statements, evidence))


def is_complete(needs: Sequence[Need]) -> bool:
    """Nothing lacks. What is unknown holds nobody back: nobody could ever find out that it is there."""
    return not any(need.state == LACK for need in needs)


def is_ready(rule: Rule, needs: Sequence[Need]) -> bool:
    """Nothing lacks of what the carrier asks for. Where it documents nothing, nobody can say so: it must be asked."""
    return rule.terms != UNDOCUMENTED and is_complete(needs)


def lacks_photos(needs: Sequence[Need]) -> bool:
    """Whether a photo that comes now is wanted: one lacks, or nobody says how many and there is none."""
    return any(need.group == "photo" and (need.state == LACK or (need.state == UNKNOWN and not need.has)) for need in needs)


def own_day(opened_on: date, days: int) -> date:
    """The day by which we want to have claimed where nobody says until when: ours, never the carrier's."""
    return opened_on + timedelta(days=days)


def _facts(evidence: Evidence) -> list[Need]:
    case = evidence.case
    present = {"order": bool(case["order_reference"]), "tracking": bool(case["tracking_number"]),
               "what_happened": bool((case["details"] or {}).get("what")) or case["kind"] in ("lost", "late")}
    return [Need("fact", code, HAVE if present[code] else LACK, int(present[code])) for code in ALWAYS]


def _photos(wanted: Mapping[str, int] | None, photos: Sequence[str]) -> list[Need]:
    """Photos that nobody has sorted stand for whatever kind still lacks some."""
    if wanted is None:
        return [Need("photo", "", UNKNOWN, len(photos), 0)]
    sorted_ones = {kind: sum(1 for one in photos if one == kind) for kind in wanted}
    loose = sum(1 for one in photos if not one)
    needs = []
    for kind, count in wanted.items():
        used = min(loose, max(0, count - sorted_ones[kind]))
        loose -= used
        has = sorted_ones[kind] + used
        needs.append(Need("photo", kind, HAVE if has >= count else LACK, has, count))
    return needs


def _ticked(group: str, wanted: Sequence[str] | None, evidence: Evidence) -> list[Need]:
    if wanted is None:
        return [Need(group, "", UNKNOWN, 0, 0)]
    return [Need(group, code, HAVE if code in evidence.ticked else LACK, int(code in evidence.ticked)) for code in wanted]


def deadline(period: Period | None, facts: Mapping[str, Any]) -> date | None:
    """The last day of a claim; None where the rule, or the day it counts from, is not known."""
    begin = base_day(period.of, facts) if period else None
    if period is None or begin is None:
        return None
    return begin + timedelta(days=period.days) if period.count == "calendar" else _working(begin, period.days)


def base_day(base: str | None, facts: Mapping[str, Any]) -> date | None:
    """The day of the order that a deadline counts from."""
    delivered, promised = _day(facts.get("delivered_on")), _day(facts.get("promised_on"))
    if base == "due":
        return min((day for day in (delivered, promised) if day), default=None)
    if base == "shipping":
        return _day(facts.get("shipped_on")) or _first_event(facts)
    return {"delivery": delivered, "promised": promised, "notice": _day(facts.get("notice_on"))}.get(base or "")


def reminder(last: date | None, told: date | None, today: date) -> int | None:
    """How many days before the end somebody is to be reminded now; None when not, or when it was done already."""
    if last is None:
        return None
    due = [days for days in SOON_DAYS if today >= last - timedelta(days=days)]
    if not due:
        return None
    nearest = min(due)
    return None if told is not None and told >= last - timedelta(days=nearest) else nearest


def _working(begin: date, days: int) -> date:
    """From Monday to Friday; holidays differ from town to town and are not known here."""
    day = begin
    while days > 0:
        day += timedelta(days=1)
        days -= int(day.weekday() < 5)
    return day


def _first_event(facts: Mapping[str, Any]) -> date | None:
    days = [_day(str(event.get("at", ""))[:10]) for event in facts.get("events") or ()]
    return min((day for day in days if day), default=None)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
