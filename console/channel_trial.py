"""A test message: proves that a channel carries words both ways, without writing to anybody who did not ask for it.

It goes only to somebody who wrote to this very channel, who has not stopped or been blocked, and whom we may write to
freely now. On SMS too: no law lets us text a number just to see whether it arrives, and whoever tests has a telephone
at hand and can write first, which tests the way in as well.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from channels import identity
from channels.windows import Window
from console.errors import CannotTry
from conversation import outbox
from conversation.events import Outgoing, TimelineLine
from conversation.tables import Channel, Contact, Conversation, TimelineEntry
from conversation.work import Work

PAUSE = timedelta(minutes=1)

_conversation, _channel, _contact, _entry = (
    Conversation.__table__, Channel.__table__, Contact.__table__, TimelineEntry.__table__)
_of = (
    select(_conversation, _contact.c.blocked_at)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
    .where(_channel.c.kind == bindparam("kind"), _channel.c.account == bindparam("account"),
           _conversation.c.address.in_(bindparam("addresses", expanding=True)))
    .order_by(_conversation.c.last_message_at.desc()).limit(1)
)
_lately = select(_entry.c.entry_id).where(
    _entry.c.conversation_id == bindparam("id"), _entry.c.kind == "channel_test", _entry.c.at > bindparam("since")).limit(1)


def send(work: Work, channel: tuple[str, str], address: str, window: Window, agent_id: str) -> str:
    """Queue the test for `address` on (kind, account); returns the conversation. Raises CannotTry with its reason."""
    found = work.connection.execute(_of, {
        "kind": channel[0], "account": channel[1], "addresses": forms(address)}).mappings().first()
    reason = _why_not(work, found, window)
    if found is None or reason:
        raise CannotTry(reason)
    conversation_id = str(found["conversation_id"])
    outbox.queue(work, conversation_id, Outgoing(work.text("channel_test", found["language"]), author="system"))
    work.record(TimelineLine("channel_test", conversation_id, agent_id))
    return conversation_id


def forms(address: str) -> list[str]:
    """Every form in which what she typed may have been stored: people write numbers with spaces, and without the +."""
    plain = re.sub(r"[\s().\-\u200e\u202a\u202c]", "", address)[:80]
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    written = [plain, f"+{plain}"] if plain.isdigit() else [plain]
    return sorted({form for one in written for form in identity.variants(one)})


def _why_not(work: Work, found: Any, window: Window) -> str:
    if found is None or found["last_inbound_at"] is None:
        return "never_wrote"
    if found["opted_out_at"] is not None:
        return "stopped"
    if found["blocked_at"] is not None:
        return "blocked"
    if window.state(found["last_inbound_at"], work.now, found["free_until"]) != "free":
        return "window"
    since = {"id": found["conversation_id"], "since": work.now - PAUSE}
    return "too_soon" if work.connection.execute(_lately, since).first() else ""
