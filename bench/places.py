"""Where stores that are measured are made: files of a folder, or databases of PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from swanlab.server.db.postgres import connect_once, is_url, parse

_CLIENT = "swanlab bench"


class Places:
    """Makes empty stores under ``folder``, or beside the database at ``url``."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder, self._url = folder, url
        self._made: list[str] = []

    @property
    def shared(self) -> bool:
        """Whether they are databases of PostgreSQL."""
        return self._url is not None

    def new(self, name: str) -> str:
        """Return where an empty store is to be."""
        if self._url is None:
            return str(self.folder / f"{name}.db")
        database = f"swanlab_bench_{name}".replace("-", "_")
        self._execute(f"DROP DATABASE IF EXISTS {database}")
        self._execute(f"CREATE DATABASE {database}")
        self._made.append(database)
        return parse(self._url).set(database=database).render_as_string(hide_password=False)

    def drop(self, place: str) -> None:
        """Remove a closed store, to make room for the next."""
        if is_url(place):
            self._execute(f"DROP DATABASE {parse(place).database} WITH (FORCE)")
        else:
            Path(place).unlink()

    def close(self) -> None:
        """Drop what was made in a database server; a folder goes by itself."""
        for database in self._made:
            self._execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with closing(connect_once(self._url or "", _CLIENT)) as connection:
            connection.execute(statement)


def used_bytes(place: str) -> int:
    """Size of the store without the pages that sealed batches left free for the next ones."""
    if is_url(place):
        with closing(connect_once(place, _CLIENT)) as connection:
            connection.execute("VACUUM FULL")
            row = connection.execute(
                "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
            ).fetchone()
            return int(row[0])
    with closing(sqlite3.connect(place)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size
