"""Who writes to us, or is written to, for the first time: her contact, her ids and her conversation, for many at once.

Where a shop tells of ten thousand parcels most buyers never wrote. Each kind of row is one statement for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from conversation import ids, people
from conversation.people import Alias
from conversation.prepared import Prepared
from conversation.tables import Address, Channel, Contact, Conversation
from conversation.work import Work

_address, _contact, _conversation, _channel = (
    model.__table__ for model in (Address, Contact, Conversation, Channel))
_add_contact = Prepared(insert(_contact))
_open_conversation, _add_channel = (
    {
        dialect.__name__.rpartition(".")[2]: Prepared(dialect.insert(table).on_conflict_do_nothing())
        for dialect in (sqlite, postgresql)
    }
    for table in (_conversation, _channel)
)
_channel_of = select(_channel.c.channel_id).where(
    _channel.c.kind == bindparam("kind"), _channel.c.account == bindparam("account"))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the inbox finds her, and to which of our channels (`kind`, `account`).

    `canonical` is what identifies her in `family`, `value` what we write to; `others` are more ids of the same person.
    `wrote`: it is she who writes, so that this is where we answer; else somebody wrote to her.
    """

    kind: str
    account: str
    family: str
    canonical: str
    value: str
    name: str = ""
    language: str = "es"
    others: tuple[Alias, ...] = ()
    wrote: bool = True

    @property
    def place(self) -> tuple[str, str, str]:
        return (self.kind, self.account, self.canonical)

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """Every id of this person, the one she wrote from first."""
        return (Alias(self.family, self.canonical, self.value), *self.others)


def meet(work: Work, senders: Sequence[Sender]) -> dict[Sender, dict[str, Any]]:
    """Make a contact and a conversation for each of these whom nobody knows, each of one id that no other has; returns the
    conversations' rows. Nobody is met where another process met one of them a moment ago: take them one by one.
    """
    if not senders:
        return {}
    contact_ids = add_contacts(work, senders)
    theirs = list(zip(senders, contact_ids, strict=True))
    if not people.claim_all(work, [(contact_id, sender.aliases[0]) for sender, contact_id in theirs]):
        forget(work, contact_ids)
        return {}
    return dict(zip(senders, open_all(work, theirs), strict=True))


def add_contacts(work: Work, senders: Sequence[Sender]) -> list[str]:
    """Contacts without an id yet, one for each."""
    rows = [{"contact_id": ids.new("cnt"), "name": sender.name, "email": "", "facts": {}, "created_at": work.now}
            for sender in senders]
    _add_contact.run(work.connection, rows)
    return [str(row["contact_id"]) for row in rows]


def forget(work: Work, contact_ids: Sequence[str]) -> None:
    """These contacts were made in vain: somebody else had made them."""
    work.connection.execute(delete(_address).where(_address.c.contact_id.in_(contact_ids)))
    work.connection.execute(delete(_contact).where(_contact.c.contact_id.in_(contact_ids)))


def open_all(work: Work, theirs: Sequence[tuple[Sender, str]]) -> list[dict[str, Any]]:
    """A conversation of each of these contacts on her channel; a row is the one there is only if there was none."""
    channels = {key: _channel_id(work, *key) for key in sorted({(sender.kind, sender.account) for sender, _ in theirs})}
    rows = [_row(work, sender, contact_id, channels[sender.kind, sender.account]) for sender, contact_id in theirs]
    _open_conversation[work.connection.dialect.name].run(work.connection, rows)
    return rows


def _row(work: Work, sender: Sender, contact_id: str, channel_id: str) -> dict[str, Any]:
    return {
        "conversation_id": ids.new("cnv"), "channel_id": channel_id, "contact_id": contact_id,
        "address": sender.value, "owner": "bot", "epoch": 0, "language": sender.language, "state": {}, "state_epoch": 0,
        "standing": None, "standing_at": None, "tags": [], "last_seq": 0, "heard_seq": 0, "unread": 0, "preview": "",
        "preview_author": "contact", "created_at": work.now, "last_message_at": work.now, "last_inbound_at": None,
        "waiting_since": None, "opted_out_at": None, "marketing_stopped_at": None, "news_stopped_at": None,
        "unreachable_at": None, "unreachable_code": None, "free_until": None, "day": "", "day_count": 0,
        "burst_at": None, "burst_count": 0, "loop_mark": "", "loop_count": 0,
    }


def _channel_id(work: Work, kind: str, account: str) -> str:
    """The row of one of our channels, made when it is first written to."""
    key = {"kind": kind, "account": account}
    known = work.connection.execute(_channel_of, key).scalar_one_or_none()
    if known is None:
        _add_channel[work.connection.dialect.name].run(work.connection, [{
            "channel_id": ids.new("chn"), **key, "name": account, "created_at": work.now}])
        known = work.connection.execute(_channel_of, key).scalar_one()
    return str(known)
