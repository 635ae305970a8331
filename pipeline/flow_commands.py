"""`flask flows publish | move | rollback | history | show | status | funnel`: what is live, and who made it so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

import config
import shop_files
from bot.commands import lint as LINT
from bot.commands import say_findings
from bot.errors import BotError
from bot.flow import library as flow_library
from bot.flow import live
from bot.flow.findings import Finding
from bot.flow.live import CLI, FlowSet, FlowsRefused
from conversation import steps
from conversation.steps import Funnel
from conversation.work import Work
from pipeline import flow_sets, flow_watch, publishing
from pipeline.flow_watch import Known, Merged, Told

P = ParamSpec("P")
R = TypeVar("R")
_LANGUAGE = click.option("--lang", default="es", show_default=True, type=click.Choice(["es", "en", "pt"]))
_NO_DATABASE = (
    "The database cannot be used ({}). If it is new, ./run flask migrate makes its tables; ./run flask doctor says what "
    "else is wrong."
)
_COMMENT = click.option("--comment", "-m", default="", help="What changed and why; the history shows it.")


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """What is wrong is told in its own sentence, without a stack trace."""

    @wraps(command)
    def told(*given: P.args, **named: P.kwargs) -> R:
        try:
            return command(*given, **named)
        except BotError as error:
            raise click.ClickException(str(error)) from None
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
            raise click.ClickException(_NO_DATABASE.format(reason)) from None

    return told


@click.command("lint", params=LINT.params)
def lint(folder: Path, lang: str, proof: bool) -> None:
    """Say what is wrong in the flows and in the files beside them, where, and how to mend it."""
    sources = flow_library.sources_of(folder)
    say_findings(folder, lang, proof, shop_files.findings(sources, folder, config.environment()))


@click.command("publish")
@click.option("--folder", default=None, type=click.Path(path_type=Path, file_okay=False), help="Default: FLOWS_DIR.")
@_COMMENT
@_LANGUAGE
@click.option("--overwrite", is_flag=True, help="Take every file as the folder has it, even where the console's is newer.")
@click.option("--dry-run", is_flag=True, help="Only say what would change, and for whom.")
@explained
@with_appcontext
def publish(folder: Path | None, comment: str, lang: str, overwrite: bool, dry_run: bool) -> None:
    """Make the flows of a folder live: all of it, and only when all of it is good.

    Says first who is in the middle of what changes, and what will become of them. A file that was changed in the
    console and not in the folder stays as it is in the console.
    """
    relevo = current_app.extensions["relevo"]
    place = folder or relevo.settings.flows_dir
    files, unread = flow_watch.read(place)
    if unread:
        raise FlowsRefused(unread)
    with relevo.database.reading() as session:
        before, row = flow_sets.newest(session), flow_sets.folder_row(session)
    change = _change(files, before, row, overwrite)
    if not change.taken:
        click.echo("Nothing is new in the folder." + (f" Live is {before.set_id}." if before else ""))
        return
    _refuse_bad(change, lang)
    with relevo.database.reading() as session:
        reading = Work(session.connection(), relevo.database.wiring, relevo.database.wiring.now())
        for finding in touched(reading, before, change.files):
            click.echo(finding.render(lang))
    click.echo("\n".join(f"  {_sign(name, before, change.files)} {name}" for name in change.taken))
    if dry_run:
        return
    with relevo.database.work() as work:
        flow_sets.lock(work)
        if publishing.live(work) != before:
            raise click.ClickException("Somebody published meanwhile: look at it and try again.")
        made = flow_watch.adopt(work, place, files, change, Told(CLI, comment, CLI))
    click.echo(f"Live is {made.set_id}.")


def _change(files: Mapping[str, str], before: FlowSet | None, row: Mapping[str, Any], overwrite: bool) -> Merged:
    there = before.files if before is not None else {}
    if overwrite:
        return Merged(files, publishing.changed(there, files))
    return flow_watch.merged(files, there, Known(row["adopted"], row["given"]))


def _refuse_bad(change: Merged, language: str) -> None:
    found = publishing.checked(change.files)
    for finding in found.findings:
        click.echo(finding.render(language))
    if found.library is None:
        raise click.ClickException("Nothing was published: mend what is named above.")


def _sign(name: str, before: FlowSet | None, after: Mapping[str, str]) -> str:
    if before is None or name not in before.files:
        return "+"
    return "~" if name in after else "-"


def touched(work: Work, before: FlowSet | None, files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Whom it would touch to make these files live."""
    old = publishing.compiled(before.files) if before is not None else None
    new = publishing.compiled(files)
    if old is None or new is None:
        return ()
    return live.consequences(old, new, publishing.standings(work))


@click.command("move")
@click.argument("name")
@_COMMENT
@explained
@with_appcontext
def move(name: str, comment: str) -> None:
    """Customers who wait in older shapes of the flow NAME go on in the live one, at their next message."""
    relevo = current_app.extensions["relevo"]
    with relevo.database.work() as work:
        there = publishing.standings(work)
        made = publishing.move(work, name, by=CLI, comment=comment)
    library = publishing.compiled(made.files)
    shape = library.flows[name].shape if library is not None else ""
    older = sum(one.count for one in there if one.flow == name and one.shape != shape)
    click.echo(f"{older} customers go on in {name} as it is now. Live is {made.set_id}.")


