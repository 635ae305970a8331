"""Ours: which numbers and pages belong to us, and with which secrets.

Read once from a plain dict (settings make it) and frozen. A missing secret is refused here, at the start, so that
nothing later can take “no secret” for “nothing to check”.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.base import Endpoint
from channels.errors import BadAccounts

Tree = Mapping[str, Any]
STATUS_PATH = "/webhooks/twilio/status"
RETRY_OVERRIDE = "#rc=5&rp=all"  # Twilio, "Webhooks connection overrides": five tries, whatever went wrong
_SID = re.compile(r"AC[0-9A-Za-z]{32}")
_SERVICE = re.compile(r"MG[0-9A-Za-z]{32}")
_NUMBER = re.compile(r"\+[1-9]\d{5,14}")
_SENDER = re.compile(r"\+[1-9]\d{5,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_TWILIO_KEYS = {"account_sid", "auth_token", "auth_tokens", "sms", "whatsapp", "messenger", "messaging_services"}
_META_KEYS = {"app_id", "app_secret", "app_secrets", "access_token", "verify_token", "whatsapp", "pages", "instagram"}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """One account at Twilio. Several tokens: a rotation is going on, each may have signed."""

    account_sid: str
    auth_tokens: tuple[str, ...]
    sms: frozenset[str] = frozenset()
    whatsapp: frozenset[str] = frozenset()
    messaging_services: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    page_id: str
    access_token: str


@dataclass(frozen=True, slots=True)
class Number:
    """A WhatsApp number at Meta; `phone_number_id` is what its API calls it."""

    phone_number_id: str
    number: str = ""
    waba_id: str = ""


@dataclass(frozen=True, slots=True)
class MetaApp:
    """One app at Meta. Several secrets: the one it had may still sign while it is being changed."""

    app_id: str
    app_secrets: tuple[str, ...]
    access_token: str
    verify_token: str
    whatsapp: Mapping[str, Number] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All of ours. `twilio` by account sid; `meta` in the order given."""

    twilio: Mapping[str, TwilioAccount] = field(default_factory=dict)
    meta: tuple[MetaApp, ...] = ()

    def endpoints(
        self, twilio_api_base: str, meta_graph_base: str, public_base_url: str
    ) -> dict[tuple[str, str], Endpoint]:
        """What the sender needs, by (kind, account): `("twilio-whatsapp", "+14155238886")`.

        Twilio reports to `public_base_url`; without one no reports are asked for.
        """
        callback_url = public_base_url.rstrip("/") + STATUS_PATH + RETRY_OVERRIDE if public_base_url else ""
        found: dict[tuple[str, str], Endpoint] = {}
        for account in self.twilio.values():
            secrets = {"account_sid": account.account_sid, "auth_token": account.auth_tokens[0]}
            senders = [("twilio-whatsapp", sender) for sender in account.whatsapp | account.messaging_services]
            senders += [("twilio-sms", sender) for sender in account.sms | account.messaging_services]
            for key in senders:
                found[key] = Endpoint(*key, twilio_api_base.rstrip("/"), secrets, callback_url)
        for app in self.meta:
            for number in app.whatsapp:
                key = ("meta-whatsapp", number)
                found[key] = Endpoint(*key, meta_graph_base.rstrip("/"), {"access_token": app.access_token})
            for page in app.pages.values():
                key = ("meta-messenger", page.page_id)
                found[key] = Endpoint(*key, meta_graph_base.rstrip("/"), {"access_token": page.access_token})
        return found


def read(tree: Tree) -> Accounts:
    """The accounts of a plain dict `{"twilio": [{…}], "meta": [{…}]}` (docs/channels.md, "Our numbers and pages").

    Raises BadAccounts, whose message names the place and the mend.
    """
    if not isinstance(tree, Mapping):
        raise BadAccounts("The accounts must be an object with the lists “twilio” and “meta”.")
    _known(tree, {"twilio", "meta"}, "accounts")
    twilio = [_twilio(entry, f"twilio[{n}]") for n, entry in enumerate(_list(tree, "twilio", "accounts"))]
    meta = [_meta(entry, f"meta[{n}]") for n, entry in enumerate(_list(tree, "meta", "accounts"))]
    _each_once("twilio account_sid", [account.account_sid for account in twilio])
    _each_once("twilio whatsapp number", [number for account in twilio for number in account.whatsapp])
    _each_once("twilio sms number", [number for account in twilio for number in account.sms])
    _each_once("twilio messaging service", [sid for account in twilio for sid in account.messaging_services])
    _each_once("meta phone_number_id", [number for app in meta for number in app.whatsapp])
    _each_once("meta page", [page for app in meta for page in app.pages])
    return Accounts({account.account_sid: account for account in twilio}, tuple(meta))


