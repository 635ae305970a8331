"""Our channels as they are asked about, looked at and shown: each number, page and account once, in a lasting order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from channels import adapter, meta_probe, twilio_probe
from channels.accounts import Accounts, MetaApp
from channels.base import Endpoint
from channels.probing import Look, Place

_LOOKS = {"twilio": twilio_probe.looks, "meta": meta_probe.looks}


def places(ours: Accounts, bases: tuple[str, str], public_bases: Sequence[str]) -> list[Place]:
    """Every channel of ours; `bases` are those of Twilio's REST interface and of Meta's Graph interface.

    A Messaging Service can carry every kind over Twilio; it is listed for those that the account has numbers of, and
    as SMS where it has none.
    """
    endpoints = ours.endpoints(*bases, public_bases[0] if public_bases else "")
    found = [place for endpoint in endpoints.values() for place in _place(ours, endpoint, tuple(public_bases))]
    return sorted(found, key=lambda place: (place.provider, place.kind, place.account))


def looks(place: Place, now: datetime) -> list[Look]:
    """What can be asked about this channel."""
    return list(_LOOKS[place.provider](place, now)) if place.provider in _LOOKS else []


def name_of(place: Place) -> str:
    """What people call it: its number where it has one, else its id."""
    return place.fact("number") or place.account


def _place(ours: Accounts, endpoint: Endpoint, public_bases: tuple[str, ...]) -> Iterator[Place]:
    kind = adapter(endpoint.kind)
    if kind.provider == "twilio":
        account = ours.twilio[endpoint.secrets["account_sid"]]
        has = {name for name, senders in account.senders.items() if senders} or {"twilio-sms"}
        if endpoint.account in account.messaging_services and endpoint.kind not in has:
            return
        yield Place(endpoint, kind.provider, kind.channel, public_bases, tuple(sorted(account.messaging_services)))
        return
    secret = next((app.app_secrets[0] for app in ours.meta if _holds(app, endpoint) and app.app_secrets), "")
    yield Place(endpoint, kind.provider, kind.channel, public_bases, app_secret=secret)


def _holds(app: MetaApp, endpoint: Endpoint) -> bool:
    return endpoint.account in app.senders.get(endpoint.kind, {})
