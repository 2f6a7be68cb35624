"""The driver's own cursor, for the few statements that every post needs.

SQLAlchemy takes some ten times as long over a short statement as the database does. Connections and
transactions stay its own, and so do the errors: who catches one need not know which way it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa


class Cursor:
    """Runs statements in the transaction of a connection, which it begins if there is none.

    Their texts hold but names and numbers of this program, and ``?`` for each parameter. All raise
    ``sqlalchemy.exc.DBAPIError``.
    """

    def __init__(self, connection: sa.Connection) -> None:
        if not connection.in_transaction():
            connection.begin()
        self._connection = connection
        self._cursor = connection.connection.cursor()
        self._errors = _errors(connection)
        self._text = str if connection.dialect.paramstyle == "qmark" else _with_percent

    def __enter__(self) -> Cursor:  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(self, *_error: object) -> None:
        self._cursor.close()

    def all(self, text: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        try:
            self._cursor.execute(self._text(text), parameters)
            return list(self._cursor.fetchall())
        except self._errors as error:
            raise _named(self._connection, text, error) from error

    def many(self, text: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each of the rows."""
        try:
            self._cursor.executemany(self._text(text), rows)
        except self._errors as error:
            raise _named(self._connection, text, error) from error


def begin(connection: sa.Connection, text: str) -> None:
    """Begin a transaction in SQLite by the statement ``text``; for SQLAlchemy's event of it."""
    try:
        connection.connection.cursor().execute(text)
    except _errors(connection) as error:
        raise _named(connection, text, error) from error


def _errors(connection: sa.Connection) -> type[Exception]:
    found: type[Exception] = connection.dialect.loaded_dbapi.Error
    return found


def _named(connection: sa.Connection, text: str, error: Exception) -> BaseException:
    """Return SQLAlchemy's form of an error; its pool drops a connection that is gone."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    found: Any = sa.exc.DBAPIError.instance(
        text, None, error, _errors(connection), connection_invalidated=gone, dialect=dialect
    )
    return cast("BaseException", found)


@lru_cache(maxsize=1024)
def _with_percent(text: str) -> str:
    return text.replace("%", "%%").replace("?", "%s")
