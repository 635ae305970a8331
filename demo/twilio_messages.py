"""What the stand-in for Twilio has accepted or sent us: messages, their JSON, and the list that can be asked for.

The shapes are those of Twilio's "Messages resource" (read 2026-11-21): newest first, pages of 50 (at most 1,000),
a page goes on after a message, so that new ones do not shift it. A message without a date of sending is filtered
by its creation; Twilio's documentation does not say, and the list must never hide what was accepted.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

API_VERSION = "2010-04-01"
KEPT_MESSAGES = 300_000  # in memory; the oldest go first
PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")  # each costs two of the 160 septets
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


class BadQuery(ValueError):
    """A list was asked for with a filter that cannot be read."""


@dataclass(slots=True)
class Message:
    """One message as Twilio keeps it; times are seconds since 1970."""

    sid: str
    to: str
    sender: str
    body: str
    direction: str
    created_at: float
    status: str
    updated_at: float
    seq: int = 0
    sent_at: float | None = None
    num_media: int = 0
    media_url: str = ""
    callback_url: str = ""
    service_sid: str = ""
    error_code: int | None = None
    error_message: str = ""
    profile_name: str = ""
    media_types: str = ""  # of what a contact attached, comma-separated, each with ";<view>" where it shows something


def as_json(message: Message, account_sid: str) -> dict[str, Any]:
    """The message in the documented shape."""
    path = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _rfc2822(int(message.created_at)),
        "date_sent": None if message.sent_at is None else _rfc2822(int(message.sent_at)),
        "date_updated": _rfc2822(int(message.updated_at)),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": message.error_message or None,
        "from": message.sender or None,
        "messaging_service_sid": message.service_sid or None,
        "num_media": str(message.num_media),
        "num_segments": str(segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": _shown_status(message),
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.to,
        "uri": f"{path}.json",
    }


def media_json(message: Message, account_sid: str) -> dict[str, Any]:
    """What is attached to the message, in the documented shape of its Media subresource."""
    path = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}/Media"
    at = _rfc2822(int(message.created_at))
    listed = [
        {
            "account_sid": account_sid,
            "content_type": mime,
            "date_created": at,
            "date_updated": at,
            "parent_sid": message.sid,
            "sid": sid,
            "uri": f"{path}/{sid}.json",
        }
        for sid, mime in media_of(message)
    ]
    return {"media_list": listed, "next_page_uri": None, "page": 0, "page_size": PAGE_SIZE, "uri": f"{path}.json"}


def media_of(message: Message) -> list[tuple[str, str]]:
    """The id and the type of each thing attached."""
    types = message.media_types.split(",") if message.media_types else []
    return [(f"ME{message.sid[2:32]}{n:02d}", mime.partition(";")[0]) for n, mime in enumerate(types)]


def views_of(message: Message) -> dict[str, str]:
    """What each thing attached shows, by its id, where it was sent as `image/jpeg;<view>`."""
    types = message.media_types.split(",") if message.media_types else []
    return {sid: mime.partition(";")[2] for (sid, _), mime in zip(media_of(message), types, strict=True)}


def _shown_status(message: Message) -> str:
    """What came in is received, whatever became of its webhook: only our phone shows that it was not taken."""
    return "received" if message.direction == "inbound" and message.status == "failed" else message.status


@lru_cache(64)
def _rfc2822(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC))


def segments(text: str) -> int:
    """How many SMS the text needs: 160/153 septets of GSM-7, else 70/67 units of UTF-16."""
    if len(text) <= 70:
        return 1
    if all(letter in GSM_BASIC or letter in GSM_EXTENDED for letter in text):
        size, single, joined = len(text) + sum(letter in GSM_EXTENDED for letter in text), 160, 153
    else:
        size, single, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if size <= single else -(-size // joined)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list was asked for."""

    to: str | None = None
    sender: str | None = None
    earliest: float = float("-inf")
    latest: float = float("inf")
    page: int = 0
    page_size: int = PAGE_SIZE
    token: str = ""
    raw: tuple[tuple[str, str], ...] = ()


def read_filters(query: str) -> Filters:
    """The filters of a query string. Raises BadQuery."""
    values = dict(parse_qsl(query, keep_blank_values=True))
    try:
        page_size = min(MAX_PAGE_SIZE, max(1, int(values.get("PageSize", PAGE_SIZE))))
        page = int(values.get("Page", 0))
        earliest, latest = _dates(values)
    except ValueError as error:
        raise BadQuery(f"The query cannot be read: {error}.") from None
    raw = tuple((name, value) for name, value in values.items() if not name.startswith("Page"))
    return Filters(
        values.get("To"), values.get("From"), earliest, latest, page, page_size, values.get("PageToken", ""), raw
    )


def _dates(values: Mapping[str, str]) -> tuple[float, float]:
    earliest, latest = float("-inf"), float("inf")
    if "DateSent" in values:
        earliest, latest = _bound(values["DateSent"][:10], False), _bound(values["DateSent"][:10], True)
    if "DateSent>" in values:
        earliest = max(earliest, _bound(values["DateSent>"], False))
    if "DateSent<" in values:
        latest = min(latest, _bound(values["DateSent<"], True))
    return earliest, latest


