"""Who did what: the lines of the timeline, by person, kind, day and conversation; and the same as a table to keep."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import admin_room, audit_words, here
from console.audit_words import Names
from console.route import ADMINS, Entry, Route, Twin
from console.rows import queue_titles
from console.ticket_file import safe
from handoff import audit, skill_book
from handoff.audit import HOUSE, Asked, Found
from handoff.tables import Agent

DAYS = 7
HIDDEN = ("subject", "changes", "text", "set", "before")
COLUMNS = ("at", "who", "kind", "subject", "conversation", "ticket", "what")
# Kinds that the page offers; any other may be asked for by its address.
KINDS = (
    "queue_added", "queue_changed", "queue_paused", "queue_resumed", "queue_retired", "agent_invited", "agent_changed",
    "agent_deactivated", "agent_signed_out", "agent_password_reset", "second_factor_off", "password_changed", "skill_added",
    "second_factor_on", "recovery_used", "recovery_renewed", "api_key_made", "api_key_revoked", "skill_changed",
    "skill_removed", "reply_added", "reply_changed", "reply_retired", "text_changed", "setting_changed",
    "flows_published", "claim", "take_over", "release", "transfer_to_queue", "transfer_to_agent", "snooze", "resolve",
    "return", "handoff", "warned", "breached", "late", "promise_broken", "overflow", "offer", "presence", "rating", "tagged",
    "untagged", "vip_set", "vip_unset", "blocked", "unblocked", "verdict", "note", "channel_resumed", "dead_letter_rerun",
)  # fmt: skip
_agent = Agent.__table__


class Filter(BaseModel):
    """`since` and `until` are days (2026-11-22), both inclusive, in the asker's zone; `before` is the `older` of a page."""

    model_config = ConfigDict(extra="forbid")

    person: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    conversation: str = ""
    before: int | None = None


@admin_room.admins
def show() -> Response:
    """The newest lines that fit."""
    asked, typed = _asked()
    with here.desk().database.reading() as session:
        found, names = audit.read(session, asked), _names(session)
        if here.wants_json():
            return jsonify({"lines": [_data(row, names.people) for row in found.lines], "older": found.older})
        return admin_room.show(
            "admin_audit.html", session, lines=[_line(row, names) for row in found.lines], typed=typed,
            people=sorted(names.people.items(), key=lambda pair: pair[1].casefold()), house=HOUSE[:3],
            kinds=[(kind, _kind(kind)) for kind in KINDS], older=_older(found, typed),
            export=url_for("console.export_audit", **{key: value for key, value in typed.items() if value}))  # fmt: skip


@admin_room.admins
def export() -> Response:
    """The same as CSV, ten thousand lines at most; times in UTC."""
    asked, _ = _asked()
    with here.desk().database.reading() as session:
        found, names = audit.read(session, asked, audit.EXPORTED), _names(session).people
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for row in found.lines:
        data = _data(row, names)
        table.writerow([safe(str(data[column] or "")) for column in COLUMNS[:-1]]
                       + [safe(json.dumps(data["what"], ensure_ascii=False))])
    return Response(out.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": 'attachment; filename="audit.csv"'})


def _asked() -> tuple[Asked, dict[str, str]]:
    names = ("person", "kind", "since", "until", "conversation")
    typed = {name: request.args.get(name, "")[:80].replace("\x00", "") for name in names}
    if not typed["conversation"] and not typed["since"]:
        typed["since"] = (here.formats().local(here.formats().now).date() - timedelta(days=DAYS)).isoformat()
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= 12 else 0
    asked = Asked(typed["person"], typed["kind"], _midnight(typed["since"], 0), _midnight(typed["until"], 1),
                  typed["conversation"], number)
    return asked, typed


def _midnight(day: str, later: int) -> datetime | None:
    """When this day begins for her, or the one after it; None for what is no day."""
    try:
        found = date.fromisoformat(day) + timedelta(days=later)
        return datetime.combine(found, time(), here.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _older(found: Found, typed: Mapping[str, str]) -> str:
    if not found.older:
        return ""
    return url_for("console.admin_audit", before=found.older, **{key: value for key, value in typed.items() if value})


def _names(session: Session) -> Names:
    people = {row.agent_id: row.name for row in session.execute(select(_agent.c.agent_id, _agent.c.name))}
    base = here.language()
    skills = {one["skill_id"]: one["titles"].get(base) or one["titles"].get("es", "") for one in skill_book.every(session)}
    return Names(people, queue_titles(session, base), skills)


def _kind(kind: str) -> str:
    return here.texts().either(f"admin.audit.kinds.{kind}", "admin.audit.kinds.other") if _is_known(kind) else kind


def _is_known(kind: str) -> bool:
    return here.texts().has(f"admin.audit.kinds.{kind}")


def _who(actor: str, names: Mapping[str, str]) -> str:
    return names.get(actor) or here.texts().either(f"admin.audit.house.{actor}", "admin.audit.house.system")


def _line(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    data = row["data"] or {}
    found = data.get("changes")
    changes: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    told = [(audit_words.field(name), audit_words.value(name, pair[0], names), audit_words.value(name, pair[1], names))
            for name, pair in changes.items() if isinstance(pair, list) and len(pair) == 2]
    rest = {key: value for key, value in data.items() if key not in HIDDEN}
    return {"id": row["entry_id"], "at": row["at"], "who": _who(row["actor"], names.people), "kind": _kind(row["kind"]),
            "subject": audit_words.subject(row["kind"], str(data.get("subject") or ""), names),
            "conversation_id": row["conversation_id"], "changes": told,
            "rest": audit_words.facts(rest, names) if rest and not told else ""}


def _data(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    data = dict(row["data"] or {})
    return {"id": row["entry_id"], "at": here.formats().iso(row["at"]), "who": names.get(row["actor"], row["actor"]),
            "actor": row["actor"], "kind": row["kind"], "subject": data.get("subject", ""),
            "conversation": row["conversation_id"], "ticket": row["ticket_id"], "what": data.get("changes") or data}


ROUTES = (
    Route("/admin/audit", "admin_audit", show, entry=Entry("admin_audit", "activity", 90, ADMINS, "admin"),
          twin=Twin("Who did what, the newest first.", Filter, "admin")),
    Route("/admin/audit/export", "export_audit", export),
)  # fmt: skip
