"""`flask channels …`: what does Relevo make of this? Tools for support; no settings, flows or database are needed.

Every command of this package that only looks stands in `COMMANDS`. A command that needs more than this package (the
database, the app) is written where that is at home and added to `channels` by app.py and operations/cli.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import click

from channels import accounts, looking, verifying
from channels.errors import BadAccounts
from channels.rendering_command import content, render

_LINES = click.argument("file", default="-", type=click.File("rb"))


@click.command("parse")
@click.option("--accounts", "accounts_file", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Which numbers, pages and accounts are ours: the JSON of ACCOUNTS_FILE; secrets may be missing.")
@_LINES
def parse(accounts_file: Path, file: IO[bytes]) -> None:
    """What requests of providers say: one JSON object per line in, one per line out.

    In: {"id", "provider": "twilio|meta", "channel", "request": {"method", "endpoint": "message|status|webhook",
    "content_type", "form" or "json" or "raw"}}. Out: {"id", "events": [normal form], "ignored": [{"reason"}]}.
    """
    ours = _accounts(accounts_file)
    answer_lines(file, lambda raw: looking.parsed(raw, ours))


@click.command("verify")
@_LINES
def verify(file: IO[bytes]) -> None:
    """Whether a provider signed requests: one JSON object per line in, one per line out.

    In: {"id", "provider", "public_base_url", "secret", "request": {"method", "scheme", "host", "path", "headers",
    "body"}}; out: {"id", "valid"}. With "verify_token" instead of the secret it is Meta's question whether an address
    is ours; out: {"id", "status", "body"}.
    """
    answer_lines(file, verifying.verified)


COMMANDS: tuple[click.Command, ...] = (parse, verify, render, content)


@click.group()
def channels() -> None:
    """Look at what providers send and at what they would be sent."""


for _command in COMMANDS:
    channels.add_command(_command)


def _accounts(path: Path) -> accounts.Accounts:
    try:
        tree = json.loads(path.read_text(encoding="utf-8-sig"))
        return accounts.read(tree, secrets_needed=False)
    except (OSError, ValueError, RecursionError, BadAccounts) as error:
        raise click.ClickException(f"{path} does not say which accounts are ours: {error}") from None


def answer_lines(lines: Iterable[bytes], answer: Callable[[bytes], Mapping[str, Any]]) -> None:
    """Say one line of JSON for each line, in their order. Half of a pair of surrogates is written as its escape."""
    for line in lines:
        click.echo(json.dumps(answer(line), ensure_ascii=False).encode("utf-8", "backslashreplace"))
