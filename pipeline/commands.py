"""`flask replay`: what the pipeline offers on the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO, Any

import click
from flask import current_app
from flask.cli import with_appcontext

from channels import webhooks
from channels.base import Parsed
from pipeline import replay as replaying


@click.command("replay")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@with_appcontext
def replay(file: IO[str]) -> None:
    """What Relevo makes of a stored webhook, without storing or sending anything.

    FILE (or - for standard input) is JSON: {"provider": "twilio|meta", "path": "/webhooks/…", "headers": {…},
    "body": "the raw body"}.
    """
    relevo = current_app.extensions["relevo"]
    stored = _stored(file)
    kept = webhooks.Kept(stored["provider"], stored.get("method", "POST"), stored.get("path", "/"),
                         stored["body"].encode())
    parsed = webhooks.read(kept, relevo.accounts)
    click.echo(json.dumps(_told(parsed, relevo), ensure_ascii=False, indent=2, default=str))


def _stored(file: IO[str]) -> dict[str, Any]:
    try:
        stored = json.load(file)
        if not isinstance(stored, dict) or not isinstance(stored.get("body"), str) or "provider" not in stored:
            raise ValueError('it needs "provider" and "body"')
    except ValueError as error:
        raise click.ClickException(f"{file.name} is no stored webhook ({error}); see flask replay --help.") from None
    return stored


def _told(parsed: Parsed, relevo: Any) -> dict[str, Any]:
    turns = [replaying.answer_to(event, relevo.library, relevo.connector) for event in parsed.events]
    return {"events": list(parsed.events), "ignored": list(parsed.ignored),
            "turns": [[{type(effect).__name__: _shown(effect)} for effect in effects] for effects in turns]}


def _shown(effect: Any) -> dict[str, Any]:
    """An effect as it is printed; what variables held is for tests of flows and may be sensitive."""
    return {name: value for name, value in asdict(effect).items() if name != "held"}
