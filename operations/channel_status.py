"""`flask channels status`: how each of our channels stands, for a person at a terminal or for a machine.

Exit status 1 when something is bad: a monitor may run it. With `--check` the providers are asked first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from channels import places
from channels.probing import Place
from conversation import channel_health, troubles
from conversation.channel_health import Ours, Standing
from pipeline import channel_watch

MARKS = {"ok": "  ok  ", "unknown": "  ??  ", "warning": " warn ", "bad": " BAD  "}
LANGUAGE = "en"
TIMES = (("webhook", "last_webhook_at"), ("message", "last_inbound_at"), ("sent", "last_sent_at"),
         ("refused", "last_refused_at"))


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="For a machine: one JSON object.")
@click.option("--check", is_flag=True, help="Ask the providers now, instead of telling what they last said.")
@with_appcontext
def status(as_json: bool, check: bool) -> None:
    """How each of our channels stands; exit 1 when one is bad."""
    relevo = current_app.extensions["relevo"]
    watch = channel_watch.watch_of(relevo.settings, relevo.database)
    if check:
        watch.check(watch.places)
    now = relevo.database.wiring.now()
    with relevo.database.reading() as session:
        found = channel_health.standings(session, [ours_of(place) for place in watch.places], now)
        others = [alarm for alarm in channel_health.open_alarms(session) if not alarm["account"]]
    click.echo(_as_json(found, others) if as_json else "\n".join(lines(found, others, now)))
    if any(one.state == "bad" for one in found) or any(alarm["level"] == "critical" for alarm in others):
        raise SystemExit(1)


def ours_of(place: Place) -> Ours:
    """The channel as people know it."""
    return Ours(place.kind, place.account, places.name_of(place))


def lines(found: Sequence[Standing], others: Sequence[dict[str, Any]], now: datetime) -> Iterator[str]:
    """For a person: a head for each channel, and below it what is known and what to do."""
    if not found:
        yield "No number, page or account is ours yet: see docs/channels.md, “Our numbers and pages”."
    for one in found:
        yield f"[{MARKS[one.state]}] {one.ours.kind} {one.ours.name}"
        yield f"         {' · '.join(_seen(one, now))}"
        if one.paused_until:
            yield f"         paused until {one.paused_until:%H:%M} UTC: {_pause(one)}"
        for finding in one.findings:
            # by name: several may be unknown in the same words
            about = str(finding.get("check", "")).replace("_", " ")
            told = (finding.get("state", ""), finding.get("text", ""), finding.get("values") or {})
            yield from _sentences([told], f"{about}: " if about else "")
        checked = {f"check:{finding.get('check')}:{one.ours.kind}:{one.ours.account}" for finding in one.findings}
        yield from _sentences([(alarm["level"], alarm["text"], alarm["facts"]) for alarm in one.alarms
                               if alarm["key"] not in checked])
    if others:
        yield "Of no one channel:"
        yield from _sentences([(alarm["level"], alarm["text"], alarm["facts"]) for alarm in others])


def _pause(one: Standing) -> str:
    text = f"paused_{one.health.get('paused_why')}"
    return troubles.what(text, {}, LANGUAGE) if text in troubles.known() else str(one.health.get("paused_why") or "?")


def _seen(one: Standing, now: datetime) -> Iterator[str]:
    for name, column in TIMES:
        at = one.health.get(column)
        yield f"{name} {_ago(at, now)}" + (f" ({one.health.get('last_error_code')})" if name == "refused" and at else "")
    yield f"{one.queued} waiting" + (f", the oldest for {_ago(one.oldest_at, now, '')}" if one.oldest_at else "")
    checked = one.health.get("checked_at")
    yield f"checked {_ago(checked, now)}"


def _sentences(told: Sequence[tuple[str, str, dict[str, Any]]], about: str = "") -> Iterator[str]:
    for state, text, values in told:
        mark = {"critical": "BAD", "bad": "BAD"}.get(state, state or "?")
        yield f"         {mark:8} {about}{troubles.what(text, values, LANGUAGE)}"
        step = troubles.next_step(text, values, LANGUAGE)
        if step and state != "ok":
            yield f"                  → {step}"


def _ago(at: datetime | None, now: datetime, word: str = " ago") -> str:
    if at is None:
        return "never"
    seconds = max(0, int((now - at).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}{word}"
    return f"{seconds} s{word}"


def _as_json(found: Sequence[Standing], others: Sequence[dict[str, Any]]) -> str:
    told = {"channels": [one.as_data() for one in found], "alarms": [channel_health.alarm_data(one) for one in others]}
    return json.dumps(told, ensure_ascii=False, indent=2)