def _bound(text: str, is_last: bool) -> float:
    """A day (the whole of it) or an ISO time, GMT; both ends belong to the list."""
    clean = text.strip().replace("Z", "+00:00").replace(" ", "+")
    moment = datetime.fromisoformat(clean)
    seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    if not is_last:
        return seconds
    return seconds + (86_399.999 if len(clean) == 10 else 0.999)


class Messages:
    """All messages of the account: in memory, and in a file of their own when there is a `path`."""

    def __init__(self, path: Path | None = None) -> None:
        self._by_sid: dict[str, Message] = {}
        self._by_to: dict[str, deque[Message]] = defaultdict(deque)
        self._seq = 0
        self.largest_page = MAX_PAGE_SIZE
        self._file = _open(path) if path else None
        if self._file:
            for message in _stored(self._file):
                self._index(message)
                self._seq = max(self._seq, message.seq)

    def add(self, message: Message) -> None:
        """Keep a new message."""
        self._seq += 1
        message.seq = self._seq
        self._index(message)
        self._store(message)

    def _index(self, message: Message) -> None:
        self._by_sid[message.sid] = message
        self._by_to[message.to].append(message)
        if len(self._by_sid) > KEPT_MESSAGES:
            oldest = self._by_sid.pop(next(iter(self._by_sid)))
            self._by_to[oldest.to].popleft()

    def _store(self, message: Message) -> None:
        if self._file:
            self._file.execute(_INSERT, tuple(asdict(message).values()))

    def change(self, message: Message, status: str, at: float, code: int | None = None) -> None:
        """The message has come to `status` (with the error `code` if it failed)."""
        message.status, message.updated_at = status, at
        if code is not None:
            message.error_code = code
        if status == "sent":
            message.sent_at = at
        self._store(message)

    def get(self, sid: str) -> Message | None:
        """The message of this id."""
        return self._by_sid.get(sid)

    def between(self, one: str, other: str) -> list[Message]:
        """Everything said between two addresses, oldest first."""
        pairs = ((one, other), (other, one))
        found = [message for to, sender in pairs for message in self._by_to.get(to, ()) if message.sender == sender]
        return sorted(found, key=lambda message: message.seq)

    def find(self, filters: Filters) -> list[Message]:
        """One page, newest first, with one message more than the page when there is another page."""
        source: Iterable[Message] = reversed(self._by_sid.values())
        if filters.to is not None:
            source = reversed(self._by_to.get(filters.to, deque()))
        before = self._edge(filters.token)
        found: list[Message] = []
        for message in source:
            if message.seq < before and _fits(message, filters):
                found.append(message)
            if len(found) > filters.page_size:
                break
        return found

    def _edge(self, token: str) -> float:
        if not token:
            return float("inf")
        last = self._by_sid.get(token.removeprefix("PA"))
        if last is None:
            raise BadQuery("PageToken is not one of ours.")
        return last.seq

    def listing(self, query: str, account_sid: str, path: str) -> dict[str, Any]:
        """The answer to GET Messages.json. Raises BadQuery."""
        filters = read_filters(query)
        filters = replace(filters, page_size=min(filters.page_size, self.largest_page))
        found = self.find(filters)
        page = found[: filters.page_size]
        start = filters.page * filters.page_size

        def uri(**more: Any) -> str:
            return path + "?" + urlencode([*filters.raw, ("PageSize", filters.page_size), *more.items()])

        return {
            "end": start + max(0, len(page) - 1),
            "first_page_uri": uri(Page=0),
            "messages": [as_json(message, account_sid) for message in page],
            "next_page_uri": uri(Page=filters.page + 1, PageToken="PA" + page[-1].sid)
            if len(found) > len(page)
            else None,
            "page": filters.page,
            "page_size": filters.page_size,
            "previous_page_uri": None,
            "start": start,
            "uri": uri(Page=filters.page, **({"PageToken": filters.token} if filters.token else {})),
        }

    def forget(self) -> None:
        """There was never a message."""
        self._by_sid.clear()
        self._by_to.clear()
        if self._file:
            self._file.execute("DELETE FROM message")

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            self._file.close()


def _fits(message: Message, filters: Filters) -> bool:
    if filters.sender is not None and message.sender != filters.sender:
        return False
    at = message.created_at if message.sent_at is None else message.sent_at
    return filters.earliest <= at <= filters.latest


_COLUMNS = tuple(f'"{field.name}"' for field in fields(Message))  # quoted: “to” is a word of SQL's own
_INSERT = f"INSERT OR REPLACE INTO message ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    rest = ", ".join(_COLUMNS[1:])
    file.execute(f"CREATE TABLE IF NOT EXISTS message ({_COLUMNS[0]} TEXT PRIMARY KEY, {rest})")
    known = {f'"{row[1]}"' for row in file.execute("PRAGMA table_info(message)")}
    for column in (column for column in _COLUMNS if column not in known):  # a file of an older demo
        file.execute(f"ALTER TABLE message ADD COLUMN {column} DEFAULT ''")
    return file


def _stored(file: sqlite3.Connection) -> list[Message]:
    columns = ", ".join(_COLUMNS)
    rows = file.execute(f"SELECT {columns} FROM message ORDER BY seq DESC LIMIT ?", (KEPT_MESSAGES,)).fetchall()
    return [Message(*row) for row in reversed(rows)]
