"""The rows of files that came with messages, and of files we let providers fetch. The rows are the truth.

A row waits (`remote`), is held by a worker until its lease is over (`fetching`), and ends `stored`, `failed` or
`too_big`. A worker writes an outcome only for the attempt that it began: one that was thought dead and comes back late
changes nothing. Whatever happens to the file, the message stays, and the page shows what became of it.

Codes of `why`: not_found (the provider has it no more), forbidden (it wants other credentials), unreachable (no
answer), refused (an address we do not fetch from, or an answer that makes no sense), no_source (nothing to fetch),
not_allowed (a type that is not kept), unreadable (a picture that cannot be drawn), too_big, expired (kept long enough).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.orm import Session

from conversation import holders, ids
from conversation.events import Notice, TimelineLine
from conversation.tables import Attachment, Channel, Conversation, Message, Upload
from conversation.work import Work

MOST_ATTEMPTS = 12  # claims of one row, whatever came of them: a file that kills its worker is not tried for ever
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
UPLOAD_LIFE = timedelta(hours=72)  # a provider fetches within minutes; a retried send may come a day later
FINAL_CODES = frozenset(("no_source", "not_allowed", "too_big", "expired"))  # trying again would change nothing

_attachment, _message, _upload = Attachment.__table__, Message.__table__, Upload.__table__
_conversation, _channel = Conversation.__table__, Channel.__table__
# Written out, not bound: a database finds a partial index only by the very words of its condition.
IS_OPEN = _attachment.c.state.in_([literal_column("'remote'"), literal_column("'fetching'")])
_IS_STORED = _attachment.c.state == literal_column("'stored'")
_due_at = func.coalesce(_attachment.c.not_before, _message.c.created_at)
_is_due = and_(IS_OPEN, or_(and_(_attachment.c.state == "remote", _due_at <= bindparam("due")),
                            and_(_attachment.c.state == "fetching", _attachment.c.lease_until <= bindparam("now"))))
_any_due = (
    select(_attachment.c.attachment_id).join(_message, _message.c.message_id == _attachment.c.message_id)
    .where(_is_due).limit(1)
)
_waiting = (
    select(_attachment, _message.c.conversation_id, _channel.c.kind.label("channel_kind"), _channel.c.account)
    .join(_message, _message.c.message_id == _attachment.c.message_id)
    .join(_conversation, _conversation.c.conversation_id == _message.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_is_due)
    .order_by(_message.c.created_at, _attachment.c.n)
    .limit(bindparam("limit"))
    .with_for_update(of=_attachment, skip_locked=True)
)
_take = (
    update(_attachment).where(_attachment.c.attachment_id == bindparam("id"))
    .values(state="fetching", attempt=_attachment.c.attempt + 1, owner=bindparam("by"), lease_until=bindparam("until"))
)
_of_attempt = and_(_attachment.c.attachment_id == bindparam("id"), _attachment.c.state == "fetching",
                   _attachment.c.attempt == bindparam("tried"))
_settle = update(_attachment).where(_of_attempt)
_known = select(_attachment.c.stored_name, _attachment.c.thumbnail).where(
    or_(_attachment.c.stored_name.in_(bindparam("names", expanding=True)),
        _attachment.c.thumbnail.in_(bindparam("names", expanding=True))))
_known_uploads = select(_upload.c.stored_name).where(_upload.c.stored_name.in_(bindparam("names", expanding=True)))
_old = (
    select(_attachment.c.attachment_id, _attachment.c.stored_name, _attachment.c.thumbnail, _message.c.conversation_id)
    .join(_message, _message.c.message_id == _attachment.c.message_id)
    .where(_IS_STORED, _attachment.c.stored_at < bindparam("before"))
    .order_by(_attachment.c.stored_at).limit(bindparam("limit"))
)
_by_id = select(_attachment).where(_attachment.c.attachment_id == bindparam("id"))
_of_messages = (
    select(_attachment).where(_attachment.c.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(_attachment.c.message_id, _attachment.c.n)
)
_content_of = select(_message.c.content).where(_message.c.message_id == bindparam("id")).with_for_update()
# For /metrics: how many wait and since when, and what became of all.
WAITING = (
    select(func.count(), func.min(_message.c.created_at))
    .join_from(_attachment, _message, _message.c.message_id == _attachment.c.message_id).where(IS_OPEN)
)
BY_STATE = (
    select(_attachment.c.state, _attachment.c.why, func.count(), func.sum(_attachment.c.size))
    .group_by(_attachment.c.state, _attachment.c.why)
)
_upload_by_id = select(_upload).where(_upload.c.upload_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that a worker holds: what to fetch, for which channel of ours, and which attempt this is."""

    attachment_id: str
    conversation_id: str
    message_id: str
    channel_kind: str
    account: str
    kind: str
    mime: str
    filename: str
    remote: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file once it lies in the media folder."""

    stored_name: str
    mime: str
    size: int
    thumbnail: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


def waiting_rows(message_id: str, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What came with a message, as rows to insert; pure but for their fresh ids."""
    return [
        {"attachment_id": ids.new("att"), "message_id": message_id, "n": n, "kind": item.get("type", "file"),
         "mime": item.get("mime"), "filename": item.get("filename"), "remote": dict(item), "state": "remote",
         "attempt": 0}
        for n, item in enumerate(items)
    ]


