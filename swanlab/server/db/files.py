"""Queries on the files of runs and on who holds which blob."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from swanlab.records import MEDIA, File
from swanlab.server.db.schema import blobs, files, run_blobs, runs

MOST = 100_000
"""Files of one run."""
MOST_MEDIA = 4_000_000
"""Files of one run that hold its media."""
GONE = "media-gone"
"""Kind of a file of media whose entry was replaced: nothing is taken in of it any more."""
DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_PATH = 1024
_AT_ONCE = 500
_CONTROL = re.compile(r"[\\\x00-\x1f\x7f]")
_LARGEST = 2**53


class FileRow(msgspec.Struct, frozen=True):
    """One file of a run; ``stored`` tells whether its bytes are here."""

    path: str
    size: int
    mtime: int
    digest: str | None
    policy: str
    kind: str
    error: str | None
    noted_at: int
    stored: bool


def good_path(path: str) -> bool:
    """Whether a name is relative, leads nowhere else and can be shown; or names media."""
    parts = path.removeprefix(MEDIA).split("/")
    return (
        0 < len(path) <= _MAX_PATH
        and _CONTROL.search(path) is None
        and not any(part in ("", ".", "..") for part in parts)
    )


def note(connection: Connection, run: int, found: Sequence[tuple[int, File]]) -> None:
    """Take in what records say of files, each with its time, unless something later is known.

    A wish for a file never takes the place of what is known of the file. A blob that no file of
    the run names any more is let go of.
    """
    good = [(at, record) for at, record in found if good_path(record.path)]
    before = _known(connection, run, list({record.path for _, record in good}))
    known, values = dict(before), dict[str, dict[str, Any]]()
    for at, record in good:
        digest = record.digest if DIGEST.fullmatch(record.digest) else None
        last = known.get(record.path)
        if last is not None and (last[0] > at or (digest is None and last[1] is not None)):
            continue
        if last is not None and last[2] == GONE:
            continue
        known[record.path] = (at, digest, "")
        values[record.path] = _columns(record, digest, at)
    _add(connection, run, [(path, row) for path, row in values.items() if path not in before])
    changed = {path: row for path, row in values.items() if path in before}
    if changed:
        mine = (files.c.run == run) & (files.c.path == bindparam("of_path"))
        rows = [{"of_path": path, **row} for path, row in changed.items()]
        connection.execute(update(files).where(mine), rows)
    old = {path: before[path][1] for path in changed}
    _let_go(connection, run, [d for path, d in old.items() if d and d != changed[path]["digest"]])


def _known(
    connection: Connection, run: int, paths: list[str]
) -> dict[str, tuple[int, str | None, str]]:
    """Return when those files of the run were noted last, their digests and kinds."""
    found: dict[str, tuple[int, str | None, str]] = {}
    for start in range(0, len(paths), _AT_ONCE):
        some = files.c.path.in_(paths[start : start + _AT_ONCE])
        columns = (files.c.path, files.c.noted_at, files.c.digest, files.c.kind)
        for row in connection.execute(select(*columns).where(files.c.run == run, some)):
            found[row.path] = (row.noted_at, row.digest, row.kind)
    return found


def _columns(record: File, digest: str | None, at: int) -> dict[str, Any]:
    return {
        "size": max(0, min(record.size, _LARGEST)),
        "mtime": max(0, min(record.mtime, _LARGEST)),
        "digest": digest,
        "policy": record.policy[:8],
        "kind": record.kind[:16],
        "error": record.error[:1000] or None,
        "noted_at": at,
    }


def _add(connection: Connection, run: int, new: list[tuple[str, dict[str, Any]]]) -> None:
    of_media = [one for one in new if one[0].startswith(MEDIA)]
    saved = [one for one in new if not one[0].startswith(MEDIA)]
    for some, most, mine in ((saved, MOST, _saved()), (of_media, MOST_MEDIA, ~_saved())):
        if some:
            query = select(func.count()).where(files.c.run == run, mine)
            room = most - int(connection.execute(query).scalar() or 0)
            rows = [{"run": run, "path": path, **row} for path, row in some[: max(0, room)]]
            if rows:
                connection.execute(insert(files), rows)


def _let_go(connection: Connection, run: int, digests: Sequence[str]) -> None:
    """Let the run hold no longer what none of its files names."""
    used = select(files.c.path).where(files.c.run == run, files.c.digest == run_blobs.c.digest)
    for start in range(0, len(digests), _AT_ONCE):
        some = run_blobs.c.digest.in_(digests[start : start + _AT_ONCE])
        connection.execute(delete(run_blobs).where(run_blobs.c.run == run, some, ~used.exists()))


def _rows() -> Any:
    held = (run_blobs.c.run == files.c.run) & (run_blobs.c.digest == files.c.digest)
    columns = [column for column in files.c if column.name != "run"]
    return select(*columns, run_blobs.c.digest.is_not(None).label("stored")).outerjoin(
        run_blobs, held
    )


def of_run(connection: Connection, run: int, after: str, limit: int) -> list[FileRow]:
    """Return a run's files by name, those behind ``after``."""
    mine = and_(files.c.run == run, files.c.path > after, _saved())
    rows = connection.execute(_rows().where(mine).order_by(files.c.path).limit(limit))
    return [msgspec.convert(row, FileRow, from_attributes=True, strict=False) for row in rows]


