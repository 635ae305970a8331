"""Trouble: what is wrong, what to do about it, and who was told. For supervisors and admins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import flash, jsonify, redirect, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, overseers, screens, trouble_rows, trouble_views
from console.answers import answer_problem
from console.failures import failure_text
from console.formats import as_utc
from console.problems import Problem, problem
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation.errors import UnknownDeadLetter
from conversation.tables import Channel, Conversation, Message, OutboxPart

SHOWN = 100
SHOWN_FOR = timedelta(days=7)

logger = structlog.get_logger(__name__)
_part, _message = OutboxPart.__table__, Message.__table__
_conversation, _channel = Conversation.__table__, Channel.__table__


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not arrive, with its reason."""

    key: str
    conversation_id: str
    text: str
    state: str
    error_code: str
    kind: str
    at: datetime


def trouble() -> Response:
    """Everything that is wrong now."""
    overseers.require()
    now = here.formats().now
    with here.desk().database.reading() as session:
        services = here.desk().failing_services(session, now - trouble_rows.LATELY)
        found = trouble_views.pieces(trouble_rows.read(session, services, now), trouble_views.titles(session))
        failing = _failing(session)
        if here.wants_json():
            return jsonify({"troubles": [trouble_views.as_data(one) for _, pieces in found for one in pieces],
                            "undelivered": [_as_data(one) for one in failing]})
        return page(
            "trouble.html",
            kinds=found,
            failing=failing,
            failure_text=failure_text,
            nav=nav.nav(session, here.viewer(), None, "trouble"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def rerun(dead_letter_id: str) -> Response:
    """Try it again, by whoever can."""
    return _settle(dead_letter_id, here.desk().rerun, "done.rerun")


def dismiss(dead_letter_id: str) -> Response:
    """Leave it as it is."""
    return _settle(dead_letter_id, here.desk().dismiss, "done.dismissed")


def _settle(dead_letter_id: str, act: Callable[[str, str], object], done: str) -> Response:
    overseers.require()
    words = here.texts()
    try:
        act(dead_letter_id, here.viewer().agent_id)
    except UnknownDeadLetter as error:
        return _refused(problem(error))
    except Exception as error:  # noqa: BLE001 - what was given up once may fail again in any way
        logger.warning("dead letter failed again", dead_letter=dead_letter_id, error=type(error).__name__)
        return _refused(Problem(409, "conflict", "failed_again", words("error.rerun_failed", why=type(error).__name__)))
    if here.wants_json():
        return jsonify({"ok": True, "message": words(done)})
    flash(words(done), "good")
    return redirect(url_for("console.trouble"), 303)


def _refused(trouble: Problem) -> Response:
    if here.wants_json():
        return answer_problem(trouble)
    flash(trouble.message, "harm")
    return redirect(url_for("console.trouble"), 303)


def _as_data(one: Undelivered) -> dict[str, Any]:
    return {"message": one.key, "conversation": one.conversation_id, "state": one.state, "code": one.error_code,
            "why": failure_text(one, one.kind), "at": one.at.isoformat()}


def _failing(session: Session) -> list[Undelivered]:
    """Each message once, by its newest part that failed."""
    newest = (
        select(_part.c.message_id, func.max(_part.c.position).label("position"))
        .where(_part.c.state.in_(("failed", "expired", "unknown")), _part.c.created_at > here.formats().now - SHOWN_FOR)
        .group_by(_part.c.message_id)
        .subquery()
    )
    query = (
        select(
            _message.c.message_id,
            _message.c.conversation_id,
            _message.c.text,
            _part.c.state,
            _part.c.error_code,
            _part.c.created_at,
            _channel.c.kind,
        )
        .join(newest, newest.c.message_id == _message.c.message_id)
        .join(_part, (_part.c.message_id == newest.c.message_id) & (_part.c.position == newest.c.position))
        .join(_conversation, _conversation.c.conversation_id == _message.c.conversation_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .order_by(_part.c.created_at.desc())
        .limit(SHOWN)
    )
    return [_undelivered(row) for row in session.execute(query).mappings()]


def _undelivered(row: Mapping[str, Any]) -> Undelivered:
    return Undelivered(
        row["message_id"],
        row["conversation_id"],
        row["text"][:140],
        row["state"],
        row["error_code"] or "",
        row["kind"],
        as_utc(row["created_at"]),
    )


ROUTES = (
    Route("/trouble", "trouble", trouble, entry=Entry("trouble", "triangle-alert", 40, SUPERVISORS),
          twin=Twin("What is wrong now", None, "trouble")),
    Route("/trouble/<dead_letter_id>/rerun", "rerun", rerun, ("POST",), twin=Twin("Run again what was given up", None, "trouble")),
    Route("/trouble/<dead_letter_id>/dismissal", "dismiss", dismiss, ("POST",), twin=Twin("Leave it as it is", None, "trouble")),
)