def is_any_due(session: Session, now: datetime, untouched: timedelta = timedelta()) -> bool:
    """Whether `claim` would find something."""
    return session.execute(_any_due, {"now": now, "due": now - untouched}).first() is not None


def claim(work: Work, limit: int, lease: timedelta, untouched: timedelta = timedelta()) -> list[Claimed]:
    """Take rows that are due, for so long; with `untouched` only those that nobody took although they were due."""
    asked = {"now": work.now, "due": work.now - untouched, "limit": limit}
    rows = work.connection.execute(_waiting, asked).mappings().all()
    me = holders.name_of_this_process()
    for row in rows:
        work.connection.execute(_take, {"id": row["attachment_id"], "by": me, "until": work.now + lease})
    return [
        Claimed(row["attachment_id"], row["conversation_id"], row["message_id"], row["channel_kind"], row["account"],
                row["kind"], row["mime"] or "", row["filename"] or "", row["remote"] or {}, row["attempt"] + 1)
        for row in rows
    ]


def inherit(work: Work) -> None:
    """What a worker of this host was fetching when it died is due at once."""
    holders.end_leases_of_the_dead(work, _attachment, and_(IS_OPEN, _attachment.c.state == "fetching"))


def renew(work: Work, held: Sequence[Claimed], lease: timedelta) -> None:
    """Whoever holds these goes on holding them; what another worker has taken meanwhile stays his."""
    for one in held:
        values = {"id": one.attachment_id, "tried": one.attempt}
        work.connection.execute(_settle.values(lease_until=work.now + lease), values)


def stored(work: Work, claimed: Claimed, kept: Kept) -> bool:
    """The file is there; False where another worker has the row by now."""
    return _settled(work, claimed, {
        "state": "stored", "stored_name": kept.stored_name, "thumbnail": kept.thumbnail, "mime": kept.mime,
        "size": kept.size, "width": kept.width, "height": kept.height, "seconds": kept.seconds,
        "stored_at": work.now, "why": None})


def failed(work: Work, claimed: Claimed, why: str) -> bool:
    """It is given up; an agent may ask for it again."""
    state = "too_big" if why == "too_big" else "failed"
    return _settled(work, claimed, {"state": state, "why": why})


def again(work: Work, claimed: Claimed, at: datetime, why: str, *, counts: bool = True) -> bool:
    """Later. `counts` False: it was our own trouble, and is no attempt at this file."""
    changes = {"state": "remote", "not_before": at, "lease_until": None, "why": why}
    if not counts:
        changes["attempt"] = claimed.attempt - 1
    done = work.connection.execute(_settle.values(changes), {"id": claimed.attachment_id, "tried": claimed.attempt})
    return bool(done.rowcount)


def note_contacts(work: Work, message_id: str, contacts: list[dict[str, Any]]) -> None:
    """What a vCard says, beside the message it came with; what the message says itself is not written over."""
    content = work.connection.execute(_content_of, {"id": message_id}).scalar_one()
    if not content.get("contacts"):
        work.connection.execute(update(_message).where(_message.c.message_id == message_id)
                                .values(content={**content, "contacts": contacts}))


def _settled(work: Work, claimed: Claimed, changes: dict[str, Any]) -> bool:
    values = {**changes, "lease_until": None, "not_before": None}
    done = work.connection.execute(_settle.values(values), {"id": claimed.attachment_id, "tried": claimed.attempt})
    if not done.rowcount:
        return False
    _tell(work, claimed.conversation_id, claimed.attachment_id, "system", changes["state"])
    return True


def _tell(work: Work, conversation_id: str, attachment_id: str, actor: str, state: str) -> None:
    work.record(TimelineLine("attachment", conversation_id, actor, data={"attachment": attachment_id, "state": state}))


