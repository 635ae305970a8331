"""Statements that a shop's owner writes for the connector `sql`: one SELECT each, with bound places alone.

What is checked here helps who writes them; what keeps the shop's data safe is the transaction, which only reads.
"""

from __future__ import annotations

import re

from sqlalchemy import TextClause, text

from orders.settings import Settings

MAX_CHARACTERS = 10_000
MAX_ROWS = 200

_trailing = re.compile(r"[;\s]+$")
# Standard, MySQL and PostgreSQL quotes; a doubled quote stays inside.
_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
_quoted = re.compile(_QUOTED, re.DOTALL)
_quoted_or_comment = re.compile(rf"(?P<quoted>{_QUOTED})|--[^\n]*|/\*.*?\*/", re.DOTALL)
_writes = re.compile(
    r"\b(insert|update|delete|merge|drop|alter|create|truncate|grant|revoke|into|copy|attach|detach|pragma|vacuum|exec"
    r"|execute|call)\b",
    re.IGNORECASE,
)
_reads = re.compile(r"\s*\(?\s*(select|with)\b", re.IGNORECASE)


def statement(given: Settings, key: str, place: str) -> TextClause:
    """The statement of the setting `key`, which must hold `:place`, and at most MAX_ROWS of what it finds.

    Raises BadConfiguration.
    """
    uncommented = _quoted_or_comment.sub(lambda found: found["quoted"] or " ", given.text(key))
    written = _trailing.sub("", uncommented)
    if len(written) > MAX_CHARACTERS:
        raise given.wrong(key, f"is longer than {MAX_CHARACTERS} characters: put it into a view of the database.")
    bare = _quoted.sub("''", written)
    if ";" in bare:
        raise given.wrong(key, "holds several statements: write one SELECT.")
    if not _reads.match(bare):
        raise given.wrong(key, "does not begin with SELECT or WITH: write one SELECT.")
    if found := _writes.search(bare):
        mend = "write one SELECT, and quote a column that is called so"
        raise given.wrong(key, f"holds “{found[0]}”, and orders are only read: {mend}.")
    if any(f":{place}" in quoted[0] for quoted in _quoted.finditer(written)):
        raise given.wrong(key, f"holds :{place} between quotes, where it is only text: leave out the quotes.")
    # A statement that forgot its WHERE must not bring the whole shop over the wire.
    clause = text(f"SELECT * FROM (\n{written}\n) AS asked LIMIT {MAX_ROWS}")
    _check_places(given, key, place, clause)
    return clause


def _check_places(given: Settings, key: str, place: str, clause: TextClause) -> None:
    held = set(clause.compile().params)
    if place not in held:
        raise given.wrong(key, f"does not hold :{place}, so it would find everybody's orders: write it in its WHERE.")
    if others := sorted(held - {place}):
        raise given.wrong(key, f"holds :{others[0]}, which nobody fills in: only :{place} is known here.")
