"""How a log line looks: one line per record, `time level process event=… key=value …`, on stderr.

Whoever logs gives ids and figures. What a person wrote, and who she is, does not get out even when somebody slips:
fields that hold such things are hidden by name, secrets by value, telephone numbers and e-mail addresses by their form
(a keyed hash takes their place, so that one customer's lines can still be found). Line breaks and terminal codes are
escaped. Of an exception only its kind and its place are told, and its words when they are ours or the system's.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog

HIDDEN_FIELDS = frozenset((
    "text", "body", "content", "payload", "message_text", "address", "phone", "email", "name", "contact_name", "password",
    "token", "secret", "cookie", "authorization", "headers", "url", "query", "comment", "note",
))
QUIET = {"rq": logging.WARNING, "werkzeug": logging.ERROR, "urllib3": logging.ERROR, "alembic": logging.WARNING,
         "asyncio": logging.WARNING, "aiohttp": logging.WARNING, "twilio": logging.WARNING, "_granian": logging.ERROR}
SHORTEST_SECRET = 8
LONGEST_VALUE = 500
FRAMES = 4
PLAIN = re.compile(r"[A-Za-z0-9_.:/+-]+\Z")
NUMBER = re.compile(r"(?<![A-Za-z0-9_.])\+?[0-9]{9,15}(?![A-Za-z0-9_])")
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
OUR_ROOT = Path(__file__).resolve().parent
STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


@dataclass(frozen=True)
class Format:
    """What makes a record a line: who speaks, what must not get out, and the key of the hashes."""

    process: str = "-"
    secrets: tuple[str, ...] = ()
    key: str = "relevo"

    def line(self, level: str, event: str, fields: Mapping[str, Any], at: str) -> str:
        """The line, without its end."""
        told = [f"{key}={_shown('[hidden]' if key in HIDDEN_FIELDS else value)}" for key, value in fields.items()]
        return self.redact(f"{at} {level} {self.process} " + " ".join([f"event={_shown(event)}", *told]))

    def redact(self, line: str) -> str:
        """The line without secrets, telephone numbers and e-mail addresses."""
        if self._secret is not None:
            line = self._secret.sub("[secret]", line)
        if "@" in line:
            line = MAIL.sub(self._hash, line)
        return NUMBER.sub(self._hash, line)

    @cached_property
    def _secret(self) -> re.Pattern[str] | None:
        known = sorted({value for value in self.secrets if len(value) >= SHORTEST_SECRET}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, known))) if known else None

    def _hash(self, found: re.Match[str]) -> str:
        digits = found[0].lstrip("+").lower()
        return f"[person:{hmac.new(self.key.encode(), digits.encode(), 'sha256').hexdigest()[:10]}]"


class Line:
    """The last processor of structlog: turns an event into its line."""

    def __init__(self, form: Format) -> None:
        self.form = form

    def __call__(self, _logger: Any, level: str, fields: MutableMapping[str, Any]) -> str:
        at, event = fields.pop("timestamp"), fields.pop("event")
        failure = fields.pop("exc_info", None)
        if failure:
            fields.update(told(failure if isinstance(failure, BaseException) else sys.exc_info()[1]))
        return self.form.line(level, str(event), fields, at)


class Bridge(logging.Handler):
    """The same line for those who use the standard library's logging: our dependencies, and `extra` of our own."""

    def __init__(self, form: Format) -> None:
        super().__init__()
        self.form = form
        self.clock = structlog.processors.TimeStamper(fmt="iso", utc=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, unless it is from a library that talks too much: some set their own levels."""
        if record.levelno < QUIET.get(record.name.partition(".")[0], 0):
            return
        fields = {key: value for key, value in vars(record).items() if key not in STANDARD_FIELDS}
        if record.exc_info and record.exc_info[1]:
            fields |= told(record.exc_info[1])
        at = self.clock(None, "", {})["timestamp"]
        _write(self.form.line(record.levelname.lower(), record.getMessage(), fields, at))


class Stderr:
    """Where structlog's lines go; looked up at each line, because tests and daemons exchange it."""

    def msg(self, line: str) -> None:
        """Write one line."""
        _write(line)

    debug = info = warning = error = critical = exception = fatal = log = msg


def configure(level: str, secrets: Iterable[str] = (), key: str = "relevo") -> None:
    """Set both ways of logging up for this process; calling it again replaces what was there."""
    form = Format(os.environ.get("RELEVO_PROCESS", "-"), tuple(secrets), key or "relevo")
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.TimeStamper(fmt="iso", utc=True), Line(form)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_names: Stderr(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, Bridge)] + [Bridge(form)]
    root.setLevel(number)


def told(error: BaseException | None) -> dict[str, str]:
    """What a line may say of an exception: its kind, where it came from, and its words if no customer wrote them."""
    if error is None:
        return {}
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return {"error": type(error).__name__, "where": where, **_words(error)}


def _words(error: BaseException) -> dict[str, str]:
    cause = getattr(error, "orig", None)  # SQLAlchemy: its own text quotes the values of the statement
    if cause is not None:
        return {"detail": str(cause).splitlines()[0] if str(cause) else ""}
    return {"detail": str(error)} if is_ours(error) or isinstance(error, OSError) else {}


def is_ours(error: BaseException) -> bool:
    """Whether the error is one of this project's: then its words are a sentence for a person."""
    home = str(getattr(sys.modules.get(type(error).__module__), "__file__", None) or "")
    return home.startswith(str(OUR_ROOT)) and "site-packages" not in home


def _shown(value: Any) -> str:
    if isinstance(value, (int, float)) or value is None:
        return str(value)
    text = value if isinstance(value, str) else repr(value)
    if PLAIN.match(text):
        return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
    return json.dumps(text[:LONGEST_VALUE] + ("…" if len(text) > LONGEST_VALUE else ""))


def _write(line: str) -> None:
    try:
        sys.stderr.write(line + "\n")
    except (OSError, ValueError):
        pass  # the terminal is gone; the work goes on