def _twilio(entry: Any, place: str) -> TwilioAccount:
    tree = _object(entry, _TWILIO_KEYS, place)
    sid = _text(tree, "account_sid", place)
    if not _SID.fullmatch(sid):
        raise BadAccounts(f"{place}.account_sid is no account sid: “AC” and 32 characters, see Twilio's console.")
    if tree.get("messenger"):
        raise BadAccounts(f"{place}.messenger: Messenger over Twilio is not offered; connect the page at Meta instead.")
    return TwilioAccount(
        sid,
        _secrets(tree, "auth_token", place),
        frozenset(_numbers(tree, "sms", place, _SENDER)),
        frozenset(_numbers(tree, "whatsapp", place, _NUMBER)),
        frozenset(_numbers(tree, "messaging_services", place, _SERVICE)),
    )


def _meta(entry: Any, place: str) -> MetaApp:
    tree = _object(entry, _META_KEYS, place)
    if tree.get("instagram"):
        raise BadAccounts(f"{place}.instagram: Instagram is not offered yet; leave the list empty.")
    numbers = [_number(one, f"{place}.whatsapp[{n}]") for n, one in enumerate(_list(tree, "whatsapp", place))]
    shared = str(tree.get("access_token") or "")
    pages = [_page(one, f"{place}.pages[{n}]", shared) for n, one in enumerate(_list(tree, "pages", place))]
    if numbers and not shared:
        raise BadAccounts(f"{place}.access_token is missing: enter the system user's token of the app.")
    return MetaApp(
        str(tree.get("app_id") or ""),
        _secrets(tree, "app_secret", place),
        shared,
        _text(tree, "verify_token", place),
        {number.phone_number_id: number for number in numbers},
        {page.page_id: page for page in pages},
    )


def _number(entry: Any, place: str) -> Number:
    if isinstance(entry, str | int):
        entry = {"phone_number_id": entry}
    tree = _object(entry, {"phone_number_id", "number", "waba_id"}, place)
    found = Number(_text(tree, "phone_number_id", place), str(tree.get("number") or ""), str(tree.get("waba_id") or ""))
    if not found.phone_number_id.isdigit():
        raise BadAccounts(f"{place}.phone_number_id must be digits only: Meta's id of the number.")
    return found


def _page(entry: Any, place: str, shared_token: str) -> Page:
    if isinstance(entry, str | int):
        entry = {"page_id": entry}
    tree = _object(entry, {"page_id", "access_token"}, place)
    found = Page(_text(tree, "page_id", place), str(tree.get("access_token") or shared_token))
    if not found.page_id.isdigit():
        raise BadAccounts(f"{place}.page_id must be digits only: the id of the Facebook page.")
    if not found.access_token:
        raise BadAccounts(f"{place}.access_token is missing: enter the token of the page.")
    return found


def _secrets(tree: Tree, name: str, place: str) -> tuple[str, ...]:
    given = tree.get(f"{name}s", tree.get(name))
    secrets = [given] if isinstance(given, str) else given
    if not isinstance(secrets, Sequence) or not secrets or not all(isinstance(one, str) and one for one in secrets):
        raise BadAccounts(f"{place}.{name} is missing: enter it; without it a forged webhook could not be told.")
    return tuple(secrets)


def _numbers(tree: Tree, name: str, place: str, pattern: re.Pattern[str]) -> list[str]:
    senders = [str(sender).removeprefix("whatsapp:") for sender in _list(tree, name, place)]
    for n, sender in enumerate(senders):
        if not pattern.fullmatch(sender):
            raise BadAccounts(f"{place}.{name}[{n}] “{sender}” cannot be read: write it like {_EXAMPLES[name]}.")
    return senders


_EXAMPLES = {"sms": "+34600111222", "whatsapp": "+34600111222", "messaging_services": "“MG” and 32 characters"}


def _object(entry: Any, allowed: set[str], place: str) -> Tree:
    if not isinstance(entry, Mapping):
        raise BadAccounts(f"{place} must be an object with {', '.join(sorted(allowed))}.")
    _known(entry, allowed, place)
    return entry


def _known(tree: Tree, allowed: set[str], place: str) -> None:
    strange = sorted(str(key) for key in tree if key not in allowed)
    if strange:
        raise BadAccounts(f"{place}.{strange[0]} is not known: use {', '.join(sorted(allowed))}.")


def _text(tree: Tree, name: str, place: str) -> str:
    value = tree.get(name)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text:
        raise BadAccounts(f"{place}.{name} is missing: enter it.")
    return text


def _list(tree: Tree, name: str, place: str) -> Sequence[Any]:
    value = tree.get(name) or []
    if not isinstance(value, list | tuple):
        raise BadAccounts(f"{place}.{name} must be a list.")
    return value


def _each_once(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadAccounts(f"The {what} {twice[0]} is listed twice: leave it in one place.")
