"""Who is one person: ids that belong together, contacts that turn out to be the same, an id that gives way to another.

Two contacts of one person become one without losing a conversation. A conversation is one per channel and contact, so
where both had one on the same channel they cannot be run together (two numberings, two tickets): the livelier one goes
on with all ids, the other stays readable under the contact it had, and each names the other in its timeline. A wish to
be left alone, and a block, go over to the one that goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from conversation import ids
from conversation.events import TimelineLine
from conversation.prepared import Prepared
from conversation.tables import Address, Channel, Contact, Conversation
from conversation.work import Work

_address, _contact, _conversation, _channel = (
    model.__table__ for model in (Address, Contact, Conversation, Channel))
_claim_address = {
    dialect.__name__.rpartition(".")[2]: Prepared(dialect.insert(_address).on_conflict_do_nothing())
    for dialect in (sqlite, postgresql)
}
_addresses_of = select(_address).where(_address.c.contact_id == bindparam("id"))
_owner_of = select(_address.c.contact_id).where(
    _address.c.family == bindparam("family"), _address.c.canonical == bindparam("canonical"))
_contacts = select(_contact).where(_contact.c.contact_id.in_(bindparam("ids", expanding=True)))
_talks_of = (
    select(_conversation.c.conversation_id, _conversation.c.contact_id, _conversation.c.channel_id,
           _conversation.c.owner, _conversation.c.created_at, _conversation.c.last_inbound_at,
           _conversation.c.opted_out_at, _conversation.c.marketing_stopped_at,
           _conversation.c.news_stopped_at, _channel.c.kind, _channel.c.account)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_conversation.c.contact_id.in_(bindparam("ids", expanding=True)))
    .order_by(_conversation.c.conversation_id)
)
_lock_talks_of = _talks_of.with_for_update(of=_conversation)


@dataclass(frozen=True, slots=True)
class Alias:
    """One id of a person: `canonical` is compared within `family`, `value` is what came and what is written to."""

    family: str
    canonical: str
    value: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.family, self.canonical)


def link(work: Work, contact_id: str, aliases: Sequence[Alias]) -> bool:
    """Give a contact more ids. True where she had another one of the same make: somebody else may have her number now."""
    if not aliases:
        return False
    known = work.connection.execute(_addresses_of, {"id": contact_id}).mappings().all()
    claim(work, contact_id, aliases)
    makes = {_make_of(row["family"], row["value"]) for row in known}
    return any(one.family != "phone" and _make_of(one.family, one.value) in makes for one in aliases)


def claim(work: Work, contact_id: str, aliases: Sequence[Alias]) -> int:
    """Take these ids for a contact up to the first that somebody has; returns how many she got.

    In one order, the number first, and no further: whoever waits for another process that meets the same person should
    hold nothing that it waits for.
    """
    statement = _claim_address[work.connection.dialect.name]
    for got, one in enumerate(sorted(aliases, key=lambda one: (one.family != "phone", one.key))):
        row = {"address_id": ids.new("adr"), "family": one.family, "canonical": one.canonical, "value": one.value,
               "contact_id": contact_id}
        if statement.run(work.connection, [row]) == 0:
            return got
    return len(aliases)


def claim_all(work: Work, theirs: Sequence[tuple[str, Alias]]) -> bool:
    """Give each of these contacts its one id, in one order; False where somebody has one of them."""
    rows = [{"address_id": ids.new("adr"), "family": one.family, "canonical": one.canonical, "value": one.value,
             "contact_id": contact_id} for contact_id, one in sorted(theirs, key=lambda pair: pair[1].key)]
    return _claim_address[work.connection.dialect.name].run(work.connection, rows) == len(rows)


def owner_of(work: Work, alias: Alias) -> str | None:
    """The contact this id belongs to."""
    found = work.connection.execute(_owner_of, {"family": alias.family, "canonical": alias.canonical})
    return found.scalar_one_or_none()


def replace(work: Work, contact_id: str, old: Alias, new: Alias) -> None:
    """An id gives way to another. The old one is let go: whoever gets that number next is a stranger."""
    link(work, contact_id, [new])
    work.connection.execute(delete(_address).where(
        _address.c.family == old.family, _address.c.canonical == old.canonical, _address.c.contact_id == contact_id))


def merge(work: Work, contact_ids: Collection[str], kind: str, account: str) -> str:
    """These contacts are one person, as she shows on this channel of ours; returns the contact that goes on."""
    query = _talks_of if work.is_sqlite else _lock_talks_of
    talks = work.connection.execute(query, {"ids": sorted(contact_ids)}).mappings().all()
    here = [talk for talk in talks if (talk["kind"], talk["account"]) == (kind, account)]
    kept = max(here, key=_liveliness)["contact_id"] if here else min(contact_ids)
    rows = {row["contact_id"]: dict(row) for row in
            work.connection.execute(_contacts, {"ids": sorted(contact_ids)}).mappings()}
    staying = _move_talks(work, kept, talks)
    for lost in sorted(set(contact_ids) - {kept}):
        _join(work, rows[kept], rows[lost], stays=lost in staying)
    return str(kept)


def _liveliness(talk: Mapping[str, Any]) -> tuple[bool, datetime]:
    """What people hold goes on before what the bot holds, then what was written in last."""
    return talk["owner"] != "bot", talk["last_inbound_at"] or talk["created_at"]


def _move_talks(work: Work, kept: str, talks: Sequence[Mapping[str, Any]]) -> set[str]:
    """Give the one who goes on the conversations of the others, the liveliest of each channel; returns who keeps some."""
    going_on = {talk["channel_id"]: talk for talk in talks if talk["contact_id"] == kept}
    staying = set[str]()
    for talk in sorted((one for one in talks if one["contact_id"] != kept), key=_liveliness, reverse=True):
        on = going_on.setdefault(talk["channel_id"], talk)
        if on is talk:
            work.connection.execute(
                update(_conversation).where(_conversation.c.conversation_id == talk["conversation_id"])
                .values(contact_id=kept))
        else:
            staying.add(talk["contact_id"])
            _carry_over(work, on, talk)
    return staying


def _join(work: Work, kept: dict[str, Any], lost: Mapping[str, Any], *, stays: bool) -> None:
    work.connection.execute(update(_address).where(_address.c.contact_id == lost["contact_id"])
                            .values(contact_id=kept["contact_id"]))
    _fill_in(work, kept, lost)
    if not stays:
        work.connection.execute(delete(_contact).where(_contact.c.contact_id == lost["contact_id"]))


def _carry_over(work: Work, on: Mapping[str, Any], left: Mapping[str, Any]) -> None:
    """Her wishes hold where she goes on, and both conversations name each other."""
    wishes = {name: left[name] for name in ("opted_out_at", "marketing_stopped_at", "news_stopped_at") if left[name] and not on[name]}
    if wishes:
        work.connection.execute(
            update(_conversation).where(_conversation.c.conversation_id == on["conversation_id"]).values(**wishes))
    for one, other in ((on, left), (left, on)):
        work.record(TimelineLine("same_person", one["conversation_id"], "system",
                                 data={"conversation": other["conversation_id"]}))


def _fill_in(work: Work, kept: dict[str, Any], lost: Mapping[str, Any]) -> None:
    """What only the other contact knew of her, and a block: nobody gets rid of one by writing under another id."""
    columns = ("name", "email", "language", "country", "blocked_at", "blocked_by", "blocked_why")
    known = {name: lost[name] for name in columns if lost[name] and not kept[name]}
    known["facts"] = {**lost["facts"], **kept["facts"]}
    work.connection.execute(
        update(_contact).where(_contact.c.contact_id == kept["contact_id"]).values(**known))
    kept |= known


def _make_of(family: str, value: str) -> tuple[str, bool]:
    """Ids of one make exclude each other: a person has one id a business, and at most one a group of businesses."""
    return family, ".ENT." in value
