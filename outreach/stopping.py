"""Who wants no more news of her orders, and who wants them again: her own word, an agent's, the shop's.

What she said is kept for her phone, for every channel of it, and marked on her conversations, where the transaction that
sends looks. What the shop says never changes what she said herself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.identity import canonical_phone, is_phone
from conversation.tables import Address, Conversation
from conversation.work import Work
from outreach.tables import NewsConsent

_consent, _conversation, _address = NewsConsent.__table__, Conversation.__table__, Address.__table__
_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


def _hers(phones: BindParameter[Any]) -> Select[Any]:
    return select(_address.c.contact_id).where(_address.c.family == "phone", _address.c.canonical.in_(phones))


_keys = bindparam("keys", expanding=True)
_stop = (
    update(_conversation).where(_conversation.c.contact_id.in_(_hers(_keys)), _conversation.c.news_stopped_at.is_(None))
    .values(news_stopped_at=bindparam("now"))
)
_start = (
    update(_conversation).where(_conversation.c.contact_id.in_(_hers(_keys)), _conversation.c.news_stopped_at.is_not(None))
    .values(news_stopped_at=None)
)
_lock = (
    select(_conversation.c.conversation_id).where(_conversation.c.contact_id.in_(_hers(_keys)))
    .order_by(_conversation.c.conversation_id).with_for_update()
)
_said_by_shop = select(_consent.c.canonical, _consent.c.state).where(
    _consent.c.family == "phone", _consent.c.source == "shop", _consent.c.canonical.in_(bindparam("phones", expanding=True)))


def wish(work: Work, address: str, wanted: bool, source: str) -> None:
    """She (`contact`) or an agent said whether this phone is told of its orders; an address of no phone has no other."""
    if is_phone(address):
        _keep(work, {canonical_phone(address): wanted}, source)


def wishes_of_shop(work: Work, said: Mapping[str, bool]) -> None:
    """What the shop says of these phones (canonical); it marks their conversations, so that nothing on its way goes out."""
    if not said:
        return
    # conversations before anything of theirs, as whoever says it herself has them
    work.connection.execute(_lock, {"keys": sorted(f"phone:{phone}" for phone in said)}).all()
    _keep(work, said, "shop")
    counts = {row.canonical: row.state for row in work.connection.execute(_said_by_shop, {"phones": sorted(said)})}
    stopped = sorted(f"phone:{phone}" for phone, state in counts.items() if state == "refused")
    started = sorted(f"phone:{phone}" for phone, state in counts.items() if state == "granted")
    if stopped:
        work.connection.execute(_stop, {"keys": stopped, "now": work.now})
    if started:
        work.connection.execute(_start, {"keys": started})


def _keep(work: Work, said: Mapping[str, bool], source: str) -> None:
    dialect = _DIALECTS[work.connection.dialect.name]
    for phone, wanted in sorted(said.items()):
        row = dialect.insert(_consent).values(
            canonical=phone, family="phone", state="granted" if wanted else "refused", source=source, at=work.now)
        kept = {"state": row.excluded.state, "source": row.excluded.source, "at": row.excluded.at}
        only = {"where": _consent.c.source == "shop"} if source == "shop" else {}
        work.connection.execute(row.on_conflict_do_update(index_elements=["canonical", "family"], set_=kept, **only))
