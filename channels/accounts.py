"""Ours: which numbers and pages belong to us, and with which secrets.

Read once from a plain dict (settings make it) and frozen. A missing secret is refused here, at the start, so that
nothing later can take “no secret” for “nothing to check”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from channels import adapters, pacing
from channels.base import Adapter, Endpoint
from channels.errors import BadAccounts

Tree = Mapping[str, Any]
STATUS_PATH = "/webhooks/twilio/status"
RETRY_OVERRIDE = "#rc=5&rp=all"  # Twilio, "Webhooks connection overrides": five tries, whatever went wrong
_SID = re.compile(r"AC[0-9A-Za-z]{32}")
_SERVICE = re.compile(r"MG[0-9A-Za-z]{32}")
_TWILIO_KEYS = {"account_sid", "auth_token", "auth_tokens", "messaging_services", "content"}
_META_KEYS = {"app_id", "app_secret", "app_secrets", "access_token", "verify_token"}
# Meta's own names for the id of an address of ours, and what else may be said of one.
_ID_NAMES = ("phone_number_id", "account_id", "page_id")
_SENDER_KEYS = {*_ID_NAMES, "number", "waba_id", "access_token", "page_id"}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """One account at Twilio. Several tokens: a rotation is going on, each may have signed.

    `senders`: our addresses by kind, one entry for every kind over Twilio. `content`: ContentSids (HX…) by the name
    that channels/twilio_content.py gives their shape.
    """

    account_sid: str
    auth_tokens: tuple[str, ...]
    senders: Mapping[str, frozenset[str]]
    messaging_services: frozenset[str] = frozenset()
    content: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetaSender:
    """An address of ours at Meta: the id of a number, a page or an Instagram account, and the token that writes as it."""

    account: str
    access_token: str
    number: str = ""
    waba_id: str = ""
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class MetaApp:
    """One app at Meta. Several secrets: the one it had may still sign while it is being changed.

    `senders`: our addresses by kind and id, one entry for every kind at Meta.
    """

    app_id: str
    app_secrets: tuple[str, ...]
    access_token: str
    verify_token: str
    senders: Mapping[str, Mapping[str, MetaSender]]


@dataclass(frozen=True, slots=True)
class Accounts:
    """All of ours. `twilio` by account sid; `meta` in the order given; `rates` as channels/pacing.py reads them."""

    twilio: Mapping[str, TwilioAccount] = field(default_factory=dict)
    meta: tuple[MetaApp, ...] = ()
    rates: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def endpoints(
        self, twilio_api_base: str, meta_graph_base: str, public_base_url: str
    ) -> dict[tuple[str, str], Endpoint]:
        """What the sender needs, by (kind, account): `("twilio-whatsapp", "+14155238886")`.

        Twilio reports to `public_base_url`; without one no reports are asked for.
        """
        callback_url = public_base_url.rstrip("/") + STATUS_PATH + RETRY_OVERRIDE if public_base_url else ""
        found = [*self._at_twilio(twilio_api_base.rstrip("/"), callback_url), *self._at_meta(meta_graph_base.rstrip("/"))]
        return {(endpoint.kind, endpoint.account): endpoint for endpoint in found}

    def _at_twilio(self, base: str, callback_url: str) -> Iterator[Endpoint]:
        for account in self.twilio.values():
            secrets = {"account_sid": account.account_sid, "auth_token": (*account.auth_tokens, "")[0]}
            for kind, senders in account.senders.items():
                for sender in sorted(senders | account.messaging_services):
                    facts = {"content": account.content} | pacing.facts_of(self.rates, kind, sender)
                    yield Endpoint(kind, sender, base, secrets, callback_url, facts)

    def _at_meta(self, base: str) -> Iterator[Endpoint]:
        for app in self.meta:
            for kind, senders in app.senders.items():
                for one in senders.values():
                    facts: dict[str, Any] = {"number": one.number, "waba_id": one.waba_id, "page_id": one.page_id}
                    facts |= {"app_id": app.app_id, **pacing.facts_of(self.rates, kind, one.account)}
                    yield Endpoint(kind, one.account, base, {"access_token": one.access_token}, facts=facts)


def read(tree: Tree, *, secrets_needed: bool = True) -> Accounts:
    """The accounts of a plain dict `{"twilio": [{…}], "meta": [{…}]}` (docs/channels.md, "Our numbers and pages").

    `secrets_needed=False` is for looking only: any id is believed, and nothing may be checked or sent with the result. Raises BadAccounts,
    whose message names the place and the mend.
    """
    if not isinstance(tree, Mapping):
        raise BadAccounts("The accounts must be an object with the lists “twilio” and “meta”.")
    if secrets_needed:
        _known(tree, {"twilio", "meta", "rates"}, "accounts")
    entries = enumerate(_list(tree, "twilio", "accounts"))
    twilio = [_twilio(entry, f"twilio[{n}]", secrets_needed) for n, entry in entries]
    entries = enumerate(_list(tree, "meta", "accounts"))
    meta = [_meta(entry, f"meta[{n}]", secrets_needed) for n, entry in entries]
    _each_once("twilio account_sid", [account.account_sid for account in twilio])
    for kind in _kinds("twilio"):
        _each_once(f"{kind.name} address", [one for account in twilio for one in account.senders[kind.name]])
    _each_once("twilio messaging service", [sid for account in twilio for sid in account.messaging_services])
    for kind in _kinds("meta"):
        _each_once(f"{kind.name} id", [one for app in meta for one in app.senders[kind.name]])
    rates = pacing.read(tree.get("rates") or {}, adapters())
    return Accounts({account.account_sid: account for account in twilio}, tuple(meta), rates)


@cache
def _kinds(provider: str) -> tuple[Adapter, ...]:
    return tuple(kind for kind in adapters().values() if kind.provider == provider)


def _twilio(entry: Any, place: str, secrets_needed: bool) -> TwilioAccount:
    tree = _object(entry, _allowed(_TWILIO_KEYS, "twilio", secrets_needed), place)
    sid = _text(tree, "account_sid", place)
    if secrets_needed and not _SID.fullmatch(sid):
        raise BadAccounts(f"{place}.account_sid is no account sid: “AC” and 32 characters, see Twilio's console.")
    content = tree.get("content") or {}
    if not isinstance(content, Mapping):
        raise BadAccounts(f"{place}.content must be an object of names and ContentSids (HX…).")
    return TwilioAccount(
        sid,
        _secrets(tree, "auth_token", place, secrets_needed),
        {kind.name: frozenset(_addresses(tree, kind, place, secrets_needed)) for kind in _kinds("twilio")},
        frozenset(_services(tree, place, secrets_needed)),
        {str(name): str(sid) for name, sid in content.items()},
    )


def _meta(entry: Any, place: str, secrets_needed: bool) -> MetaApp:
    tree = _object(entry, _allowed(_META_KEYS, "meta", secrets_needed), place)
    shared = str(tree.get("access_token") or "")
    senders: dict[str, Mapping[str, MetaSender]] = {}
    for kind in _kinds("meta"):
        listed = enumerate(_list(tree, kind.listed_as, place))
        found = [_meta_sender(one, kind, f"{place}.{kind.listed_as}[{n}]", (shared, secrets_needed)) for n, one in listed]
        for n, one in enumerate(found):
            if secrets_needed and not one.access_token:
                raise BadAccounts(f"{place}.{kind.listed_as}[{n}] has no access_token: enter it there or beside the list.")
        _each_once(f"{kind.name} id", [one.account for one in found])
        senders[kind.name] = {one.account: one for one in found}
    return MetaApp(
        str(tree.get("app_id") or ""),
        _secrets(tree, "app_secret", place, secrets_needed),
        shared,
        _text(tree, "verify_token", place) if secrets_needed else str(tree.get("verify_token") or ""),
        senders,
    )


def _meta_sender(entry: Any, kind: Adapter, place: str, rules: tuple[str, bool]) -> MetaSender:
    shared_token, secrets_needed = rules
    if isinstance(entry, str | int):
        entry = {"account_id": entry}  # the id alone
    tree = _object(entry, _SENDER_KEYS if secrets_needed else None, place)
    name = next((one for one in _ID_NAMES if one in tree), "account_id")
    account = _text(tree, name, place)
    if secrets_needed and not kind.address_form.fullmatch(account):
        raise BadAccounts(f"{place}.{name} “{account}” cannot be read: write it like {kind.address_example}.")
    facts = {name: str(tree.get(name) or "") for name in ("number", "waba_id", "page_id")}
    return MetaSender(account, str(tree.get("access_token") or shared_token), **facts)


def _secrets(tree: Tree, name: str, place: str, needed: bool) -> tuple[str, ...]:
    given = tree.get(f"{name}s", tree.get(name))
    secrets = [given] if isinstance(given, str) else given
    if not needed and not secrets:
        return ()
    if not isinstance(secrets, Sequence) or not secrets or not all(isinstance(one, str) and one for one in secrets):
        raise BadAccounts(f"{place}.{name} is missing: enter it; without it a forged webhook could not be told.")
    return tuple(secrets)


def _addresses(tree: Tree, kind: Adapter, place: str, strict: bool) -> list[str]:
    """Our addresses of one kind, without the provider's word before them (`whatsapp:`)."""
    found = [str(one).removeprefix(f"{kind.channel}:") for one in _list(tree, kind.listed_as, place)]
    for n, one in enumerate(found):
        if strict and not kind.address_form.fullmatch(one):
            where = f"{place}.{kind.listed_as}[{n}]"
            raise BadAccounts(f"{where} “{one}” cannot be read: write it like {kind.address_example}.")
    return found


def _services(tree: Tree, place: str, strict: bool) -> list[str]:
    found = [str(sid) for sid in _list(tree, "messaging_services", place)]
    for n, sid in enumerate(found):
        if strict and not _SERVICE.fullmatch(sid):
            raise BadAccounts(f"{place}.messaging_services[{n}] “{sid}” cannot be read: “MG” and 32 characters.")
    return found


def _allowed(keys: set[str], provider: str, strict: bool) -> set[str] | None:
    return keys | {kind.listed_as for kind in _kinds(provider)} if strict else None


def _object(entry: Any, allowed: set[str] | None, place: str) -> Tree:
    """`entry` as an object with no other keys than these; None allows any."""
    if not isinstance(entry, Mapping):
        raise BadAccounts(f"{place} must be an object with {', '.join(sorted(allowed or ('an id',)))}.")
    if allowed is not None:
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
