"""The photos of a case: taken from what she sent, looked at once their files are there, sorted and taken off by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from conversation import ids
from conversation.files import Folder
from conversation.tables import Attachment
from conversation.work import Database, Work
from incidents import case_rows, likeness
from incidents.claim_rules import PHOTO_KINDS
from incidents.errors import BadField, UnknownCase
from incidents.tables import Incident, IncidentPhoto

MOST = 20
AT_ONCE = 8
MOST_COMPARED = 20_000  # of all cases, the newest
TAKEN_OFF = "taken_off"

_photo, _incident, _attachment = IncidentPhoto.__table__, Incident.__table__, Attachment.__table__
_unseen = (
    select(_photo.c.incident_photo_id, _photo.c.incident_id, _photo.c.said_at, _attachment.c.state,
           _attachment.c.stored_name, _attachment.c.thumbnail, _attachment.c.width, _attachment.c.height,
           _incident.c.order_facts, _incident.c.order_key)
    .join(_attachment, _attachment.c.attachment_id == _photo.c.attachment_id)
    .join(_incident, _incident.c.incident_id == _photo.c.incident_id)
    .where(_photo.c.sha256 == "", _photo.c.refused == "", _attachment.c.state.in_(("stored", "failed", "too_big", "removed")))
    .order_by(_photo.c.created_at).limit(AT_ONCE)
)
_before = (
    select(_photo.c.incident_photo_id, _photo.c.sha256, _photo.c.likeness, _photo.c.incident_id, _incident.c.order_key)
    .join(_incident, _incident.c.incident_id == _photo.c.incident_id)
    .where(_photo.c.sha256 != "").order_by(_photo.c.created_at.desc()).limit(MOST_COMPARED)
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out about one photo."""

    photo: Mapping[str, Any]
    sha256: str = ""
    likeness: str = ""
    refused: str = ""
    twin_id: str = ""


def add_sent(work: Work, incident_id: str, conversation_id: str, since: datetime) -> int:
    """Put what she sent since then, and what is in no case yet, into this one; returns how many. What somebody set aside here
    stays aside."""
    aside = set(work.connection.execute(select(_photo.c.attachment_id).where(_photo.c.incident_id == incident_id)).scalars())
    files = [one for one in case_rows.loose_files(work.connection, conversation_id)
             if one["said_at"] >= since and one["attachment_id"] not in aside]
    return add(work, incident_id, files)


def add(work: Work, incident_id: str, files: Sequence[Mapping[str, Any]]) -> int:
    """Put these files into a case; what was taken off before comes back."""
    known = {row.attachment_id: row.incident_photo_id for row in work.connection.execute(
        select(_photo.c.attachment_id, _photo.c.incident_photo_id).where(_photo.c.incident_id == incident_id))}
    back = [known[one["attachment_id"]] for one in files if one["attachment_id"] in known]
    if back:
        work.connection.execute(update(_photo).where(_photo.c.incident_photo_id.in_(back)).values(refused="", sha256=""))
    rows = [
        {"incident_photo_id": ids.new("iph"), "incident_id": incident_id, "attachment_id": one["attachment_id"],
         "sha256": "", "likeness": "", "kind": "document" if one["kind"] == "document" else "", "said_at": one["said_at"],
         "refused": "", "created_at": work.now}
        for one in files if one["attachment_id"] not in known
    ][: max(0, MOST - len(known))]
    if rows:
        work.connection.execute(insert(_photo), rows)
    return len(rows) + len(back)


def sort(work: Work, incident_id: str, photo_id: str, kind: str) -> None:
    """Say what a photo shows; `taken_off` for one that does not belong here. One that was refused counts again.

    Raises UnknownCase, BadField.
    """
    if kind not in (*PHOTO_KINDS, TAKEN_OFF, ""):
        raise BadField("kind", f"use one of {', '.join(PHOTO_KINDS)}, or taken_off.")
    refused = TAKEN_OFF if kind == TAKEN_OFF else ""
    done = work.connection.execute(
        update(_photo).where(_photo.c.incident_photo_id == photo_id, _photo.c.incident_id == incident_id)
        .values(refused=refused, **({} if refused else {"kind": kind})))
    if done.rowcount != 1:
        raise UnknownCase(photo_id)


def look(database: Database, folder: Folder) -> list[str]:
    """Look at the photos whose files have come; returns the ids of the cases they belong to.

    The files are read, and held against the photos of before, with no transaction open.
    """
    with database.reading() as session:
        waiting = [dict(row) for row in session.execute(_unseen).mappings()]
        before = list(session.execute(_before).mappings()) if waiting else []
    if not waiting:
        return []
    seen = _compared([_seen(one, folder) for one in waiting], before)
    with database.work() as work:
        for one in seen:
            _keep(work, one)
    return list(dict.fromkeys(one.photo["incident_id"] for one in seen))


def _seen(photo: Mapping[str, Any], folder: Folder) -> Seen:
    content = folder.read(photo["stored_name"] or "") if photo["state"] == "stored" else None
    if content is None:
        return Seen(photo, refused="unreadable")
    small = folder.read(photo["thumbnail"] or "")
    return Seen(photo, likeness.digest(content), likeness.likeness(small) if small else "", _trouble(photo))


def _trouble(photo: Mapping[str, Any]) -> str:
    if likeness.is_too_small(photo["width"], photo["height"]):
        return "too_small"
    told = str((photo["order_facts"] or {}).get("delivered_on") or "")
    delivered = date.fromisoformat(told[:10]) if len(told) >= 10 else None
    return "too_early" if photo["said_at"] and likeness.is_too_early(photo["said_at"], delivered) else ""


def _compared(seen: Sequence[Seen], before: Sequence[Mapping[str, Any]]) -> list[Seen]:
    """Each held against the photos of before, and those that came before it in this round."""
    known, done = list(before), []
    for one in seen:
        twin_id = _twin(one, known) if one.sha256 and not one.refused else ""
        done.append(replace(one, twin_id=twin_id, refused="duplicate" if twin_id else one.refused))
        known.append({**one.photo, "sha256": one.sha256, "likeness": one.likeness})
    return done


def _twin(seen: Seen, known: Sequence[Mapping[str, Any]]) -> str:
    """Of her own case only the very same file: she shows one thing from several sides."""
    mine = [(row["incident_photo_id"], row["sha256"], "") for row in known if row["incident_id"] == seen.photo["incident_id"]]
    theirs = [(row["incident_photo_id"], row["sha256"], row["likeness"]) for row in known
              if row["order_key"].partition("?")[0] != seen.photo["order_key"].partition("?")[0]]
    return likeness.twin(seen.sha256, seen.likeness, [*mine, *theirs])


def _keep(work: Work, seen: Seen) -> None:
    work.connection.execute(
        update(_photo).where(_photo.c.incident_photo_id == seen.photo["incident_photo_id"], _photo.c.sha256 == "")
        .values(sha256=seen.sha256 or "-", likeness=seen.likeness, refused=seen.refused, twin_id=seen.twin_id or None))
