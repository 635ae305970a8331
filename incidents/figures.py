"""What came of the cases of a time, by carrier and by kind: counted, never guessed. Pure but for the reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incidents.claim_rules import UNDOCUMENTED, RuleBook
from incidents.tables import Incident

MOST = 20_000
NO_RULES = RuleBook()
_incident = Incident.__table__


@dataclass(slots=True)
class Tally:
    """Of so many cases; of `undocumented` nobody publishes what their carriers ask for. `in_time` of those `timed`: claimed by
    the carrier's last day, never by one of ours. Money by currency."""

    cases: int = 0
    undocumented: int = 0
    claimed: int = 0
    timed: int = 0
    in_time: int = 0
    accepted: int = 0
    refused: int = 0
    asked: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    got: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    days: list[float] = field(default_factory=list)

    @property
    def decided(self) -> int:
        return self.accepted + self.refused

    @property
    def median_days(self) -> float | None:
        """Half of those that ended took no longer."""
        return sorted(self.days)[(len(self.days) - 1) // 2] if self.days else None


@dataclass(frozen=True, slots=True)
class Figures:
    total: Tally
    carriers: Mapping[str, Tally]
    kinds: Mapping[str, Tally]


def rows(session: Session, since: datetime, until: datetime) -> Sequence[Mapping[str, Any]]:
    """The cases that were opened in this time, the newest first."""
    query = select(_incident).where(_incident.c.opened_at >= since, _incident.c.opened_at < until)
    return session.execute(query.order_by(_incident.c.opened_at.desc()).limit(MOST)).mappings().all()


def added(cases: Iterable[Mapping[str, Any]], book: RuleBook = NO_RULES, zone: tzinfo = UTC) -> Figures:
    """All of them, by carrier, by kind; days are those of this zone."""
    total, carriers, kinds = Tally(), defaultdict[str, Tally](Tally), defaultdict[str, Tally](Tally)
    for case in cases:
        for tally in (total, carriers[case["carrier"]], kinds[case["kind"]]):
            _add(tally, case, zone)
            tally.undocumented += is_undocumented(case, book)
    return Figures(total, dict(carriers), dict(kinds))


def is_undocumented(case: Mapping[str, Any], book: RuleBook) -> bool:
    """Whether nobody publishes what its carrier asks for with a claim of its kind."""
    return book.rule(case["carrier"], case["kind"]).terms == UNDOCUMENTED


def was_in_time(case: Mapping[str, Any], zone: tzinfo = UTC) -> bool | None:
    """Whether it was claimed by the last day; None where it was not claimed, or nobody knows that day."""
    if case["claimed_at"] is None or case["deadline_on"] is None:
        return None
    return bool(_utc(case["claimed_at"]).astimezone(zone).date() <= case["deadline_on"])


def _add(tally: Tally, case: Mapping[str, Any], zone: tzinfo) -> None:
    tally.cases += 1
    timely = was_in_time(case, zone)
    tally.timed += timely is not None
    tally.in_time += bool(timely)
    is_claimed = case["claimed_at"] is not None
    tally.claimed += is_claimed
    tally.accepted += case["verdict"] == "accepted"
    tally.refused += case["verdict"] == "refused"
    if is_claimed:
        tally.asked[case["currency"]] += _money(case["amount"])
    if case["recovered"]:
        tally.got[case["currency"]] += _money(case["recovered"])
    if case["closed_at"]:
        tally.days.append((_utc(case["closed_at"]) - _utc(case["opened_at"])).total_seconds() / 86_400)


def _money(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
