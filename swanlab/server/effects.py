"""What the records of a post mean for the run itself: config, environment, state, who writes.

Applied before the post's offset moves. If the server dies in between, the post comes again, and
every step here may be repeated.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from swanlab import records
from swanlab.server.db import definitions, files, media, ranks, runs, stops
from swanlab.server.db.engine import now
from swanlab.server.messages.message import State

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATES: dict[str, State] = {"success": "finished", "crashed": "crashed", "aborted": "aborted"}
_LARGEST = 2**63 - 1


def state_of(record: object) -> State | None:
    """Return the state a record puts its run into, if it does."""
    if isinstance(record, records.Finish):
        return _STATES.get(record.state, "crashed")
    return "running" if isinstance(record, records.Resume) else None


def apply(
    connection: Connection, run: int, writer: str, found: list[object], started: int | None
) -> Counter[str]:
    """Bring the run in the metadata database up to date; return what is refused, and how often.

    ``started`` is the writer's own beginning (Unix milliseconds), from which its records count
    their time; None when its header was lost, and then now is taken.
    """
    noted = [(_moment(started, one.t), one) for one in found if isinstance(one, records.File)]
    shown = [(_moment(started, one.t), one) for one in found if isinstance(one, records.Media)]
    for record in found:
        if isinstance(record, records.Header):
            _begin(connection, _writer(run, writer, record))
        elif isinstance(record, records.Config):
            runs.merge(connection, run, "config", record.values, record.removed)
        elif isinstance(record, records.Environment):
            runs.merge(connection, run, "environment", record.values, [])
        elif isinstance(record, records.Define):
            if not definitions.take(connection, run, record):
                runs.note(connection, run, 0, 1)
        elif isinstance(record, records.Finish | records.Resume):
            _change_state(connection, run, writer, record, _moment(started, record.t))
    if noted:
        files.note(connection, run, noted)
    if not shown:
        return Counter()
    return media.note(connection, run, ranks.of_writer(connection, run, writer), shown)


def _change_state(
    connection: Connection,
    run: int,
    writer: str,
    record: records.Finish | records.Resume,
    at: int,
) -> None:
    error = record.error if isinstance(record, records.Finish) else None
    if isinstance(record, records.Resume):
        stops.forget(connection, run)
    rank = ranks.of_writer(connection, run, writer)
    ranks.set_state(connection, run, rank, state_of(record) or "running", at, error)


def _begin(connection: Connection, row: runs.WriterRow) -> None:
    runs.set_writer(connection, row)
    if row.role == "trainer":
        ranks.begin(connection, row.run, row.rank)


def _writer(run: int, writer: str, header: records.Header) -> runs.WriterRow:
    return runs.WriterRow(
        run=run,
        writer=writer,
        role=header.role,
        rank=_whole(header.rank),
        started=_whole(header.started),
        pid=_whole(header.pid),
        host=header.host,
    )


def _moment(started: int | None, elapsed: int) -> int:
    return now() if started is None else _whole(started + elapsed)


def _whole(number: int) -> int:
    """Fit a number that a stranger wrote into the database's integers."""
    return max(-_LARGEST, min(_LARGEST, number))
