"""`/files/…`: files of ours that a provider fetches to deliver them. Open to everybody who knows the address.

An address has 80 random bits and ends after three days. Which ids exist cannot be found out: an unknown one, one that
is over and one whose file is gone are the same page, and whoever asks too often is refused for a while. The name behind
the id is for the provider, who shows it; it is ours that is answered with. What the flows send lies below
`/files/flows/`, by the hash of its content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, abort, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.wrappers import Response

from console.file_answers import answer_file
from conversation import media
from conversation.files import Folder
from conversation.work import Database

MISSES_PER_MINUTE = 30  # per address; a provider asks for what exists
LASTING = "public, max-age=3600, immutable"


@dataclass(frozen=True, slots=True)
class Public:
    """What is behind the addresses. `flow_file(digest, name)` finds what a flow sends; `source()` tells who asks."""

    database: Database
    folder: Path
    flow_file: Callable[[str, str], tuple[Path, str] | None]
    source: Callable[[], str]


def blueprint(public: Public) -> Blueprint:
    """The two kinds of addresses."""
    pages = Blueprint("files", __name__, url_prefix="/files")
    limiter, misses = FixedWindowRateLimiter(MemoryStorage()), RateLimitItemPerMinute(MISSES_PER_MINUTE)

    def refuse() -> None:
        limiter.hit(misses, public.source())
        abort(404)

    @pages.before_request
    def bound() -> None:
        if not limiter.test(misses, public.source()):
            abort(429)
        if "\x00" in request.path:  # no address of ours has one, and PostgreSQL refuses to look for it
            refuse()

    @pages.get("/<upload_id>/<name>")
    def upload(upload_id: str, name: str) -> Response:
        with public.database.reading() as session:
            row = media.upload_of(session, upload_id, public.database.wiring.now())
        path = Folder(public.folder).path(row["stored_name"]) if row else None
        if row is None or path is None:
            refuse()
        assert row is not None and path is not None
        return _open_to_all(answer_file(path, row["mime"], row["filename"], LASTING))

    @pages.get("/flows/<digest>/<name>")
    def flow_file(digest: str, name: str) -> Response:
        found = public.flow_file(digest, name)
        if found is None:
            refuse()
        assert found is not None
        return _open_to_all(answer_file(found[0], found[1], name, LASTING))

    return pages


def _open_to_all(answer: Response) -> Response:
    """Providers show pictures on pages of their own; search engines show none."""
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
