"""What an order's facts say about its parcel, in plain words: the state, what it means, what happens next, when to worry,
where it is, whether it is late.

Certain before guessed: a carrier that was asked itself, then the codes and documented words of what the shop hands on,
then the status of the order, which a guess from free words may refine and never end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date

from carriers import codes, states
from carriers.base import Move, Tracking
from carriers.configuration import Setup
from carriers.desk import key_of
from carriers.lateness import Promise, Sent, late_days, promise
from carriers.states import UNKNOWN

# Orders with one of these have a parcel that a carrier may be asked about.
_ASKED = frozenset({"preparing", "shipped", "out_for_delivery", "at_pickup_point", "attempted", "delayed", "returning", "unknown"})
# What a carrier whose codes are coarse may say in words instead.
_SAID_IN_WORDS = frozenset({"in_customs", "out_for_delivery", "attempted", "at_pickup_point", "returning"})
_LOCALES = {"es": "es_ES", "en": "en_GB", "pt": "pt_BR"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the parcel is. `is_guess`: read from free words alone."""

    state: str
    is_guess: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Parcels:
    """What the shop has set up, ready to be told."""

    setup: Setup = field(default_factory=Setup)

    @property
    def asks(self) -> bool:
        """Whether anybody is asked over the network."""
        return bool(self.setup.trackers)

    def told(self, facts: Mapping[str, Any], language: str, today: date) -> dict[str, Any]:
        """The facts of an order (as `orders.service` gives them) with those of its parcel. Asks a carrier where one is set
        up, and never fails for it."""
        found = dict(facts)
        tracking = self._tracking(found)
        if tracking is not None:
            found |= _of_carrier(found, tracking)
        standing = standing_of(found, tracking)
        due = promise(self.setup.rules, _sent(found))
        found |= _dated(due, late_days(self.setup.rules, due, standing.state, today))
        if not standing.state:
            return found
        said = self.setup.sayings.say(standing.state, language, _blanks(found, standing, due, today, language))
        found |= {"parcel_state": standing.state} | {f"parcel_{part}": text for part, text in said.items()}
        return found | ({"parcel_place": standing.place} if standing.place else {}) | (
            {"parcel_is_guess": True} if standing.is_guess else {})

    def _tracking(self, facts: Mapping[str, Any]) -> Tracking | None:
        if not self.asks or facts.get("status") not in _ASKED:
            return None
        return self.setup.trackers.track(_text(facts, "carrier"), _text(facts, "tracking_number"), _text(facts, "country"))


NO_PARCELS = Parcels()


def standing_of(facts: Mapping[str, Any], tracking: Tracking | None) -> Standing:
    """Where the parcel of an order is; state "" where there is none to speak of."""
    status = _text(facts, "status")
    told = states.of_order(status)
    if not told:
        return Standing("")
    if tracking is not None and tracking.state != UNKNOWN:
        return _of_tracking(tracking)
    last = _last(facts)
    if last is None:
        return Standing(told, place=_text(facts, "pickup_point") if told == "at_pickup_point" else "")
    meant = codes.meaning(_text(facts, "carrier"), "", last.text)
    if meant.state == UNKNOWN or (meant.is_guess and not states.refines(meant.state, status)):
        return Standing(told, place=last.place)
    if not meant.is_guess and told in states.FINAL:
        return Standing(told, place=last.place)  # the shop knows better how it ended
    return Standing(meant.state, meant.is_guess and meant.state != told, last.place)


def _of_tracking(tracking: Tracking) -> Standing:
    words = tracking.moves[0].text if tracking.moves else ""
    guessed = codes.guess(codes.fold_text(words)) if tracking.is_coarse else UNKNOWN
    if tracking.state in ("in_transit", "exception") and guessed in _SAID_IN_WORDS and guessed != tracking.state:
        return Standing(guessed, True, tracking.place)
    return Standing(tracking.state, False, tracking.place)


def _of_carrier(facts: Mapping[str, Any], tracking: Tracking) -> dict[str, Any]:
    """What a carrier's own word changes in the facts of the order."""
    found: dict[str, Any] = {}
    status = states.to_order(tracking.state)
    if tracking.state != UNKNOWN and states.of_order(_text(facts, "status")) != tracking.state:
        found["status"] = "delayed" if status == "shipped" and facts.get("status") == "delayed" else status
    if tracking.delivered_on:
        found["delivered_on"] = tracking.delivered_on.isoformat()
    if tracking.eta:
        found["eta"] = tracking.eta.isoformat()
    if tracking.pickup_point:
        found["pickup_point"] = tracking.pickup_point
    if tracking.pickup_until:
        found["pickup_until"] = tracking.pickup_until.isoformat()
    moves = [move for move in reversed(tracking.moves) if move.at and move.text]
    if moves:
        found["events"] = [{"at": move.at.isoformat() if move.at else "", "text": move.text}
                           | ({"place": move.place} if move.place else {}) for move in moves]
    return found


def _dated(due: Promise, late: int) -> dict[str, Any]:
    """The promise and how late it is; a day that was counted stands where the shop gave none."""
    found: dict[str, Any] = {"late_days": late, "days_late": late}
    if due.source:
        found["promise_from"] = due.source
    if due.source == "rule" and due.day:
        found["promised_on"] = due.day.isoformat()
    return found


def _sent(facts: Mapping[str, Any]) -> Sent:
    events = [_day(event.get("at")) for event in facts.get("events") or ()]
    left = min((day for day in events if day), default=None) or _day(facts.get("ships_on"))
    return Sent(key_of(_text(facts, "carrier")), _text(facts, "country"), left, _day(facts.get("promised_on")), _day(facts.get("eta")))


def _blanks(facts: Mapping[str, Any], standing: Standing, due: Promise, today: date, language: str) -> dict[str, str]:
    coming = next((day for day in (_day(facts.get("eta")), due.day) if day and day >= today), None)
    day = _day(facts.get("delivered_on")) if standing.state == "delivered" else coming
    until = _day(facts.get("pickup_until"))
    return {
        "carrier": _text(facts, "carrier"), "place": standing.place, "point": _text(facts, "pickup_point"),
        "day": day_text(day, language) if day else "", "until": day_text(until, language) if until and until >= today else "",
    }


def day_text(day: date, language: str) -> str:
    """A day as texts to customers write it: “martes, 24 de noviembre”."""
    pattern = "EEEE, d MMMM" if language == "en" else "EEEE, d 'de' MMMM"
    return str(format_date(day, pattern, locale=_LOCALES.get(language, "es_ES")))


def _last(facts: Mapping[str, Any]) -> Move | None:
    events = [event for event in facts.get("events") or () if event.get("at")]
    if not events:
        return None
    last = max(events, key=_moment)
    return Move(_moment(last), str(last.get("text", "")), "", str(last.get("place", "")))


def _moment(event: Mapping[str, Any]) -> datetime:
    at = datetime.fromisoformat(str(event["at"]))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
