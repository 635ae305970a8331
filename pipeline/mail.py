"""Alarms by e-mail: each once, to whoever looks after the shop's Relevo, by the mail server in SMTP_URL.

Rows are the truth: an alarm is taken (`mail_after`), sent, and marked (`mailed_at`) once the server has accepted it. A
process that dies in between sends it again, with the same Message-ID. Several alarms share a letter. A letter says what
conversation/troubles.yaml says, with the facts that a sentence names: no customer's words, no secrets.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy import bindparam, or_, select, update

import config
from config import BadSettings
from conversation import troubles
from conversation.tables import Alarm
from conversation.work import Database, Work

TIMEOUT_SECONDS = 15.0
LEASE = timedelta(minutes=2)
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=30)
SAME_AGAIN = timedelta(minutes=30)  # trouble that comes and goes is not written about each time
AT_ONCE = 20
SMTP_PORT, SMTPS_PORT = 587, 465
ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,190}")
LOOPBACK = ("localhost", "127.0.0.1", "::1")

logger = structlog.get_logger(__name__)
_alarm = Alarm.__table__
_earlier = _alarm.alias("earlier")
_is_open = (_alarm.c.mailed_at.is_(None), _alarm.c.cleared_at.is_(None))
_was_told = (
    select(_earlier.c.alarm_id).where(_earlier.c.key == _alarm.c.key, _earlier.c.mailed_at > bindparam("lately")).exists()
)
_due = (
    select(_alarm).where(*_is_open, or_(_alarm.c.mail_after.is_(None), _alarm.c.mail_after <= bindparam("now")), ~_was_told)
    .order_by(_alarm.c.level, _alarm.c.raised_at).limit(AT_ONCE).with_for_update(skip_locked=True)
)
_take = update(_alarm).where(_alarm.c.alarm_id.in_(bindparam("ids", expanding=True))).values(mail_after=bindparam("until"))
_sent = update(_alarm).where(_alarm.c.alarm_id.in_(bindparam("ids", expanding=True))).values(mailed_at=bindparam("now"))
_later = update(_alarm).where(_alarm.c.alarm_id == bindparam("id")).values(
    mail_after=bindparam("at"), mail_tries=_alarm.c.mail_tries + 1)


@dataclass(frozen=True, slots=True)
class Post:
    """The mail server, and whom to write to. `security`: tls (from the first byte), starttls, or none."""

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = ""
    language: str = troubles.DEFAULT
    link: str = ""


def post_of(given: config.Settings) -> Post | None:
    """The mail server of the settings; None where nobody is to be written to. Raises BadSettings."""
    to = tuple(config.listed(given.alert_email))
    return _server(given, to, given.mail_from or to[0]) if to and given.smtp_url else None


def letters_post(given: config.Settings) -> Post | None:
    """The mail server that brings letters to agents; None where there is none, or nobody they could be from."""
    user = unquote(urlsplit(given.smtp_url).username or "") if given.smtp_url else ""
    senders = (given.mail_from, *config.listed(given.alert_email), user)
    sender = next((one for one in senders if ADDRESS.fullmatch(one)), "")
    return _server(given, (), sender) if given.smtp_url and sender else None


def _server(given: config.Settings, to: tuple[str, ...], sender: str) -> Post:
    parts = urlsplit(given.smtp_url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == -1:
        raise BadSettings("SMTP_URL: it is no address of a mail server; write smtp://user:password@mail.example.com:587 "
                          "or smtps://user:password@mail.example.com.")
    is_near = parts.hostname in LOOPBACK
    security = "tls" if parts.scheme == "smtps" else "none" if is_near else "starttls"
    base = given.public_bases[0] if given.public_bases else ""
    return Post(parts.hostname, port or (SMTPS_PORT if security == "tls" else SMTP_PORT), security,
                sender, to, unquote(parts.username or ""), unquote(parts.password or ""),
                given.alert_language, f"{base}/console/channels" if base else "")


def mail_due(database: Database, post: Post) -> int:
    """Write about every alarm that nobody was written to about; returns how many."""
    with database.reading() as session:  # mostly there is none: look before taking the lock of a writer
        if session.execute(select(_alarm.c.alarm_id).where(*_is_open).limit(1)).first() is None:
            return 0
    with database.work() as work:
        waiting = _taken(work)
    if not waiting:
        return 0
    ids = [alarm["alarm_id"] for alarm in waiting]
    try:
        deliver(post, letter(waiting, post))
    except (OSError, smtplib.SMTPException) as error:  # the server's own words may repeat what was sent to it
        logger.warning("alarms could not be mailed", error=type(error).__name__, alarms=len(ids))
        with database.work() as work:
            _put_off(work, waiting)
        return 0
    with database.work() as work:
        work.connection.execute(_sent, {"ids": ids, "now": work.now})
    _tell_owners(waiting, post)
    return len(ids)


def _tell_owners(waiting: Sequence[Mapping[str, Any]], post: Post) -> None:
    """Whoever looks after what is wrong (`owner:` of a flow) reads of that alone; nobody waits for it or tries again."""
    owners = {str(alarm["facts"].get("owner", "")) for alarm in waiting} - {one.strip() for one in post.to}
    for owner in sorted(one for one in owners if ADDRESS.fullmatch(one)):
        theirs = [alarm for alarm in waiting if alarm["facts"].get("owner") == owner]
        try:
            to_her = replace(post, to=(owner,))
            deliver(to_her, letter(theirs, to_her))
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("the owner of a flow could not be written to", error=type(error).__name__)


def letter(waiting: Sequence[Mapping[str, Any]], post: Post) -> EmailMessage:
    """What is written about these alarms. Pure."""
    words = {name: troubles.what(f"mail_{name}", {"n": len(waiting)}, post.language)
             for name in ("one", "many", "intro", "link", "critical", "warning")}
    made = EmailMessage()
    first = troubles.what(waiting[0]["text"], waiting[0]["facts"], post.language)
    made["Subject"] = f"[Relevo] {words['one'] if len(waiting) == 1 else words['many']} {_line(first)}"[:140]
    made["From"], made["To"] = post.sender, ", ".join(post.to)
    made["Date"] = format_datetime(max(alarm["raised_at"] for alarm in waiting))
    made["Message-ID"] = f"<{_digest(waiting, post)}@relevo.invalid>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine shall answer
    parts = [words["intro"], *(_told(alarm, words, post.language) for alarm in waiting)]
    made.set_content("\n\n".join([*parts, *([f"{words['link']} {post.link}"] if post.link else [])]) + "\n")
    return made


def deliver(post: Post, message: EmailMessage) -> None:
    """Hand a letter to the mail server; returns once it has accepted it. Raises OSError, SMTPException.

    A password never goes over an open line to another machine.
    """
    trust = ssl.create_default_context()
    if post.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(post.host, post.port, timeout=TIMEOUT_SECONDS, context=trust)
    else:
        server = smtplib.SMTP(post.host, post.port, timeout=TIMEOUT_SECONDS)
    with server:
        server.ehlo()
        if post.security == "starttls":
            server.starttls(context=trust)
            server.ehlo()
        if post.user:
            server.login(post.user, post.password)
        refused = server.send_message(message, post.sender, list(post.to))
    if refused:
        logger.warning("some were not written to", refused=len(refused))


def _taken(work: Work) -> list[dict[str, Any]]:
    rows = [dict(row) for row in work.connection.execute(
        _due, {"now": work.now, "lately": work.now - SAME_AGAIN}).mappings()]
    if rows:
        work.connection.execute(_take, {"ids": [row["alarm_id"] for row in rows], "until": work.now + LEASE})
    return rows


def _put_off(work: Work, waiting: Sequence[Mapping[str, Any]]) -> None:
    for alarm in waiting:
        pause = min(FIRST_RETRY * 2 ** min(alarm["mail_tries"], 10), LAST_RETRY)
        work.connection.execute(_later, {"id": alarm["alarm_id"], "at": work.now + pause})


def _told(alarm: Mapping[str, Any], words: Mapping[str, str], language: str) -> str:
    about = " ".join(one for one in (alarm["kind"], alarm["account"]) if one)
    head = f"* {words[alarm['level']]}{f' · {about}' if about else ''}"
    lines = [head, troubles.what(alarm["text"], alarm["facts"], language),
             troubles.next_step(alarm["text"], alarm["facts"], language)]
    return "\n  ".join(_line(line) for line in lines if line)


def _line(text: str) -> str:
    """One line, whatever is in it: a fact must not end a header."""
    return " ".join(text.split())


def _digest(waiting: Sequence[Mapping[str, Any]], post: Post) -> str:
    """The same for the same alarms to the same people: a letter that is sent twice is one."""
    told = [*sorted(alarm["alarm_id"] for alarm in waiting), *post.to]
    return hashlib.sha256(" ".join(told).encode()).hexdigest()[:32]
