"""A file of the media folder as an answer: with the type we found, a name that is harmless, and nothing it could run.

Pictures, sound and films are shown in place; everything else is only ever offered for saving. Whatever it is, the answer
is a sandbox without scripts, forms or an origin, and its type is not guessed anew (reliability, abuse 19).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import request
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from conversation.filenames import disposition, harmless
from conversation.filetypes import ACTIVE, PICTURES, PLAYED

POLICY = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def answer_file(path: Path, mime: str, filename: str, lasting: str) -> Response:
    """The file at `path`; asks for a part of it (Range) and for a newer one (ETag) are answered as such."""
    inline = mime in PICTURES or mime in PLAYED
    told = "application/octet-stream" if mime in ACTIVE else mime
    answer = send_file(path, request.environ, mimetype=told, conditional=True, etag=True, max_age=0)
    answer.headers.update(HEADERS)
    answer.headers["Content-Disposition"] = disposition(harmless(filename, mime), inline=inline)
    answer.headers["Cache-Control"] = lasting
    if told.startswith("text/"):
        answer.headers["Content-Type"] = f"{told}; charset=utf-8"
    return answer


def dated(kind: str, at: datetime, mime: str) -> str:
    """A name for a file that came without one: `foto-2026-11-24-1046.jpg` says more than an id."""
    return harmless(f"{kind}-{at:%Y-%m-%d-%H%M}".lower(), mime)
