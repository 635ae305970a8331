"""`flask channels render` and `flask channels content`: what a provider would be sent, and what has to be made there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

import click

import channels
import fetch
from channels import accounts, showing, twilio_content
from channels.errors import BadAccounts, UnknownKind
from channels.plain import json_of, object_of, text_of
from channels.twilio_kind import TwilioKind
from channels.windows import State

CONTENT_BASE = "https://content.twilio.com"
_LIMITS = fetch.Limits(size_bytes=1024 * 1024, total_seconds=30.0, redirects=0)
_ACCOUNTS = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("render")
@click.option("--channel", "kind", required=True, help="A kind of channel: twilio-whatsapp, meta-messenger …")
@click.option("--window", type=click.Choice(["free", "human", "closed"]), default="free", show_default=True,
              help="How long ago she wrote last: within 24 hours, within seven days (Messenger, Instagram), or longer.")
@click.option("--account", default="", help="Our number, page or phone_number_id it would leave from; without it an example.")
@click.option("--accounts", "accounts_file", type=_ACCOUNTS,
              help="The JSON of ACCOUNTS_FILE: which content was made at Twilio, and where the number belongs.")
@click.argument("file", default="-", type=click.File("rb"))
def render(kind: str, window: str, account: str, accounts_file: Path | None, file: IO[bytes]) -> None:
    """What a message of ours would be sent as: one JSON object per line in, one per line out.

    In: {"id", "author", "text", "choices", "choice_style", "media", "location", "form", "template", "request_location",
    "reply_to", "header", "footer", "purpose", "to"}. Out: {"id", "requests": [{"method", "url", "headers", "form" or
    "json"}], "degraded"} or {"id", "refused", "degraded"}; the words of `degraded` are explained in docs/channels.md.
    """
    try:
        where = showing.place(channels.adapter(kind), account, cast("State", window))
    except UnknownKind as error:
        raise click.ClickException(str(error)) from None
    if accounts_file is not None:
        where = _with_accounts(where, account, accounts_file)
    for line in file:
        if line.strip():
            told = json.dumps(showing.shown(line, where), ensure_ascii=False)
            click.echo(told.encode("utf-8", "backslashreplace"))


def _with_accounts(where: showing.Place, account: str, path: Path) -> showing.Place:
    """The same, leaving from the number that the accounts know (the first of its kind, or the one asked for)."""
    endpoint = where.endpoint
    base, kind = endpoint.api_base, endpoint.kind
    ours = _accounts(path, secrets_needed=False).endpoints(base, base, "")
    found = [one for (name, ours_is), one in ours.items() if name == kind and account in ("", ours_is)]
    if not found:
        raise click.ClickException(f"{path} has no {kind} {account}: add it there, or leave --accounts away.")
    return replace(where, endpoint=found[0])


@click.command("content")
@click.option("--create", is_flag=True, help="Make it at Twilio, and print what to write into the accounts file.")
@click.option("--accounts", "accounts_file", type=_ACCOUNTS, help="The JSON of ACCOUNTS_FILE, with its secrets.")
@click.option("--account-sid", default="", help="Which of several accounts (AC…).")
@click.option("--base", default=CONTENT_BASE, show_default=True, help="Where Twilio's content interface answers.")
def content(create: bool, accounts_file: Path | None, account_sid: str, base: str) -> None:
    """The content that gives customers buttons and lists over Twilio: printed, one JSON object a line, or made there."""
    if not create:
        for shape in _shapes():
            click.echo(json.dumps(twilio_content.definition(shape), ensure_ascii=False))
        return
    if accounts_file is None:
        raise click.UsageError("To make it, say with --accounts whose it shall be.")
    ours = _accounts(accounts_file, secrets_needed=True).twilio
    account = ours.get(account_sid) if account_sid else next(iter(ours.values()), None)
    if account is None:
        raise click.ClickException(f"{accounts_file} has no account {account_sid or 'at Twilio'}: add it there.")
    made = dict(account.content)
    client = fetch.Client(frozenset((_host(base),)), _LIMITS)
    try:
        for shape in _shapes():
            if shape not in made:
                made[shape] = _create(client, base, fetch.basic(account.account_sid, account.auth_tokens[0]), shape)
    finally:  # what was made is not made again
        client.close()
        click.echo(json.dumps({"content": made}, indent=2))


def _create(client: fetch.Client, base: str, credentials: dict[str, str], shape: str) -> str:
    body = json.dumps(twilio_content.definition(shape)).encode()
    request = fetch.Request(f"{base}/v1/Content", "POST", {"Content-Type": "application/json"}, credentials, body)
    try:
        answer = client.fetch(request)
    except fetch.FetchError as error:
        raise click.ClickException(f"Twilio did not answer for {shape}: {error}") from None
    sid = text_of(_tree(answer.body).get("sid"))
    if answer.status >= 300 or not sid:
        raise click.ClickException(f"Twilio did not make {shape}: {answer.status} {_tree(answer.body).get('message', '')}")
    return sid


def _tree(body: bytes) -> Any:
    return object_of(json_of(body))


def _shapes() -> Iterator[str]:
    """Every shape that any kind over Twilio can use, once."""
    kinds = [one for one in channels.adapters().values() if isinstance(one, TwilioKind)]
    yield from dict.fromkeys(shape for kind in kinds for shape in twilio_content.shapes(kind.limits))


def _host(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _accounts(path: Path, *, secrets_needed: bool) -> accounts.Accounts:
    try:
        return accounts.read(json.loads(path.read_text(encoding="utf-8-sig")), secrets_needed=secrets_needed)
    except (OSError, ValueError, RecursionError, BadAccounts) as error:
        raise click.ClickException(f"{path} does not say which accounts are ours: {error}") from None
