"""`flask understand precision` and `disputed`: what agents say of the bot's reasons, as figures and as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from bot.flow.masking import Mask
from bot.flow.project import Project
from handoff import verdicts
from handoff.verdicts import Disputed, RulePrecision
from pipeline.flow_commands import explained

_DAYS = click.option("--days", type=click.IntRange(1, 3_650), default=90, show_default=True,
                     help="Of the tickets opened in so many days.")


@click.command("precision")
@_DAYS
@explained
@with_appcontext
def precision(days: int) -> None:
    """How often each signal was right, by what agents say of its tickets; the most disputed first."""
    relevo = current_app.extensions["relevo"]
    with relevo.database.reading() as reader:
        rules = verdicts.precision(reader, _since(relevo, days))
    click.echo(f"{'signal':<22}{'shown':>7}{'wrong':>7}{'right':>8}  95 % interval")
    for rule in rules:
        click.echo(_line(rule))
    if not rules:
        click.echo(f"No person had a ticket of the bot in the last {days} days.")


@click.command("disputed")
@_DAYS
@explained
@with_appcontext
def disputed(days: int) -> None:
    """The messages that agents disputed, one JSON object per line: {"text", "said", "evidence", "note"}.

    Numbers, addresses, orders and the contact's name are replaced. Read them before you keep them, and write sentences
    of your own after them: a street or a friend's name in the middle of a sentence cannot be found by a program.
    """
    relevo = current_app.extensions["relevo"]
    with relevo.database.reading() as reader:
        found = list(verdicts.disputed(reader, _since(relevo, days)))
    for line in as_lines(found, relevo.library.project):
        click.echo(line)


def as_lines(found: list[Disputed], project: Project) -> Iterator[str]:
    """Each as one line of JSON without personal data; a quote that the mask has changed is left out."""
    for one in found:
        mask = Mask(project, [one.contact_name])
        text = mask.text(one.text)
        evidence = [_masked(entry, mask, text) for entry in one.evidence]
        yield json.dumps({"text": text, "said": one.said, "evidence": evidence, "note": mask.text(one.note)},
                         ensure_ascii=False)


def _masked(entry: Any, mask: Mask, text: str) -> dict[str, str]:
    quote = mask.text(entry.get("quote") or "")
    kept = {"signal": str(entry.get("code") or "")}
    return kept | {"quote": quote} if quote and quote in text else kept


def _since(relevo: Any, days: int) -> datetime:
    now: datetime = relevo.database.wiring.now()
    return now - timedelta(days=days)


def _line(rule: RulePrecision) -> str:
    interval = f"{rule.low:.0%} – {rule.high:.0%}"
    return f"{rule.signal:<22}{rule.shown:>7}{rule.wrong:>7}{rule.share:>8.0%}  {interval}"
