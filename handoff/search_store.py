"""Where the words of search entries lie: an FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL.

Words come folded (`search_words`), so that both databases find the same. The table is made beside `search_entry`, by the
models (`house_tables`) and by the migration alike; no model describes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Select, column, text
from sqlalchemy.orm import Session

NEWEST = 5_000  # of a word that is everywhere only the latest places are looked at
_ADD = {
    "sqlite": text("INSERT INTO search_words (rowid, words) VALUES (:id, :words)"),
    "postgresql": text("INSERT INTO search_words (search_entry_id, words)"
                       " VALUES (:id, array_to_tsvector(string_to_array(:words, ' ')))"),
}
_DROP = {
    "sqlite": text("DELETE FROM search_words WHERE rowid = :id"),
    "postgresql": text("DELETE FROM search_words WHERE search_entry_id = :id"),
}
_FIND = {
    "sqlite": "SELECT rowid AS id FROM search_words WHERE search_words MATCH :{name} ORDER BY rowid DESC LIMIT {most}",
    "postgresql": "SELECT search_entry_id AS id FROM search_words WHERE words @@ CAST(:{name} AS tsquery)"
                  " ORDER BY search_entry_id DESC LIMIT {most}",
}

# A word, and whether it is only how one begins; of a group any one will do.
Word = tuple[str, bool]
Group = Sequence[Word]


def add(connection: Connection, words: Mapping[int, Sequence[str]]) -> None:
    """Put these words under these numbers."""
    if words:
        rows = [{"id": number, "words": " ".join(dict.fromkeys(found))} for number, found in words.items()]
        connection.execute(_ADD[connection.dialect.name], rows)


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget the words under these numbers."""
    if numbers:
        connection.execute(_DROP[connection.dialect.name], [{"id": number} for number in numbers])


def matching(reader: Session | Connection, groups: Sequence[Group], name: str) -> Select[Any]:
    """A query for the numbers under which a word of every group lies; `name` tells its parameter from others."""
    dialect = (reader.get_bind() if isinstance(reader, Session) else reader).dialect.name
    wanted = _for_sqlite(groups) if dialect == "sqlite" else _for_postgresql(groups)
    found = text(_FIND[dialect].format(name=name, most=NEWEST)).bindparams(**{name: wanted})
    return found.columns(column("id", Integer)).subquery(f"found_{name}").select()


def _for_sqlite(groups: Sequence[Group]) -> str:
    return " AND ".join(
        "(" + " OR ".join(f'"{word}"{"*" if begins else ""}' for word, begins in group) + ")" for group in groups)


def _for_postgresql(groups: Sequence[Group]) -> str:
    return " & ".join(
        "(" + " | ".join(f"'{word}'{':*' if begins else ''}" for word, begins in group) + ")" for group in groups)
