"""`flask demo`: who may log in, and the demo as it was at its first start. Mounted in MODE=demo only."""

from __future__ import annotations

import json

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlmodel import SQLModel

from conversation.work import Database
from demo import seed
from demo.provider_client import ProviderClient, ProviderSilent
from orders.base import Connector
from outreach.policy import Policy
from pipeline import outreach, shop_hook


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Forget everything that was said and done, and begin anew.")
@click.option("--late", is_flag=True, help="SEUR says that Marta's parcel AB-54321 is late: her phone hears of it.")
@with_appcontext
def demo(fresh: bool, late: bool) -> None:
    """Fill the demo's tables (once), and print who may log in."""
    relevo = current_app.extensions["relevo"]
    if late:
        click.echo(delay(relevo.database, relevo.connector))
        return
    account = relevo.settings.twilio_whatsapp.split(",")[0].strip()
    if fresh:
        empty(relevo.database)
        _forget(ProviderClient(relevo.settings.twilio_api_base.rstrip("/"), f"whatsapp:{account}"))
    seed.seed(relevo.database, account, relevo.settings.media_path)
    click.echo("\n".join(seed.logins()))


def delay(database: Database, connector: Connector) -> str:
    """The carrier tells of a delay, as a shop would post it; what came of it, in a sentence."""
    now = database.wiring.now()
    told = {"kind": "delayed", "order": "AB-54321", "carrier": "SEUR"}
    new = outreach.keep(database, Policy, "demo", shop_hook.read(connector, json.dumps([told]).encode(), now))
    if not new:
        return "That was told before."
    return "Marta's phone hears of it in a moment; between 21:00 and 9:00 it waits for her morning."


def empty(database: Database) -> None:
    """Delete every row; the tables and the version of their schema stay."""
    with database.work() as work:
        for table in reversed(SQLModel.metadata.sorted_tables):
            work.connection.execute(table.delete())


def _forget(provider: ProviderClient) -> None:
    try:
        provider.forget()
    except ProviderSilent:
        click.echo(
            "The stand-in provider is not running: what the phone has shown stays until it is told again.", err=True
        )
