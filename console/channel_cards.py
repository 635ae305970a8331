"""Our channels and the alarms as a page shows them: states as words and icons, times in her words, sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels import sentences
from console import naming
from console.formats import Formats
from console.words import Words
from conversation import troubles
from conversation.channel_health import Ours, Standing

ICONS = {"ok": "check", "unknown": "message-circle-question-mark", "warning": "triangle-alert", "bad": "circle-x"}
TONES = {"ok": "good", "unknown": "line", "warning": "wait", "bad": "harm"}
PROVIDERS = {"twilio": "Twilio", "meta": "Meta"}
OF_CHECKS = ("check:", "silent:")  # alarms that end by themselves


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that was found: its state, what is so, what to do about it ('' for nothing), and about what."""

    state: str
    what: str
    step: str
    about: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.state]


@dataclass(frozen=True, slots=True)
class Alarmed:
    """An open alarm. `settle` says whether a person may say that it is over."""

    id: str
    key: str
    sentence: Sentence
    place: str
    raised_at: datetime
    times: int
    mailed: bool
    settle: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One channel. `times` are (word, moment); `refused` the sentence of the last refusal; `pause` why and until when."""

    kind: str
    account: str
    name: str
    channel: str
    provider: str
    state: str
    times: tuple[tuple[str, datetime | None], ...]
    refused: str
    queued: int
    oldest_at: datetime | None
    paused_until: datetime | None
    pause: str
    found: tuple[Sentence, ...]
    checked_at: datetime | None
    is_due: bool

    @property
    def icon(self) -> str:
        return ICONS[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]


def card(standing: Standing, t: Words) -> Card:
    """A channel as its card shows it."""
    health, kind = standing.health, standing.ours.kind
    checked = {f"check:{one.get('check')}:{kind}:{standing.ours.account}" for one in standing.findings}
    found = [finding(one, t) for one in standing.findings]
    found = [alarm(one, t).sentence for one in standing.alarms if one["key"] not in checked] + found
    code = health.get("last_error_code") or ""
    return Card(
        kind, standing.ours.account, standing.ours.name, naming.channel(kind), PROVIDERS.get(kind.partition("-")[0], kind),
        standing.state,
        tuple((word, health.get(f"last_{word}_at")) for word in ("inbound", "webhook", "sent", "refused")),
        sentences.sentence(kind, code, t.language) if code and _is_last(health) else "", standing.queued, standing.oldest_at,
        standing.paused_until, _pause(standing, t), tuple(found), health.get("checked_at"), standing.is_due)


def _is_last(health: Mapping[str, Any]) -> bool:
    """Whether nothing has left since the last refusal: afterwards it is history."""
    refused, sent = health.get("last_refused_at"), health.get("last_sent_at")
    return sent is None or refused is None or sent <= refused


def finding(one: Mapping[str, Any], t: Words) -> Sentence:
    """What a check found."""
    text, values = str(one.get("text", "")), one.get("values") or {}
    about = t.either(f"health.checks.{one.get('check')}", "health.checks.other")
    state = str(one.get("state"))
    return Sentence(state if state in ICONS else "unknown", troubles.what(text, values, t.language),
                    troubles.next_step(text, values, t.language), about)


def alarm(one: Mapping[str, Any], t: Words, ours: Sequence[Ours] = ()) -> Alarmed:
    """An alarm, with its sentence; one of our channels goes by its name."""
    sentence = Sentence("bad" if one["level"] == "critical" else "warning",
                        troubles.what(one["text"], one["facts"], t.language),
                        troubles.next_step(one["text"], one["facts"], t.language))
    return Alarmed(one["alarm_id"], one["key"], sentence, place(one["kind"], _name(one, ours), t), one["raised_at"], one["times"],
                   one["mailed_at"] is not None, not one["key"].startswith(OF_CHECKS))


def place(kind: str, name: str, t: Words) -> str:
    """Which channel an alarm is about: `WhatsApp · +34600000001`; '' for none."""
    if not kind:
        return ""
    return " · ".join(one for one in (t(f"channels.{naming.channel(kind)}"), name) if one)


def strip(alarms: Sequence[Mapping[str, Any]], t: Words, ours: Sequence[Ours]) -> dict[str, Any] | None:
    """The line at the head of every page of a supervisor while alarms are open: the worst one, and how many."""
    if not alarms:
        return None
    worst = alarm(alarms[0], t, ours)
    return {"count": len(alarms), "sentence": worst.sentence, "place": worst.place}


def as_data(one: Alarmed, f: Formats) -> dict[str, Any]:
    """An alarm for a program."""
    return {"id": one.id, "key": one.key, "state": one.sentence.state, "what": one.sentence.what, "next": one.sentence.step,
            "channel": one.place, "raised_at": f.iso(one.raised_at), "times": one.times, "mailed": one.mailed}


def _name(one: Mapping[str, Any], ours: Sequence[Ours]) -> str:
    return next((it.name for it in ours if (it.kind, it.account) == (one["kind"], one["account"])), one["account"])


def _pause(standing: Standing, t: Words) -> str:
    """Why nothing is sent and what to do, where a sentence says so."""
    text = f"paused_{standing.health.get('paused_why')}"
    if not standing.paused_until or text not in troubles.known():
        return ""
    return f"{troubles.what(text, {}, t.language)} {troubles.next_step(text, {}, t.language)}".strip()
