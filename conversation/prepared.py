"""Statements of the message path: built with SQLAlchemy, compiled once, run by the driver.

What SQLAlchemy does at each execution of a statement (parameters, contexts, results) was 40 % of the writer's time; none of
it is needed where many rows of the same shape are written and nothing comes back. Measured: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement for one kind of database: its words, and how a row becomes its parameters."""

    words: str
    parameters: Callable[[Row], Any]


class Prepared:
    """One INSERT, UPDATE or DELETE without a result, for any number of rows that all have the same keys."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._forms: dict[tuple[str, ...], _Form] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Write these rows in the transaction of `connection`; returns how many rows changed. Raises DBAPIError."""
        key = (connection.dialect.name, *rows[0])
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._form(connection, list(rows[0]))
        parameters = [form.parameters(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            if len(parameters) == 1:
                cursor.execute(form.words, parameters[0])
            else:
                cursor.executemany(form.words, parameters)
            return int(cursor.rowcount)
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                form.words, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True,
                dialect=connection.dialect) from error
        finally:
            cursor.close()

    def _form(self, connection: Connection, keys: list[str]) -> _Form:
        compiled: Any = self._statement.compile(dialect=connection.dialect, column_keys=keys)
        processors = compiled._bind_processors
        constants = {name: value for name, value in compiled.params.items() if name not in keys} | {
            column.key: column.default.arg for column in compiled.insert_prefetch if column.default.is_scalar}
        names = [(name, processors.get(name)) for name in compiled.positiontup or compiled.bind_names.values()]

        def values(row: Row) -> list[Any]:
            given = {**constants, **row} if constants else row
            return [processor(given[name]) if processor else given[name] for name, processor in names]

        if compiled.positional:
            return _Form(str(compiled), values)
        return _Form(str(compiled), lambda row: dict(zip((name for name, _ in names), values(row), strict=True)))
