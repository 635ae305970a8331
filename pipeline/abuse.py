"""Who is not answered, and why: the blocked, numbers that earn at our answers, floods, machines that answer machines.

What they write is kept, for people to read. A wish to be left alone is heard from everybody. All of it is told by the
conversation's own row, so an ordinary message costs no look into the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import metrics
from bot.flow import effects as asked
from channels import consent, countries
from conversation import alarms
from conversation.alarms import Trouble
from conversation.events import Outgoing, TimelineLine
from conversation.inbox import Talk
from conversation.work import Work
from pipeline import effects, paging

WINDOW = timedelta(minutes=1)
ANSWERS_AFTER_FLOOD = 5  # in the minute after a flood, so that whoever calms down is heard again
# A reply of ours takes this long to reach a machine; nobody reads and answers one within the other.
QUICKEST, READ_AND_WRITE = timedelta(seconds=0.5), timedelta(seconds=8)
SAME_WITHIN = timedelta(minutes=5)
QUICK, SAME = 1, 2
LOOP = 12  # the fifth copy at a machine's pace, the seventh at a person's, or a dozen quick answers
OUR_VOICES = ("bot", "system")


@dataclass(frozen=True, slots=True)
class Limits:
    """`per_minute`: messages of one contact that are answered; 0: all. `sms_countries`: where the SMS come from that are
    answered, as ISO codes; empty: everywhere.
    """

    per_minute: int = 0
    sms_countries: frozenset[str] = frozenset()


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Before:
    """How the conversation stood before this message: who spoke last and when, and when she had written.

    `category` is what a wish of hers is about: '' everything, `marketing`.
    """

    voice: str
    spoken_at: datetime
    heard_at: datetime | None
    category: str = ""


def before(talk: Talk, event: Mapping[str, Any]) -> Before:
    """To be asked before the message is put into the conversation."""
    row = talk.row
    return Before(row["preview_author"], row["last_message_at"], row["last_inbound_at"], event.get("category", ""))


def is_kept_quiet(work: Work, talk: Talk, message: dict[str, Any], was: Before, limits: Limits) -> bool:
    """Whether nobody answers this message; then it counts as heard, and what had to be said of it is said."""
    why = _why_quiet(work, talk, message, was, limits)
    if why:
        talk.row["heard_seq"] = message["seq"]
        message["content"]["unanswered"] = why
        metrics.unanswered.labels(why).inc()
    return bool(why)


def _why_quiet(work: Work, talk: Talk, message: Mapping[str, Any], was: Before, limits: Limits) -> str:
    if talk.facts["blocked_at"] is not None:
        _hear_wish(work, talk, message, was.category)
        return "blocked"
    if message["kind"] in ("opt_in", "opt_out") or _wish(talk, message):
        return ""
    if talk.facts["kind"].endswith("-sms") and not _is_served(work, talk, limits.sms_countries):
        return "country"
    if _is_flood(work, talk, limits.per_minute):
        return "flood"
    return "loop" if talk.row["owner"] == "bot" and _is_loop(work, talk, message, was) else ""


def _wish(talk: Talk, message: Mapping[str, Any]) -> str:
    """`stop` or `start` where that is all she wrote."""
    kind, text = talk.facts["kind"], message["text"]
    if message["kind"] == "opt_out" or consent.asks_to_stop(kind, text):
        return "stop"
    return "start" if message["kind"] == "opt_in" or consent.asks_to_start(kind, text) else ""


def _hear_wish(work: Work, talk: Talk, message: Mapping[str, Any], category: str) -> None:
    """The law does not ask whether we have blocked her: her stop holds, without a word of ours."""
    column, line = ("marketing_stopped_at", "marketing_stopped") if category else ("opted_out_at", "opted_out")
    if _wish(talk, message) == "stop" and talk.row[column] is None:
        talk.row[column] = work.now
        work.record(TimelineLine(line, talk.conversation_id, "contact"))


def _is_served(work: Work, talk: Talk, served: frozenset[str]) -> bool:
    """Whether an SMS from there is answered; trouble is raised where it is not, for somebody may wait."""
    address = talk.row["address"]
    country = countries.country_of(address)
    if not served and country and not countries.is_costly(address):
        return True
    if country in served and not countries.is_costly(address):
        return True
    alarms.raise_alarm(work, _unserved(country, countries.is_costly(address), talk.facts["kind"]))
    return False


def _unserved(country: str, is_costly: bool, kind: str) -> Trouble:
    """Who is not answered, said so that the advice fits: a country may be added, a premium range or no number may not."""
    if is_costly:
        return Trouble(f"sms_premium:{country}", "sms_premium", facts={"country": country}, kind=kind)
    if not country:
        return Trouble("sms_nowhere", "sms_nowhere", kind=kind)
    return Trouble(f"sms_country:{country}", "sms_country", facts={"country": country}, kind=kind)


def _is_flood(work: Work, talk: Talk, limit: int) -> bool:
    """Whether she writes more than anybody reads. A minute after a flood begins with only a few answers left."""
    row = talk.row
    since = work.now - row["burst_at"] if row["burst_at"] else None
    if since is None or since >= WINDOW:
        goes_on = limit and row["burst_count"] > limit and since is not None and since < 2 * WINDOW
        row["burst_at"], row["burst_count"] = work.now, max(0, limit - ANSWERS_AFTER_FLOOD) + 1 if goes_on else 1
        return False
    row["burst_count"] += 1
    if not limit or row["burst_count"] <= limit:
        return False
    if row["owner"] != "bot":  # people have it: counted for them, but no more words and no more moves of a ticket
        row |= {"unread": row["unread"] + 1, "waiting_since": row["waiting_since"] or work.now}
    elif row["burst_count"] == limit + 1 and row["opted_out_at"] is None:
        talk.say(work, Outgoing(work.text("too_fast", row["language"]), author="system"))
    return True


def _is_loop(work: Work, talk: Talk, message: Mapping[str, Any], was: Before) -> bool:
    """Whether a machine answers our bot: the same words again and again, or quicker than anybody reads.

    Only while the bot stands at the same step: whoever gets on, gets on with somebody.
    """
    row = talk.row
    place, words = _place(row["state"]), _digest(message["text"])
    place_before, _, words_before = row["loop_mark"].rpartition("|")
    row["loop_mark"] = f"{place}|{words}"
    # whoever leafs through a long list writes the same number again and again
    is_same = words == words_before and not paging.wants_more(work, talk, message["text"])
    weight = _weight(work.now, message, was, is_same) if place == place_before else 0
    row["loop_count"] = row["loop_count"] + weight if weight else 0
    if row["loop_count"] < LOOP:
        return False
    row["loop_count"] = 0
    quote = asked.Evidence("loop", message["text"], message["message_id"])
    effects.hand_off(work, talk, asked.HandOff(queue="", reason="loop", priority="low", evidence=(quote,)), quiet=True)
    return True


def _weight(now: datetime, message: Mapping[str, Any], was: Before, same_words: bool) -> int:
    """How much this message looks like a machine's answer to ours; taps and bare photos are a person's."""
    if was.voice not in OUR_VOICES or message["payload"] is not None or not message["text"]:
        return 0
    since_ours = now - was.spoken_at
    if since_ours < QUICKEST:  # she wrote it before our words could reach her
        return 0
    is_same = same_words and was.heard_at is not None and now - was.heard_at <= SAME_WITHIN
    return (SAME if is_same else 0) + (QUICK if since_ours <= READ_AND_WRITE else 0)


def _place(state: Mapping[str, Any]) -> str:
    """Where the bot stands: the flow and the step that runs."""
    frames = state.get("frames")
    running = frames[-1] if isinstance(frames, list) and frames else {}
    return f"{running.get('flow', '')}/{running.get('at', '')}"[:120]


def _digest(text: str) -> str:
    return blake2b(" ".join(text.split()).casefold().encode("utf-8", "ignore"), digest_size=6).hexdigest()
