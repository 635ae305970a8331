"""The watch over our channels: asks the providers how each stands, every few minutes or when somebody wants to know.

A sweep of the slow worker, with no transaction open while it asks. Rows say what is due (`check_due_at`), so
that several workers never ask twice and a button of the console needs no bell. What is wrong becomes an alarm, what is
well again ends it; what the provider did not tell changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import config
from channels import accounts, asking, places
from channels.asking import Ask
from channels.probing import Found, Place
from conversation import alarms, channel_health
from conversation.alarms import Trouble
from conversation.work import Database, Work
from pipeline.channel_silence import unusual

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
# Keys of what happens rather than lasts: nobody else can say that it is over.
PASSING = ("foreign:", "account:", "sms_", "spam_limit:", "template_refused:", "region_refused:", "recipient_refused:",
           "request_refused:", "flows:clash:", "news_budget:")
QUIET = timedelta(hours=24)  # so long it did not happen again
SERVING = frozenset({"token", "permission", "account", "number", "callback", "subscription"})  # without them nobody is served


@dataclass(frozen=True, slots=True)
class Watch:
    """What the watch looks at. `every` is the time between two checks of a channel; zero: only when asked for."""

    database: Database
    places: Sequence[Place]
    bases: tuple[str, ...]
    every: timedelta

    def look(self) -> int:
        """Check every channel that is due and that nobody else is at; returns how many."""
        with self.database.reading() as session:
            due_at = channel_health.due_times(session)
        due = [place for place in self.places if self._is_due(due_at.get((place.kind, place.account)))]
        mine = [place for place in due if self._claim(place)]
        if mine:
            self.check(mine)
        return len(mine)

    def check(self, wanted: Sequence[Place]) -> None:
        """Check these channels now, and write down what was found."""
        with closing(asking.Asker(self.bases)) as ask:
            for place in wanted:
                found = self._found(place, ask)
                with self.database.work() as work:
                    channel_health.write_findings(work, place.kind, place.account, [one.as_data() for one in found])
                    tell(work, place, found)
                    tell_silence(work, place)
        with self.database.work() as work:
            tidy(work, self.places)

    def _found(self, place: Place, ask: Ask) -> list[Found]:
        now = self.database.wiring.now()
        return [one for look in places.looks(place, now) for one in asking.run(look, ask)]

    def _is_due(self, at: datetime | None) -> bool:
        """Without a time: at once, unless checks come only when they are asked for."""
        return bool(self.every) if at is None else at <= self.database.wiring.now()

    def _claim(self, place: Place) -> bool:
        with self.database.work() as work:
            next_at = work.now + self.every if self.every else NEVER
            return channel_health.claim_check(work, place.kind, place.account, next_at)


def tell(work: Work, place: Place, found: Sequence[Found]) -> None:
    """Raise what is wrong, end what is well again. A trouble that became another one is a new alarm."""
    known = {alarm["key"]: alarm["text"] for alarm in channel_health.open_alarms(work.connection)}
    for one in found:
        key = f"check:{one.check}:{place.kind}:{place.account}"
        if one.state == "unknown":
            continue
        if known.get(key, one.text) != one.text or (one.state == "ok" and key in known):
            alarms.clear(work, key)
        if one.state in ("warning", "bad"):
            level = "critical" if one.state == "bad" and one.check in SERVING else "warning"
            alarms.raise_alarm(work, Trouble(key, one.text, level, one.values, place.kind, place.account))


def tell_silence(work: Work, place: Place) -> None:
    """Raise an alarm for a channel on which nobody writes although they always do."""
    key = f"silent:{place.kind}:{place.account}"
    last = channel_health.last_inbound_at(work.connection, place.kind, place.account)
    silence = unusual(channel_health.hours_of(work.connection, place.kind, place.account), last, work.now)
    if silence is None:
        if last is not None and any(alarm["key"] == key and last > alarm["raised_at"]
                                    for alarm in channel_health.open_alarms(work.connection)):
            alarms.clear(work, key)  # somebody wrote; that too little is left to compare with is no end of a silence
        return
    facts = {"hours": silence.hours, "usual": silence.usual}
    alarms.raise_alarm(work, Trouble(key, "silent", "warning", facts, place.kind, place.account))


def tidy(work: Work, ours: Sequence[Place]) -> None:
    """End what is over by itself: alarms of channels that are no longer ours, and what has not happened again."""
    mine = {(place.kind, place.account) for place in ours}
    for alarm in channel_health.open_alarms(work.connection):
        is_checked = alarm["key"].startswith(("check:", "silent:"))
        if is_checked and (alarm["kind"], alarm["account"]) not in mine:
            alarms.clear(work, alarm["key"])
        if alarm["key"].startswith(PASSING) and alarm["last_at"] < work.now - QUIET:
            alarms.clear(work, alarm["key"])
    channel_health.forget_hours(work)


def watch_of(given: config.Settings, database: Database) -> Watch:
    """The watch as the settings want it. Raises BadAccounts."""
    bases = (given.twilio_api_base, given.meta_graph_base)
    ours = places.places(accounts.read(given.accounts()), bases, given.public_bases)
    return Watch(database, ours, bases, timedelta(seconds=given.check_seconds))
