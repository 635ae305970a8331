"""`flask api-keys …`: keys of programs, from the command line."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from handoff import keys
from handoff.commands import opened_database, sentences
from handoff.keys import Integration
from handoff.tables import ROLES

BY = "system"

api_keys = AppGroup("api-keys", help="Keys of programs: add, list, revoke.")


@api_keys.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True, help="What it may do.")
@click.option("--queues", "queue_ids", default="", help="Queues that an agent's key sees: shipping,returns.")
@click.option("--days", type=click.IntRange(1, keys.DAYS_AT_MOST), default=None, help="Good for so long; else until revoked.")
def add(name: str, role: str, queue_ids: str, days: int | None) -> None:
    """Make a key for the program NAME and print it; it is never shown again."""
    named = tuple(one.strip() for one in queue_ids.split(",") if one.strip())
    with sentences(), opened_database().work() as work:
        made = keys.add(work, Integration(name, role, named, days), BY)
    click.echo(made.token)


@api_keys.command("list")
def list_keys() -> None:
    """Show all keys: id, name, role, queues, state, when they were used last."""
    database = opened_database()
    now = database.wiring.now()
    with database.reading() as session:
        for row in keys.every(session):
            used = f"{row['last_used_at']:%Y-%m-%d %H:%M}" if row["last_used_at"] else "never used"
            queues = ",".join(row["queues"]) or "-"
            click.echo(f"{row['api_key_id']}\t{row['name']}\t{row['role']}\t{queues}\t{keys.state(row, now)}\t{used}")


@api_keys.command("revoke")
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """End the key ID (as `flask api-keys list` shows it) for good."""
    with sentences(), opened_database().work() as work:
        keys.revoke(work, key_id, BY)
    click.echo(f"{key_id} is revoked.")
