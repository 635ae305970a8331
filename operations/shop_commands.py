"""`flask shop`: is the way to the shop good? It asks the shop, and shows nothing of any buyer."""

from __future__ import annotations

from collections.abc import Iterator

import click

import clock
import config
import orders.configuration
from orders.acting import Acts
from orders.base import Connector
from orders.errors import BadConfiguration, ConnectorError
from orders.news import Hears, Lists
from orders.service import find_for_desk

# What says how an order stands, and nothing of who bought it.
SHOWN = ("reference", "status", "status_text", "carrier", "tracking_number", "ordered_on", "promised_on", "eta", "delivered_on")


@click.command("shop")
@click.argument("number", required=False)
@click.option("--subscribe", "address", default="", help="Have the shop post its news here: https://…/webhooks/shop")
def shop(number: str | None, address: str) -> None:
    """Ask the shop for what it allows us, and for the order NUMBER."""
    try:
        connector = orders.configuration.load(config.load().orders_path, config.environment(), clock.now)
        for line in (*told(connector, number or ""), *subscribed(connector, address)):
            click.echo(line)
    except (config.BadSettings, BadConfiguration) as error:
        raise click.ClickException(str(error)) from None
    except ConnectorError as error:
        raise click.ClickException(f"The shop cannot be asked ({error.code}): {error.detail}") from None


def told(connector: Connector, number: str) -> Iterator[str]:
    """What there is to say, line by line. Raises ConnectorError."""
    yield f"Orders come from the connector {connector.name}, " + (
        "found by number, e-mail and phone." if connector.can_search else "found by number alone."
    )
    if isinstance(connector, Acts):
        yield f"Agents may: {', '.join(sorted(connector.actions))}."
    ways = [word for word, kind in (("webhooks", Hears), ("a list of changes", Lists)) if isinstance(connector, kind)]
    yield f"News come by {' and '.join(ways)}." if ways else "It tells no news by itself."
    if lacking := getattr(connector, "lacking", None):
        missing = lacking()
        yield from (f"It does not allow {permission}: {what}." for permission, what in missing.items())
        if not missing:
            yield "It allows everything we ask for."
    if number:
        yield from _order(connector, number)


def subscribed(connector: Connector, address: str) -> Iterator[str]:
    """Has the shop tell its news to this address, if one is given. Raises ConnectorError."""
    if not address:
        return
    subscribe = getattr(connector, "subscribe", None)
    if subscribe is None:
        yield f"The connector {connector.name} cannot subscribe by itself: set the webhook up in the shop (docs/orders.md)."
        return
    subscribe(address)
    yield f"The shop posts its news to {address}."


def _order(connector: Connector, number: str) -> Iterator[str]:
    facts = find_for_desk(connector, number, clock.now().date(), anew=True)
    if facts is None:
        yield f"There is no order {number}."
        return
    yield from (f"  {name}: {facts[name]}" for name in SHOWN if name in facts)
