"""The words of search, written by hand: each database keeps them in an index of its own, which no model describes."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = {
    "sqlite": ("CREATE VIRTUAL TABLE search_words USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')",),
    "postgresql": (
        "CREATE TABLE search_words (search_entry_id integer PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX search_words_words ON search_words USING gin (words)",
    ),
}


def upgrade() -> None:
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.execute(statement)
