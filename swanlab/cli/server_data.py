"""What a server keeps, project by project, for the commands that look after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from swanlab.cli.output import Fails

if TYPE_CHECKING:
    from swanlab.server.db.engine import Database
    from swanlab.server.metrics.cold import Cold
    from swanlab.server.metrics.store import Store

_Function = TypeVar("_Function", bound=Callable[..., Any])


def where_options(function: _Function) -> _Function:
    """Give a command the options ``--data-dir``, ``--database-url`` and ``--media-url``."""
    folder = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder that holds everything.  [default: the user's data folder]",
    )
    url = click.option(
        "--database-url",
        help="postgresql://… where the servers were started with that; SWANLAB_DATABASE_URL in"
        " the environment says the same.",
    )
    media = click.option(
        "--media-url",
        help="The --media-url of the server: where the points of old runs are, if moved.",
    )
    return folder(url(media(function)))


class Where(NamedTuple):
    """Where what is looked after is: in a database, or else in a folder (None: the usual one)."""

    folder: Path | None
    url: str | None
    media: str | None = None
    """Where the points of old runs are, if not in the folder."""


def where(
    ctx: click.Context, data_dir: Path | None, database_url: str | None, media_url: str | None
) -> Where:
    """Return what the command is to go by: its own options, or those before its name."""
    if data_dir is not None and database_url is not None:
        raise Fails("--data-dir or --database-url: a server keeps its points in one of the two.")
    if media_url is None and ctx.parent is not None:
        media_url = ctx.parent.params["media_url"]
    if data_dir is None and database_url is None and ctx.parent is not None:
        # Of a server that was given both, the folder has but files.
        return Where(ctx.obj, ctx.parent.params["database_url"], media_url)
    return Where(data_dir, database_url, media_url)


class Place(NamedTuple):
    """One project and the store that holds it. ``runs`` are ids of runs that show what is in it.

    They go by its number there: that of the run for which it came.
    """

    name: str
    store: Store
    runs: dict[int, str]
    path: Path | None = None
    """Its own file, None where all projects share a database."""
    stray: bool = False
    """Whether no project is known to which it belongs, no run reads it, and nothing waits in it."""
    orphans: Callable[[], list[int]] = list
    """Returns the runs in its file that belong to none of the project."""

    def title(self, run: int | None) -> str:
        """Say which project or run is meant."""
        return self.name if run is None else f"{self.name}/{self.runs.get(run, f'run {run}')}"

    def numbers(self) -> list[int]:
        """Return the runs that are to be looked at."""
        return sorted(self.runs) if self.path is None else self.store.runs()


class Data(NamedTuple):
    """What a server keeps."""

    places: Iterator[Place]
    shared: Store | None
    """The store of all projects, where they are in one database."""


@contextmanager
def open_data(place: Where) -> Iterator[Data]:
    """Open what a server keeps, one project after the other.

    Raises ``Fails`` when it is no data of a server, of a newer version, or cannot be reached.
    """
    from sqlalchemy.exc import DBAPIError

    with ExitStack() as held:
        try:
            yield _database(place, held) if place.url else _folder(place, held)
        except DBAPIError as error:
            raise Fails(f"the database failed: {error.orig}") from error


def _folder(place: Where, held: ExitStack) -> Data:
    from swanlab.cli.server import default_data_dir
    from swanlab.server.db.engine import FILE_NAME, Database

    folder = place.folder or default_data_dir()
    if not (folder / FILE_NAME).is_file():
        raise Fails(f"{folder} holds no data of a server: name its folder with --data-dir.")
    cold = _cold(place)
    try:
        db = Database(folder / FILE_NAME)
    except RuntimeError as error:
        raise Fails(str(error)) from error
    held.callback(db.close)
    return Data(_files(folder / "metrics", db, cold), None)


def _files(folder: Path, db: Database, cold: Cold) -> Iterator[Place]:
    from sqlalchemy.exc import DBAPIError

    from swanlab.server.metrics.schema import FormatError
    from swanlab.server.metrics.store import open_store

    names = _projects(db)
    for path in sorted(folder.glob("*.db")):
        number = int(path.stem) if path.stem.isdecimal() else -1
        try:
            store = open_store(path, cold)
        except FormatError as error:
            raise Fails(f"{path}: {error}") from error
        except DBAPIError as error:
            raise Fails(f"{path} cannot be opened: {error.orig}") from error
        runs = _runs(db, number)
        name = names.get(number, path.name)
        with closing(store):
            stray = number not in names and not runs and not store.discarded()
            yield Place(name, store, runs, path, stray, partial(_orphans, db, store, number))


def _cold(place: Where) -> Cold:
    """Return where the points of old runs are, as a server with the same options would."""
    from swanlab.cli.server import default_data_dir
    from swanlab.server.media.address import BadAddress, open_media
    from swanlab.server.metrics.cold import Cold

    folder = place.folder or default_data_dir()
    try:
        return Cold(open_media(place.media, folder).shelf(), folder / "cache" / "segments")
    except BadAddress as error:
        raise Fails(str(error)) from error


def _database(place: Where, held: ExitStack) -> Data:
    from sqlalchemy.exc import DBAPIError

    from swanlab.server.db import migrations, postgres
    from swanlab.server.db.engine import Database
    from swanlab.server.metrics.schema import FormatError
    from swanlab.server.metrics.store import open_store

    url, cold = place.url or "", _cold(place)
    try:
        engine = postgres.connect(url, size=1, overflow=0)
        held.callback(engine.dispose)
        with engine.connect() as connection:
            found = migrations.found(connection)
        if found is None:
            raise Fails("That database holds no data of a server: name another one.")
        if found < len(migrations.MIGRATIONS):
            raise Fails(
                "The database is as an older version left it: start a server of this version on"
                " it once, which brings it up to date."
            )
        db = Database(url)
        held.callback(db.close)
        store = open_store(url, cold)
        held.callback(store.close)
    except (RuntimeError, FormatError, postgres.BadUrl) as error:
        raise Fails(str(error)) from error
    except DBAPIError as error:
        raise Fails(f"cannot use the database: {error.orig}") from error
    return Data(_shared(db, store), store)


def _shared(db: Database, store: Store) -> Iterator[Place]:
    from swanlab.server.db import sources

    names = _projects(db)
    with db.read() as connection:
        homes = sources.all_of(connection).keys()
    for number in sorted(names.keys() | homes):
        yield Place(names.get(number, f"deleted project {number}"), store, _runs(db, number))
    strange = _orphans(db, store, None)
    if strange:
        runs = {number: f"run {number}" for number in strange}
        yield Place("no project", store, runs, orphans=lambda: strange)


def _orphans(db: Database, store: Store, project: int | None) -> list[int]:
    """Return what no run of the project has in the store, or of any project, nor had until now.

    A server may go on meanwhile: where points are to lie is known before any is stored, and until
    all are gone. So the store is asked before and after.
    """
    strange = set(store.runs()) - _runs(db, project).keys()
    return sorted(strange & set(store.runs())) if strange else []


def _runs(db: Database, project: int | None) -> dict[int, str]:
    """Return what lies in the home of a project, or in all: by number, the id of who shows it."""
    from swanlab.server.db import sources

    with db.read() as connection:
        return sources.labels(connection, project)


def _projects(db: Database) -> dict[int, str]:
    """Return what the projects are called, by their number."""
    from sqlalchemy import select

    from swanlab.server.db.schema import projects, workspaces

    joined = projects.join(workspaces, projects.c.workspace_id == workspaces.c.id)
    query = select(projects.c.id, workspaces.c.name, projects.c.name).select_from(joined)
    with db.read() as connection:
        return {row[0]: f"{row[1]}/{row[2]}" for row in connection.execute(query)}
