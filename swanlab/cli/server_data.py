"""The metric stores of a data directory, for the commands that look after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from swanlab.cli.output import Fails

if TYPE_CHECKING:
    from swanlab.server.metrics.store import Store

_Function = TypeVar("_Function", bound=Callable[..., Any])


def data_dir_option(function: _Function) -> _Function:
    """Give a command the option ``--data-dir``."""
    option = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder that holds everything.  [default: the user's data folder]",
    )
    return option(function)


class Place(NamedTuple):
    """One project's store. ``runs`` are ids of runs that show what is in it, by its number."""

    name: str
    path: Path
    store: Store
    runs: dict[int, str]
    stray: bool
    """Whether no project is known to which it belongs, and no run reads it."""
    unreadable: tuple[type[Exception], ...]
    """What reading raises when the database itself is damaged."""

    def title(self, run: int | None) -> str:
        """Say which project or run is meant."""
        return self.name if run is None else f"{self.name}/{self.runs.get(run, f'run {run}')}"


@contextmanager
def open_data(folder: Path | None) -> Iterator[Iterator[Place]]:
    """Open the stores of a data directory, one after the other.

    Raises ``Fails`` when it is no data directory of a server, or of a newer version.
    """
    from swanlab.cli.server import default_data_dir
    from swanlab.server.db.engine import FILE_NAME, Database

    folder = folder or default_data_dir()
    if not (folder / FILE_NAME).is_file():
        raise Fails(f"{folder} holds no data of a server: name its folder with --data-dir.")
    try:
        db = Database(folder / FILE_NAME)
    except RuntimeError as error:
        raise Fails(str(error)) from error
    try:
        yield _places(folder / "metrics", db)
    finally:
        db.close()


def _places(folder: Path, db: Any) -> Iterator[Place]:
    from sqlalchemy import select
    from sqlalchemy.exc import DBAPIError

    from swanlab.server.db import schema, sources
    from swanlab.server.metrics.schema import FormatError
    from swanlab.server.metrics.store import open_store

    projects, workspaces = schema.projects, schema.workspaces
    with db.read() as connection:
        joined = projects.join(workspaces, projects.c.workspace_id == workspaces.c.id)
        query = select(projects.c.id, workspaces.c.name, projects.c.name).select_from(joined)
        names = {row[0]: f"{row[1]}/{row[2]}" for row in connection.execute(query)}
    for path in sorted(folder.glob("*.db")):
        number = int(path.stem) if path.stem.isdecimal() else -1
        with db.read() as connection:
            ids = sources.labels(connection, number)
        try:
            store = open_store(path)
        except FormatError as error:
            raise Fails(f"{path}: {error}") from error
        except DBAPIError as error:
            raise Fails(f"{path} cannot be opened: {error.orig}") from error
        try:
            name = names.get(number, path.name)
            stray = number not in names and not ids
            yield Place(name, path, store, ids, stray, (DBAPIError,))
        finally:
            store.close()
