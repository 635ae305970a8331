"""`flask understand`: what Relevo makes of a text, line by line for programs and in words for people."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click

from bot.escalation import Policy
from bot.understanding.read import read
from bot.understanding.reading import Reading
from bot.understanding.turns_command import turns


@click.group("understand")
def understand() -> None:
    """Try the understanding of messages and conversations."""


understand.add_command(turns)


@understand.command("messages")
def messages() -> None:
    """One JSON object per line in ({"id", "text"}), one per line out, as soon as it is read."""
    for line in sys.stdin:
        if line.strip():
            asked = json.loads(line)
            _put(_message(str(asked["id"]), str(asked["text"])))


@understand.command("explain")
@click.argument("text")
def explain(text: str) -> None:
    """Say in words what is found in TEXT, and where."""
    reading = read(text)
    click.echo(f"language       {reading.language or 'not told'}")
    click.echo(f"human request  {reading.human_request:.2f}")
    click.echo(f"frustration    {reading.frustration:.2f} (severity {reading.severity})")
    click.echo(f"intents        {', '.join(reading.intents) or '-'}")
    for name in ("order_numbers", "emails", "phones"):
        if values := getattr(reading, name):
            click.echo(f"{name.replace('_', ' '):<14} {', '.join(values)}")
    for reason in reading.reasons:
        click.echo(f"  {reason.code:<20} {reason.points:>4.1f}  “{reason.quote}”")


def _message(message_id: str, text: str) -> dict[str, Any]:
    started = time.perf_counter()
    reading = read(text)
    elapsed = (time.perf_counter() - started) * 1e6
    policy = Policy()
    return {
        "id": message_id,
        "human_request": reading.human_request >= policy.human_request_high,
        "frustrated": reading.frustration >= policy.frustration_low,
        "severity": reading.severity,
        "lang": reading.language,
        "intents": list(reading.intents),
        "entities": {
            "order_number": next(iter(reading.order_numbers), None),
            "email": next(iter(reading.emails), None),
            "phone": next(iter(reading.phones), None),
        },
        "reasons": _reasons(reading),
        "elapsed_us": round(elapsed, 1),
    }


def _reasons(reading: Reading) -> list[str]:
    return [f"{reason.code}: “{reason.quote}”" for reason in reading.reasons]


def _put(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))
    sys.stdout.flush()