def totals(connection: Connection, run: int) -> tuple[int, int]:
    """Return how many files were saved with a run, and their bytes; media are not counted."""
    counted = select(func.count(), func.coalesce(func.sum(files.c.size), 0))
    row = connection.execute(counted.where(files.c.run == run, _saved())).one()
    return int(row[0]), int(row[1])


def _saved() -> Any:
    """Whether a row is a file that somebody saved, not one of media."""
    return files.c.path.not_like(MEDIA + "%")


def drop_media(connection: Connection, run: int, paths: Sequence[str]) -> None:
    """Forget what files of media hold; a blob that no file of the run names is let go of.

    Their rows stay: what the background process found out of them may come only now.
    """
    known = _known(connection, run, list(paths))
    for start in range(0, len(paths), _AT_ONCE):
        mine = (files.c.run == run) & files.c.path.in_(paths[start : start + _AT_ONCE])
        connection.execute(update(files).where(mine).values(kind=GONE, digest=None, size=0))
    _let_go(connection, run, [digest for _, digest, _kind in known.values() if digest is not None])


def named_by(connection: Connection, run: int, paths: Sequence[str]) -> dict[str, FileRow]:
    """Return those files of a run, by name."""
    found: dict[str, FileRow] = {}
    for start in range(0, len(paths), _AT_ONCE):
        some = files.c.path.in_(paths[start : start + _AT_ONCE])
        for row in connection.execute(_rows().where(files.c.run == run, some)):
            found[row.path] = msgspec.convert(row, FileRow, from_attributes=True, strict=False)
    return found


def find(connection: Connection, run: int, path: str) -> FileRow | None:
    """Return the file of that name."""
    row = connection.execute(_rows().where(files.c.run == run, files.c.path == path)).first()
    if row is None:
        return None
    return msgspec.convert(row, FileRow, from_attributes=True, strict=False)


def of_digest(connection: Connection, run: int, digest: str) -> FileRow | None:
    """Return a file of the run's media that has these bytes."""
    mine = and_(files.c.run == run, files.c.digest == digest, ~_saved())
    row = connection.execute(_rows().where(mine).limit(1)).first()
    if row is None:
        return None
    return msgspec.convert(row, FileRow, from_attributes=True, strict=False)


def named(connection: Connection, run: int, digest: str) -> str | None:
    """Return a name under which the run has this blob, if it is one of its files."""
    path: str | None = connection.execute(
        select(files.c.path).where(files.c.run == run, files.c.digest == digest).limit(1)
    ).scalar()
    return path


def held(connection: Connection, run: int, digests: Sequence[str]) -> set[str]:
    """Return those of the digests whose blobs the run holds."""
    rows = connection.execute(
        select(run_blobs.c.digest).where(
            run_blobs.c.run == run, run_blobs.c.digest.in_(list(digests))
        )
    )
    return set(rows.scalars())


def adopt(connection: Connection, project: int, run: int, digests: Sequence[str]) -> set[str]:
    """Let the run hold those of the blobs that another run of its project holds; return them."""
    rows = connection.execute(
        select(run_blobs.c.digest)
        .join(runs, runs.c.id == run_blobs.c.run)
        .where(runs.c.project_id == project, run_blobs.c.digest.in_(list(digests)))
        .distinct()
    )
    found = set(rows.scalars()) - held(connection, run, digests)
    for digest in found:
        connection.execute(insert(run_blobs).values(run=run, digest=digest))
    return found


def claim(connection: Connection, digest: str, size: int, until: int) -> None:
    """Keep a blob that is about to be there from being swept before ``until`` (Unix ms)."""
    same = blobs.c.digest == digest
    changed = connection.execute(update(blobs).where(same).values(claimed_until=until))
    if not changed.rowcount:
        connection.execute(insert(blobs).values(digest=digest, size=size, claimed_until=until))


def attach(connection: Connection, run: int, digest: str, size: int) -> bool:
    """Let the run hold a claimed blob; False when it was swept all the same."""
    same = blobs.c.digest == digest
    known = update(blobs).where(same).values(claimed_until=0, size=size)
    if not connection.execute(known).rowcount:
        return False
    if digest not in held(connection, run, [digest]):
        connection.execute(insert(run_blobs).values(run=run, digest=digest))
    return True


def unheld(connection: Connection, at: int, limit: int) -> list[str]:
    """Return digests of blobs that no run holds and nobody claims."""
    rows = connection.execute(
        select(blobs.c.digest).where(blobs.c.claimed_until < at, ~_used()).limit(limit)
    )
    return list(rows.scalars())


def drop(connection: Connection, digest: str, at: int) -> bool:
    """Forget a blob if no run holds it and nobody claims it; whether that was done."""
    free = (blobs.c.digest == digest) & (blobs.c.claimed_until < at)
    return bool(connection.execute(delete(blobs).where(free, ~_used())).rowcount)


def _used() -> Any:
    return select(run_blobs.c.run).where(run_blobs.c.digest == blobs.c.digest).exists()
