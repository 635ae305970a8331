"""`flask agents …` and `flask queues …`: the people of the desk and the lists they work on, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from conversation.work import Database
from handoff import agents as people
from handoff import hours as opening
from handoff import queues as lists
from handoff.errors import BadHours, HandoffError
from handoff.tables import ROLES

INVITATION_PATH = "/console/invitations/"

agents = AppGroup("agents", help="The people who answer: invite, list, deactivate, reset a password.")
queues = AppGroup("queues", help="The lists of those who wait: show, add, opening hours.")


@agents.command("invite")
@click.argument("name")
@click.argument("email")
@click.option("--queues", "queue_ids", default="", help="Queues she works in, comma-separated: shipping,returns.")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@click.option("--languages", default="es", show_default=True, help="Languages she writes, the first one is her console's.")
@click.option("--capacity", type=click.IntRange(1, 100), default=4, show_default=True, help="Conversations at once.")
@click.option("--zone", default="Europe/Madrid", show_default=True, help="Her time zone.")
def invite(name: str, email: str, **options: Any) -> None:
    """Invite NAME (as contacts will read it) with EMAIL; prints the link, which works once."""
    person = people.Person(name, email, _listed(options["queue_ids"]), options["role"], _listed(options["languages"]),
                           options["capacity"], options["zone"])
    with sentences(), opened_database().work() as work:
        token = people.invite(work, person)
    click.echo(_link(token))


@agents.command("list")
def list_agents() -> None:
    """Show all agents: name, e-mail, role, queues, state."""
    with opened_database().reading() as reader:
        for agent in people.every(reader):
            named = ",".join(agent["queues"]) or "-"
            click.echo(f"{agent['name']}\t{agent['email']}\t{agent['role']}\t{named}\t{_state(agent)}")


@agents.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """End the log-ins of EMAIL; what she holds goes back to its queues."""
    with sentences(), opened_database().work() as work:
        count = people.deactivate(work, email)
    click.echo(f"{email} is deactivated; {count} conversations went back to their queues.")


@agents.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """End the password and the sessions of EMAIL; prints a new link that works once."""
    with sentences(), opened_database().work() as work:
        token = people.reset_password(work, email)
    click.echo(_link(token))


@queues.command("list")
def list_queues() -> None:
    """Show all queues: name, title, promise, zone, whether people are on duty now."""
    database = opened_database()
    with database.reading() as reader:
        for queue in lists.every(reader):
            duty = "open" if opening.is_open(queue, database.wiring.now()) else "closed"
            default = "default" if queue["is_default"] else "-"
            click.echo(f"{queue['queue_id']}\t{lists.title(queue, 'es')}\t{queue['promise_minutes']} min\t"
                       f"{queue['time_zone']}\t{duty}\t{default}")


@queues.command("add")
@click.argument("queue_id", metavar="NAME")
@click.option("--es", required=True, help="Its title in Spanish.")
@click.option("--en", default="", help="Its title in English; the Spanish one if left out.")
@click.option("--pt", default="", help="Its title in Portuguese; the Spanish one if left out.")
@click.option("--zone", default="Europe/Madrid", show_default=True, help="Its time zone.")
@click.option("--promise", type=click.IntRange(1, 10_080), default=15, show_default=True,
              help="Open minutes within which somebody should answer.")
@click.option("--default", "is_default", is_flag=True, help="Takes what names no queue we know.")
def add(queue_id: str, es: str, **options: Any) -> None:
    """Add the queue NAME, as flows call it (small letters and _)."""
    titles = {language: options.get(language) or es for language in ("es", "en", "pt")} | {"es": es}
    with sentences(), opened_database().work() as work:
        lists.add(work, queue_id, titles, time_zone=options["zone"], promise_minutes=options["promise"],
                  is_default=options["is_default"])
    click.echo(f"Queue {queue_id} is there; it is always open until you run `flask queues hours {queue_id} …`.")


@queues.command("hours")
@click.argument("queue_id", metavar="NAME")
@click.argument("words", metavar="HOURS")
@click.option("--holidays", default=None, help="Days on which it stays closed, comma-separated: 2026-12-25,2027-01-01.")
def hours(queue_id: str, words: str, holidays: str | None) -> None:
    """Set when NAME is open: “mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00”, or “always”."""
    with sentences(), opened_database().work() as work:
        lists.set_hours(work, queue_id, opening.parse(words), None if holidays is None else _days(holidays))
    click.echo(f"Hours of {queue_id}: {words}")


def _link(token: str) -> str:
    """The whole address where it is known, so that it can be sent as it stands."""
    bases = current_app.extensions["relevo"].settings.public_bases
    return f"{bases[0] if bases else ''}{INVITATION_PATH}{token}"


def opened_database() -> Database:
    """The database of the app whose command this is."""
    return current_app.extensions["relevo"].database


@contextmanager
def sentences() -> Iterator[None]:
    """What a person got wrong is a sentence and exit code 1, never a stack trace."""
    try:
        yield
    except HandoffError as error:
        raise click.ClickException(str(error)) from None


def _days(words: str) -> list[str]:
    try:
        return [date.fromisoformat(day).isoformat() for day in _listed(words)]
    except ValueError:
        raise BadHours(words) from None


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _state(agent: dict[str, Any]) -> str:
    if agent["deactivated_at"]:
        return "deactivated"
    return "active" if agent["password_hash"] else "invited"