@click.command("rollback")
@click.argument("set_id", metavar="SET", default="")
@_COMMENT
@_LANGUAGE
@explained
@with_appcontext
def rollback(set_id: str, comment: str, lang: str) -> None:
    """Make an older publication live again; without SET the one before the live one. `history` lists them.

    Unless FLOWS_WRITE is off, the files in FLOWS_DIR become those of the publication too.
    """
    relevo = current_app.extensions["relevo"]
    with relevo.database.work() as work:
        wanted = publishing.fetch(work, set_id) if set_id else _one_before(work)
        for finding in touched(work, publishing.live(work), wanted.files):
            click.echo(finding.render(lang))
        made = publishing.roll_back(work, wanted.set_id, by=CLI, comment=comment, origin=CLI)
    click.echo(f"Live is {made.set_id}, with the files of {wanted.set_id}.")


def _one_before(work: Work) -> FlowSet:
    past = publishing.history(work, 100)
    older = next((one for one in past[1:] if one.content != past[0].content), None)
    if older is None:
        raise click.ClickException("There is no earlier publication.")
    return older


@click.command("history")
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 1000))
@explained
@with_appcontext
def history(most: int) -> None:
    """What was published, when and by whom; the first line is live."""
    relevo = current_app.extensions["relevo"]
    with relevo.database.reading() as session:
        past = flow_sets.latest(session, most + 1)
    for place, one in enumerate(past[:most]):
        earlier = past[place + 1].files if place + 1 < len(past) else {}
        number = len(publishing.changed(earlier, one.files))
        again = f" (back from {one.rolled_back_from})" if one.rolled_back_from else ""
        click.echo(f"{one.set_id:<20} {one.published_at:%Y-%m-%d %H:%M} {one.published_by:<22} {number:>3} files  "
                   f"{one.comment}{again}".rstrip())
    if not past:
        click.echo("Nothing has been published yet.")


@click.command("show")
@click.argument("set_id", metavar="SET")
@click.argument("file", default="")
@explained
@with_appcontext
def show(set_id: str, file: str) -> None:
    """The files of a publication, or the text of one of them."""
    relevo = current_app.extensions["relevo"]
    with relevo.database.reading() as session:
        found = flow_sets.fetch(session, set_id)
    if not file:
        click.echo("\n".join(sorted(found.files)))
    elif file in found.files:
        click.echo(found.files[file], nl=False)
    else:
        raise click.ClickException(f"{found.set_id} has no file “{file}”; it has: {', '.join(sorted(found.files))}.")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="For a machine: one JSON object.")
@_LANGUAGE
@explained
@with_appcontext
def status(as_json: bool, lang: str) -> None:
    """What is live, how the folder stands, and who waits where; exit 1 when the folder is broken."""
    relevo = current_app.extensions["relevo"]
    with relevo.database.reading() as session:
        now_live, folder = flow_sets.newest(session), flow_sets.folder_status(session)
        there = flow_sets.standings_now(session, relevo.database.wiring.now())
    if as_json:
        shown = {"live": now_live.set_id if now_live else None, "folder": asdict(folder), "waiting": [asdict(one) for one in there]}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(_status(now_live, folder, there, lang)))
    raise SystemExit(1 if folder.state in ("broken", "absent") else 0)


def _status(now_live: FlowSet | None, folder: live.FolderStatus, there: tuple[live.Standing, ...], language: str) -> Iterator[str]:
    if now_live is None:
        yield "Nothing has been published yet."
    else:
        yield (f"live     {now_live.set_id}, published {now_live.published_at:%Y-%m-%d %H:%M} by {now_live.published_by}"
               f"{f': {now_live.comment}' if now_live.comment else ''}")
    behind = f" ({', '.join(folder.behind)})" if folder.behind else ""
    yield f"folder   {folder.folder or '–'}: {folder.state}{behind}"
    yield from (finding.render(language) for finding in folder.findings)
    for one in there:
        below = " (comes back to it)" if one.digression else ""
        yield f"{one.count:>8} wait in {one.flow} at {one.step}{below}"


@click.command("funnel")
@click.argument("name")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 3660), help="How far back to look.")
@explained
@with_appcontext
def funnel(name: str, days: int) -> None:
    """What came of each question of the flow NAME: asked, answered, asked again, given up, passed to a person."""
    relevo = current_app.extensions["relevo"]
    with relevo.database.reading() as session:
        found = steps.funnel(session, name, relevo.database.wiring.now() - timedelta(days=days))
    flow = relevo.library.flows.get(name)
    order = {step: place for step, place in flow.by_id.items()} if flow is not None else {}
    click.echo("\n".join(_funnel(found, order)) or f"Nobody was in “{name}” in the last {days} days.")


def _funnel(found: Funnel, order: Mapping[str, int]) -> Iterator[str]:
    if found.steps:
        yield f"{'revision':<13} {'step':<28} {'asked':>7} {'answered':>9} {'again':>7} {'silent':>7} {'left':>7} {'person':>7}"
    for one in sorted(found.steps, key=lambda one: (one.revision, order.get(one.step, len(order)))):
        yield (f"{one.revision:<13} {one.step:<28} {one.entered:>7} {one.answered:>9} {one.asked_again:>7} {one.no_reply:>7} "
               f"{one.dropped:>7} {one.handed_off:>7}")
    for end in found.endings:
        yield f"{end.revision:<13} ended: {end.outcome:<20} {end.count:>8}"


COMMANDS = (lint, publish, move, rollback, history, show, status, funnel)
