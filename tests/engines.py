"""The statements of the house are put into words once for all tests, not once for each test's database.

SQLAlchemy keeps the SQL of a statement with the engine that ran it, for the dialect that engine talks. A house has one
engine as long as it lives; the tests have thousands, and half their time went into wording the same statements anew.
"""

from __future__ import annotations

from typing import Any

from conversation.work import Database

STATEMENTS = 10_000  # more than there are: what is dropped would be worded again
_shared: dict[str, tuple[Any, Any]] = {}


def sharing_words(database: Database) -> Database:
    """Give it the dialect and the worded statements of the first one of its kind. To be called before it connects."""
    engine = database.engine
    if engine.dialect.name not in _shared:
        engine.connect().close()  # that is when a dialect learns what its server can do
        words: Any = engine._compiled_cache
        words.capacity = STATEMENTS
        _shared[engine.dialect.name] = engine.dialect, words
    engine.dialect, engine._compiled_cache = _shared[engine.dialect.name]
    return database
