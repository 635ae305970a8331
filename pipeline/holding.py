"""Events that came before what they are about was settled: held for a moment, then taken again by the writer.

A provider may tell of a message before its answer to our own request has been written down. What is on its way stands
in the tables as `sending` before its first byte leaves, and stays so until the provider's id is written with the
outcome; so an unknown id while nothing is on its way is certainly none of ours, and nobody has to wait to know that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, insert, literal_column, select

from conversation.outbox import IS_OPEN
from conversation.people import Alias
from conversation.prepared import Prepared
from conversation.tables import Address, Channel, Conversation, OutboxPart
from conversation.work import Work
from pipeline.tables import FoundEvent

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 30.0
MOST_TRIES = 12  # more than the lease and the looks of an unknown outcome together
FRESH_FOR = timedelta(minutes=10)  # no provider tells of a message later than that; older words are somebody else's

_part, _conversation, _channel, _address = (
    model.__table__ for model in (OutboxPart, Conversation, Channel, Address))
_on_its_way = (
    select(_part.c.part_id, _part.c.state, _part.c.request)
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .join(_address, _address.c.contact_id == _conversation.c.contact_id)
    .where(IS_OPEN, _part.c.state != literal_column("'queued'"), _address.c.family == bindparam("family"),
           _address.c.canonical == bindparam("canonical"), _channel.c.kind == bindparam("kind"),
           _channel.c.account == bindparam("account"), _part.c.sending_at > bindparam("fresh"))
    .order_by(_part.c.position)
)
_is_known = select(exists().where(_part.c.provider_id == bindparam("id"), _part.c.provider_id.is_not(None)))
_add = Prepared(insert(FoundEvent.__table__))


def on_its_way(work: Work, kind: str, account: str, to: Alias) -> Sequence[Mapping[str, Any]]:
    """Parts to this person whose provider's id we do not know yet. Ask it before `is_known`, not after."""
    wanted = {"kind": kind, "account": account, "family": to.family, "canonical": to.canonical,
              "fresh": work.now - FRESH_FOR}
    return work.connection.execute(_on_its_way, wanted).mappings().all()


def is_known(work: Work, provider_id: str) -> bool:
    """Is this the provider's id of a part of ours?"""
    return bool(provider_id) and bool(work.connection.execute(_is_known, {"id": provider_id}).scalar())


def hold(work: Work, event: Mapping[str, Any], tries: int) -> bool:
    """Keep it and take it again soon; False after so many tries that nothing will change any more."""
    if tries >= MOST_TRIES:
        return False
    seconds = min(LONGEST_SECONDS, FIRST_SECONDS * 2**tries)
    _add.run(work.connection, [{"event": dict(event), "found_at": work.now, "tries": tries + 1,
                                "not_before": work.now + timedelta(seconds=seconds)}])
    return True
