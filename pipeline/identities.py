"""Who an event is about: the ids of a person as the inbox looks for them, and ids that change.

A changed number or key proves nothing about orders: what a conversation had proven is forgotten with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels import identity
from conversation import people
from conversation.events import TimelineLine
from conversation.inbox import Sender, Talk
from conversation.people import Alias
from conversation.work import Work

LANGUAGE_BY_PREFIX = {"+351": "pt", "+55": "pt", "+244": "pt", "+258": "pt", "+44": "en", "+353": "en", "+61": "en",
                      "+64": "en", "+1": "en"}
LANGUAGE_BY_COUNTRY = {"PT": "pt", "BR": "pt", "AO": "pt", "MZ": "pt", "GB": "en", "IE": "en", "AU": "en", "NZ": "en",
                       "US": "en", "CA": "en"}
# What a bot's state keeps when another may be writing: how to talk, and which waits are over. No order, no proof.
KEPT_OF_STATE = ("lang", "seq", "noticed", "met")
SAID = frozenset({"message", "reply", "form", "unsupported"})
SAID_AT_TWILIO = SAID | {"opt_out", "opt_in"}
MOVES = frozenset({"number_changed", "user_id_changed"})


def sender_of(event: Mapping[str, Any], default_language: str) -> Sender:
    """The person (or the group) an event comes from; of an echo, the one it was written to."""
    kind, account = kind_of(event), event["account"]
    if event.get("group_id"):
        group = f"{kind}:{account}:group:{event['group_id']}"
        return Sender(kind, account, "group", group, event["group_id"], "", default_language)
    wrote = event["kind"] != "echo"
    address = event["sender"] if wrote else event["recipient"]
    key = identity.contact_key(kind, account, address)
    name = (event.get("profile_name") or event.get("username", "")) if wrote else ""
    return Sender(kind, account, key.partition(":")[0], key, address, name, language_of(address, default_language),
                  _others(event, key) if "sender_alt" in event else (), wrote)


def _others(event: Mapping[str, Any], main: str) -> tuple[Alias, ...]:
    found = {one.canonical: one for one in
             (alias(kind_of(event), event["account"], other) for other in event["sender_alt"] if other)}
    found.pop(main, None)
    return tuple(found.values())


def kind_of(event: Mapping[str, Any]) -> str:
    """The adapter's name of the channel an event came by."""
    return f"{event['provider']}-{event['channel']}"


def alias(kind: str, account: str, address: str) -> Alias:
    """An address as one of a person's ids."""
    key = identity.contact_key(kind, account, address)
    return Alias(key.partition(":")[0], key, address)


def language_of(address: str, default_language: str) -> str:
    """What somebody probably speaks, until she has written: by the country of her number or id."""
    for length in (4, 3, 2):
        if address[:length] in LANGUAGE_BY_PREFIX:
            return LANGUAGE_BY_PREFIX[address[:length]]
    return LANGUAGE_BY_COUNTRY.get(address[:2], default_language) if address[2:3] == "." else default_language


def identity_of(event: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes an event the same as one seen before: channel, class and the provider's id, or its content.

    At Twilio one id is one message, whatever became of it: found in a list, a stop word is not marked as such.
    """
    channel = (event["provider"], event["channel"], event["account"])
    is_said = event["kind"] in (SAID_AT_TWILIO if event["provider"] == "twilio" else SAID)
    event_class = "message" if is_said else event["kind"]
    if event.get("provider_id"):
        return (*channel, event_class, event["provider_id"])
    about = (event["target"],) if event.get("target") else ()
    return (*channel, event_class, event.get("sender") or event.get("recipient", ""), str(event.get("at_ms", "")),
            event.get("payload", ""), event.get("text", ""), *about)


def is_move(event: Mapping[str, Any]) -> bool:
    """Does this event say that an id gave way to another?"""
    return event["kind"] == "system" and event.get("system") in MOVES and bool(event.get("new_address"))


def take(work: Work, talk: Talk, event: Mapping[str, Any]) -> None:
    """An event about a person's ids: follow it, forget what was proven, and tell the desk."""
    what = event.get("system", "")
    if what == "thread_passed":
        work.record(TimelineLine(what, talk.conversation_id, "system", epoch=talk.row["epoch"]))
        return
    if is_move(event):
        _follow(work, talk, event)
    forget_proof(work, talk, what)


def forget_proof(work: Work, talk: Talk, what: str = "identity_changed") -> None:
    """Somebody else may be writing: the bot knows nothing of any order any more, and the desk is told."""
    state = talk.row["state"]
    talk.row["state"] = {name: state[name] for name in KEPT_OF_STATE if name in state}
    talk.changed, talk.doubtful = True, False
    kind = "address_changed" if what in MOVES else "identity_changed"
    work.record(TimelineLine(kind, talk.conversation_id, "system", epoch=talk.row["epoch"], data={"what": what}))


def _follow(work: Work, talk: Talk, event: Mapping[str, Any]) -> None:
    kind, account = kind_of(event), event["account"]
    old, new = alias(kind, account, event["sender"]), alias(kind, account, event["new_address"])
    contact_id = talk.row["contact_id"]
    other = people.owner_of(work, new)
    if other is not None and other != contact_id:
        contact_id = people.merge(work, {contact_id, other}, kind, account)
    if old.family == new.family and old.key != new.key:
        people.replace(work, contact_id, old, new)
    else:
        people.link(work, contact_id, [new])
    if contact_id == talk.row["contact_id"] and alias(kind, account, talk.row["address"]).family == new.family:
        talk.row["address"] = event["new_address"]
        talk.changed = True
