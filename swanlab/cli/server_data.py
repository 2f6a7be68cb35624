"""The metric stores of a data directory, for the commands that look after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from swanlab.cli.output import Fails

if TYPE_CHECKING:
    from swanlab.server.metrics.cold import Cold
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


def media_url_option(function: _Function) -> _Function:
    """Give a command the option ``--media-url``."""
    option = click.option(
        "--media-url",
        help="The --media-url of the server: where the points of old runs are, if moved.",
    )
    return option(function)


class Place(NamedTuple):
    """One project's store. ``runs`` are the ids of its runs by their number."""

    name: str
    path: Path
    store: Store
    runs: dict[int, str]
    stray: bool
    """Whether no project is known to which it belongs."""
    unreadable: tuple[type[Exception], ...]
    """What reading raises when the database itself is damaged."""

    def title(self, run: int | None) -> str:
        """Say which project or run is meant."""
        return self.name if run is None else f"{self.name}/{self.runs.get(run, f'run {run}')}"


@contextmanager
def open_data(folder: Path | None, media_url: str | None = None) -> Iterator[Iterator[Place]]:
    """Open the stores of a data directory, one after the other.

    ``media_url`` is where their segments are, if not in the directory. Raises ``Fails`` when it is
    no data directory of a server, or of a newer version.
    """
    from swanlab.cli.server import default_data_dir
    from swanlab.server.db.engine import FILE_NAME, Database
    from swanlab.server.media.address import BadAddress, open_media
    from swanlab.server.metrics.cold import Cold

    folder = folder or default_data_dir()
    if not (folder / FILE_NAME).is_file():
        raise Fails(f"{folder} holds no data of a server: name its folder with --data-dir.")
    try:
        cold = Cold(open_media(media_url, folder).shelf(), folder / "cache" / "segments")
    except BadAddress as error:
        raise Fails(str(error)) from error
    try:
        db = Database(folder / FILE_NAME)
    except RuntimeError as error:
        raise Fails(str(error)) from error
    try:
        yield _places(folder / "metrics", db, cold)
    finally:
        db.close()


def _places(folder: Path, db: Any, cold: Cold) -> Iterator[Place]:
    from sqlalchemy import select
    from sqlalchemy.exc import DBAPIError

    from swanlab.server.db import schema
    from swanlab.server.metrics.schema import FormatError
    from swanlab.server.metrics.store import open_store

    projects, workspaces, runs = schema.projects, schema.workspaces, schema.runs
    with db.read() as connection:
        joined = projects.join(workspaces, projects.c.workspace_id == workspaces.c.id)
        query = select(projects.c.id, workspaces.c.name, projects.c.name).select_from(joined)
        names = {row[0]: f"{row[1]}/{row[2]}" for row in connection.execute(query)}
    for path in sorted(folder.glob("*.db")):
        number = int(path.stem) if path.stem.isdecimal() else -1
        with db.read() as connection:
            known = select(runs.c.id, runs.c.run_id).where(runs.c.project_id == number)
            ids = {row[0]: row[1] for row in connection.execute(known)}
        try:
            store = open_store(path, cold)
        except FormatError as error:
            raise Fails(f"{path}: {error}") from error
        except DBAPIError as error:
            raise Fails(f"{path} cannot be opened: {error.orig}") from error
        try:
            name = names.get(number, path.name)
            yield Place(name, path, store, ids, number not in names, (DBAPIError,))
        finally:
            store.close()
