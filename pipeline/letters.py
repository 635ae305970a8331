"""Brings letters to agents (rows of handoff/letters.py) to the mail server, and answers forgotten passwords with one.

A letter is taken in a transaction of its own, sent with none open, and marked. A process that dies in between sends it
again after the lease, with the same Message-ID. After ten tries, or where the server says never, it is given up: the
trouble page shows it. What is given up, or fails for the fourth time, raises an alarm; the next that arrives ends it.
A house without a mail server gives letters up at once; a lab keeps them as if sent, to be read.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, or_, select, update

from conversation import alarms
from conversation.alarms import Trouble
from conversation.work import Database, Work
from handoff import passwords
from handoff.house_tables import Letter
from pipeline import mail
from pipeline.mail import Post

AT_ONCE = 20
MOST_TRIES = 10
ALARM, ALARM_AT = "letters", 4  # about four minutes
LEASE = timedelta(minutes=2)
NO_SERVER = "There is no mail server: set SMTP_URL and MAIL_FROM."

logger = structlog.get_logger(__name__)
_letter = Letter.__table__
_due = (
    select(_letter).where(_letter.c.state == "queued", _letter.c.not_before <= bindparam("now"),
                          or_(_letter.c.lease_until.is_(None), _letter.c.lease_until <= bindparam("now")))
    .order_by(_letter.c.not_before).limit(AT_ONCE)
)
_take = update(_letter).where(_letter.c.letter_id.in_(bindparam("ids", expanding=True))).values(
    lease_until=bindparam("until"), attempt=_letter.c.attempt + 1)


def drain(database: Database, post: Post | None, base: str, records: bool = False) -> int:
    """Answer who forgot a password, and bring away what is due; returns how many letters ended.

    `base` is our public address. With `records` and no mail server letters end as sent, with their text still there.
    """
    with database.reading() as reader:
        has_requests = passwords.has_open(reader)
        is_due = reader.execute(_due, {"now": database.wiring.now()}).first() is not None
    if has_requests:
        with database.work() as work:
            passwords.answer(work, base)
    return _bring(database, post, records) if has_requests or is_due else 0


def _bring(database: Database, post: Post | None, records: bool) -> int:
    with database.work() as work:
        query = _due if work.is_sqlite else _due.with_for_update(skip_locked=True)
        rows = [dict(row) for row in work.connection.execute(query, {"now": work.now}).mappings()]
        if rows:
            work.connection.execute(_take, {"ids": [row["letter_id"] for row in rows], "until": work.now + LEASE})
    return sum(_bring_one(database, post, row, records) for row in rows)


def _bring_one(database: Database, post: Post | None, row: Mapping[str, Any], records: bool) -> int:
    if post is None:
        return _end(database, row, "sent" if records else "given_up", "" if records else NO_SERVER, keep=records)
    try:
        mail.deliver(replace(post, to=(row["to_address"],)), message(row, post))
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("a letter could not be mailed", letter=row["letter_id"], error=type(error).__name__)
        return _again(database, row, error)
    return _end(database, row, "sent")


def message(row: Mapping[str, Any], post: Post) -> EmailMessage:
    """The letter as the mail server gets it. Pure."""
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = " ".join(row["subject"].split()), post.sender, row["to_address"]
    made["Date"] = format_datetime(row["created_at"])
    made["Message-ID"] = f"<{row['letter_id']}@relevo.invalid>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine shall answer
    made.set_content(row["text"])
    return made


def _again(database: Database, row: Mapping[str, Any], error: Exception) -> int:
    """Later, or never where the server says so (a 5xx to this letter)."""
    tried, why = row["attempt"] + 1, _told(error)
    if tried >= MOST_TRIES or _is_final(error):
        return _end(database, row, "given_up", why)
    pause = min(mail.FIRST_RETRY * 2 ** (tried - 1), mail.LAST_RETRY)
    with database.work() as work:
        work.connection.execute(update(_letter).where(_letter.c.letter_id == row["letter_id"]).values(
            not_before=work.now + pause, lease_until=None, error=why))
        if tried >= ALARM_AT:
            _alarm(work, why)
    return 0


def _end(database: Database, row: Mapping[str, Any], state: str, error: str = "", keep: bool = False) -> int:
    """A link that opens something does not stay behind."""
    text = row["text"] if keep or not row["secret"] else ""
    with database.work() as work:
        work.connection.execute(update(_letter).where(_letter.c.letter_id == row["letter_id"]).values(
            state=state, error=error or None, text=text, lease_until=None, ended_at=work.now))
        if state == "sent":
            alarms.clear(work, ALARM)
        elif error != NO_SERVER:  # that one is missing stands on each page that needs it
            _alarm(work, error)
    return 1


def _alarm(work: Work, why: str) -> None:
    alarms.raise_alarm(work, Trouble(ALARM, "letters_failing", facts={"why": why}))


def _is_final(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500 and not isinstance(
        error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError)


def _told(error: Exception) -> str:
    """What is kept of an error: its kind and the server's number, not its words, which may repeat what was sent."""
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()
