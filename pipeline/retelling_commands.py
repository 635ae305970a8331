"""`flask flows replay` and `flask flows record`: real conversations, told to the flows of today."""

from __future__ import annotations

from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from bot.flow.library import Library
from bot.flow.masking import Mask
from pipeline import retelling
from pipeline.flow_commands import explained
from pipeline.retelling import Exchange, Retold, Stored


@click.command("replay")
@click.argument("conversation")
@click.option("--all", "everything", is_flag=True, help="Show what has stayed the same too.")
@explained
@with_appcontext
def replay_talk(conversation: str, everything: bool) -> None:
    """What the flows of now would have said in CONVERSATION (cnv_…), beside what was said.

    Nothing is stored or sent; writing services are not called. The exit code is 1 where an answer differs.
    """
    _, retold, _ = _retold(conversation)
    changed = [one for one in retold.exchanges if one.differs]
    for one in retold.exchanges if everything else changed:
        click.echo("\n".join(_lines(one)))
    click.echo(f"{len(retold.exchanges)} messages, {len(changed)} would be answered otherwise")
    raise SystemExit(1 if changed else 0)


@click.command("record")
@click.argument("conversation")
@click.option("--name", default="", help="What the case is called.")
@explained
@with_appcontext
def record_talk(conversation: str, name: str) -> None:
    """Print CONVERSATION (cnv_…) as a case of a test file, with the answers of now; copy it into flows/tests/.

    Numbers, addresses, orders and her name are replaced. Read it before you keep it: a street or a friend's name in
    the middle of a sentence cannot be found by a program.
    """
    stored, retold, library = _retold(conversation)
    click.echo(retelling.as_case(retold, name, Mask(library.project, [stored.facts["name"] or ""])), nl=False)


def _retold(conversation: str) -> tuple[Stored, Retold, Library]:
    relevo = current_app.extensions["relevo"]
    bot = relevo.intake.bot
    library: Library = bot.library()
    with relevo.database.engine.connect() as connection:
        stored = retelling.load(connection, conversation)
    return stored, retelling.retell(stored, library, bot.services), library


def _lines(exchange: Exchange) -> Iterator[str]:
    yield f"» {exchange.said}"
    if not exchange.differs:
        yield from (f"    {text}" for text in exchange.now)
        return
    yield from (f"  - {text}" for text in exchange.then or ("(nothing)",))
    yield from (f"  + {text}" for text in exchange.now or ("(nothing)",))