def ask_again(work: Work, attachment: Mapping[str, Any], conversation_id: str, agent_id: str) -> bool:
    """An agent wants a file that could not be had; False where there is nothing to try again."""
    if attachment["state"] not in ("failed", "too_big") or attachment["why"] in FINAL_CODES:
        return False
    work.connection.execute(
        update(_attachment).where(_attachment.c.attachment_id == attachment["attachment_id"],
                                  _attachment.c.state == attachment["state"])
        .values(state="remote", attempt=0, not_before=None, lease_until=None, why=None))
    _tell(work, conversation_id, attachment["attachment_id"], agent_id, "remote")
    work.notify(Notice("bulk"))
    return True


def attach(work: Work, message_id: str, kind: str, filename: str, kept: Kept) -> str:
    """What an agent sent with a message, as it is kept; returns the attachment's id."""
    attachment_id = ids.new("att")
    work.connection.execute(insert(_attachment).values(
        attachment_id=attachment_id, message_id=message_id, n=0, kind=kind, mime=kept.mime, filename=filename,
        remote={}, state="stored", size=kept.size, stored_name=kept.stored_name, thumbnail=kept.thumbnail,
        width=kept.width, height=kept.height, seconds=kept.seconds, attempt=0, stored_at=work.now))
    return attachment_id


def carry_over(work: Work, message_id: str, again: str) -> None:
    """A message that is sent once more brings the same files; providers may fetch them for another while."""
    rows = of_messages(work.session, [message_id, again])
    if again in rows:
        return
    for row in rows.get(message_id, ()):
        work.connection.execute(insert(_attachment).values({**row, "attachment_id": ids.new("att"), "message_id": again}))
        if row["stored_name"] and row["stored_name"].startswith("upl_"):
            kept = Kept(row["stored_name"], row["mime"], row["size"])
            work.connection.execute(delete(_upload).where(_upload.c.upload_id == kept.stored_name))
            upload(work, kept.stored_name, row["filename"] or "", kept, "")


def upload(work: Work, upload_id: str, filename: str, kept: Kept, agent_id: str) -> None:
    """Let providers fetch this file of ours for a while."""
    work.connection.execute(insert(_upload).values(
        upload_id=upload_id, stored_name=kept.stored_name, mime=kept.mime, filename=filename, size=kept.size,
        uploaded_by=agent_id, created_at=work.now, expires_at=work.now + UPLOAD_LIFE))


def keep_upload(work: Work, upload_id: str) -> None:
    """Keep this file until `end_upload`: it goes with something that is sent again and again."""
    work.connection.execute(update(_upload).where(_upload.c.upload_id == upload_id).values(expires_at=FOR_EVER))


def end_upload(work: Work, upload_id: str) -> None:
    """A kept file that nothing names any more goes with the next tidying."""
    work.connection.execute(update(_upload).where(_upload.c.upload_id == upload_id).values(expires_at=work.now))


def upload_of(session: Session, upload_id: str, now: datetime) -> Mapping[str, Any] | None:
    """The upload of this id while it may be fetched."""
    row = session.execute(_upload_by_id, {"id": upload_id}).mappings().first()
    return row if row is not None and row["expires_at"] > now else None


def attachment_of(session: Session, attachment_id: str) -> Mapping[str, Any] | None:
    """The attachment of this id; who may see it is the caller's to ask."""
    return session.execute(_by_id, {"id": attachment_id}).mappings().first()


def of_messages(session: Session, message_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """What came or went with each of these messages, in order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    if message_ids:
        for row in session.execute(_of_messages, {"ids": list(message_ids)}).mappings():
            found.setdefault(row["message_id"], []).append(row)
    return found


def forget_before(work: Work, before: datetime, limit: int = 200) -> list[str]:
    """Rows stored before that say that their file is gone; returns the names of the files to remove."""
    rows = work.connection.execute(_old, {"before": before, "limit": limit}).mappings().all()
    for row in rows:
        work.connection.execute(
            update(_attachment).where(_attachment.c.attachment_id == row["attachment_id"])
            .values(state="removed", why="expired", stored_name=None, thumbnail=None))
        _tell(work, row["conversation_id"], row["attachment_id"], "system", "removed")
    return [name for row in rows for name in (row["stored_name"], row["thumbnail"]) if name]


def end_uploads(work: Work) -> int:
    """Uploads that no provider may fetch any more; the file stays as long as a message of ours names it."""
    return int(work.connection.execute(delete(_upload).where(_upload.c.expires_at < work.now)).rowcount)


def known_names(session: Session, names: Sequence[str]) -> set[str]:
    """Which of these files some row still names."""
    if not names:
        return set()
    rows = session.execute(_known, {"names": list(names)})
    known = {name for row in rows for name in row if name}
    return known | set(session.execute(_known_uploads, {"names": list(names)}).scalars())
