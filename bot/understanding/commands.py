"""`flask understand`: what Relevo makes of a text, line by line for programs and in words for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from bot.understanding import lexicon
from bot.understanding.detect import LANGUAGES
from bot.understanding.lines import put, records
from bot.understanding.model import model
from bot.understanding.prose import fold_prose
from bot.understanding.read import read, warm_up
from bot.understanding.reading import Reading
from bot.understanding.scoring import scorer
from bot.understanding.telling import Told, in_words, tell
from bot.understanding.turns_command import turns
from bot.understanding.weighty import weights_of_words

_SHOWN_WORDS = 8


@click.group("understand")
def understand() -> None:
    """Try the understanding of messages and conversations."""


understand.add_command(turns)


@understand.command("messages")
def messages() -> None:
    """One JSON object per line in ({"id", "text"}), one per line out, as soon as it is read.

    How long lexicons and weights took to load is said on stderr.
    """
    loaded, compiled = _load()
    click.echo(
        f"lexicons and weights loaded in {loaded * 1000:.0f} ms, patterns compiled in {compiled * 1000:.0f} ms", err=True
    )
    for asked in records(sys.stdin, ("id", "text")):
        put(_message(str(asked["id"]), str(asked["text"])))



@understand.command("explain")
@click.argument("text")
def explain(text: str) -> None:
    """Say in words what is found in TEXT and where, what weighs, and what the policy makes of it."""
    loaded, _ = _load(compiles=False)
    told = tell(text)
    for row in _explained(told):
        click.echo(row)
    click.echo(f"lexicons and weights loaded in {loaded * 1000:.0f} ms")


def _load(*, compiles: bool = True) -> tuple[float, float]:
    """Load what a first message needs and, for many messages, compile every pattern; the seconds of both."""
    started = time.perf_counter()
    lexicon.lexicon()
    scorer()
    loaded = time.perf_counter()
    if compiles:
        warm_up(LANGUAGES)
    return loaded - started, time.perf_counter() - loaded


def _message(message_id: str, text: str) -> dict[str, Any]:
    started = time.perf_counter()
    reading = read(text)
    elapsed = (time.perf_counter() - started) * 1e6
    return {
        "id": message_id,
        "human_request": reading.human_request >= model().thresholds["human_request"],
        "frustrated": reading.severity > 0,
        "severity": reading.severity,
        "lang": reading.language,
        "intents": list(reading.intents),
        "entities": {
            "order_number": next(iter(reading.order_numbers), None),
            "email": next(iter(reading.emails), None),
            "phone": next(iter(reading.phones), None),
        },
        "reasons": _reasons(message_id, reading),
        "elapsed_us": round(elapsed, 1),
    }


def _reasons(message_id: str, reading: Reading) -> list[dict[str, Any]]:
    return [
        {"signal": reason.code, "points": reason.points, "quote": reason.quote, "message": message_id}
        for reason in reading.reasons
    ]


def _explained(told: Told) -> Iterator[str]:
    reading = told.reading
    yield f"language       {reading.language or 'not told'}"
    yield f"human request  {reading.human_request:.2f}"
    yield f"frustration    {reading.frustration:.2f} (severity {reading.severity})"
    yield f"intents        {', '.join(reading.intents) or '-'}"
    for name in ("order_numbers", "emails", "phones"):
        if values := getattr(reading, name):
            yield f"{name.replace('_', ' '):<14} {', '.join(values)}"
    for span in told.spans:
        taken = f"  taken back by “{span.cover}” ({span.covered_by})" if span.covered_by else ""
        yield f"  {span.start:>4}-{span.end:<4} {span.category:<22} “{told.words(span)}”{taken}"
    for head in ("frustrated", "human_request"):
        yield f"words towards {head}: {_weighed(told.text, head)}"
    for reason in reading.reasons:
        yield f"reason         {reason.code} {reason.points:.1f} “{reason.quote}”"
    yield "verdict        " + "\n               ".join(in_words(told))


def _weighed(text: str, head: str) -> str:
    """The words that speak most for and against a head, with what they add to its score."""
    folded = fold_prose(text)
    weights = weights_of_words(folded, lexicon.hits(folded), head)
    heaviest = sorted(zip(folded.words, weights), key=lambda one: -abs(one[1]))[:_SHOWN_WORDS]
    bias = float(model().bias[model().heads.index(head)])
    return "  ".join([f"{word} {weight:+.2f}" for word, weight in heaviest] + [f"(bias {bias:+.2f})"])
