"""Queries on what runs logged as media: which keys, at which steps, and what stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, insert, select, tuple_, update

from swanlab.records import MAX_ENTRY, MAX_KEY_LENGTH, MAX_KIND, MEDIA, Item, Media
from swanlab.server.db import files
from swanlab.server.db.schema import media

MOST_ENTRIES = 1_000_000
"""Of one run, over all its keys."""
_STEPS = 1 << 63
_AT_ONCE = 500

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Item]).decode


class Series(msgspec.Struct, frozen=True):
    """All that one rank of a run logged under a key."""

    run: int
    key: str
    rank: int
    kind: str
    """Of the newest entry."""
    count: int
    first: int
    last: int
    """Steps."""
    most: int
    """Items in the entry that has most."""


class Entry(msgspec.Struct, frozen=True):
    """What stands at one step."""

    step: int
    at: int
    kind: str
    items: list[Item]


def note(
    connection: Connection, run: int, rank: int, found: Sequence[tuple[int, Media]]
) -> Counter[str]:
    """Take in records, each with its time (Unix ms); return why some are refused, and how many.

    What stood at the same step of the same key goes, files included. A post is one look and one
    statement for each kind of change, however many records it has.
    """
    refused: Counter[str] = Counter()
    gone: list[str] = []
    last: dict[_At, _Row] = {}
    for at, record in found:
        reason = _fault(record)
        place = (record.key[:MAX_KEY_LENGTH], record.step)
        if reason is not None:
            refused[reason] += 1
            gone += _paths(record.items)
        elif place in last and last[place].at > at:
            gone += _left(record.items, last[place].items)
        else:
            if place in last:
                gone += _left(last[place].items, record.items)
            last[place] = _Row(at, record.kind[:MAX_KIND], record.items)
    before = _there(connection, run, rank, list(last))
    for place in before.keys() & last.keys():
        old, new = before[place], last[place]
        if old.at > new.at:
            gone += _left(new.items, old.items)
            del last[place]
        else:
            gone += _left(old.items, new.items)
    fresh = [place for place in last if place not in before]
    room = MOST_ENTRIES - _entries(connection, run) if fresh else 0
    for place in fresh[max(0, room) :]:
        refused[f"media beyond {MOST_ENTRIES:,} entries of one run"] += 1
        gone += _paths(last.pop(place).items)
    _write(connection, run, rank, last, before.keys())
    if gone:
        files.drop_media(connection, run, gone)
    return refused


_At = tuple[str, int]
"""Key and step."""


class _Row(NamedTuple):
    at: int
    kind: str
    items: list[Item]


def _there(connection: Connection, run: int, rank: int, places: list[_At]) -> dict[_At, _Row]:
    """Return what stands there already."""
    found: dict[_At, _Row] = {}
    columns = (media.c.key, media.c.step, media.c.at, media.c.kind, media.c["items"])
    query = select(*columns).where(media.c.run == run, media.c.rank == rank)
    for start in range(0, len(places), _AT_ONCE):
        some = tuple_(media.c.key, media.c.step).in_(places[start : start + _AT_ONCE])
        for key, step, at, kind, items in connection.execute(query.where(some)):
            found[key, step] = _Row(at, kind, _decode(items))
    return found


def _write(
    connection: Connection, run: int, rank: int, rows: dict[_At, _Row], there: Collection[_At]
) -> None:
    """Write entries, over those that are there."""
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for place, row in rows.items():
        key, step = place
        values = {
            "at": row.at, "kind": row.kind, "count": len(row.items), "items": _encode(row.items),
        }  # fmt: skip
        if place in there:
            changed.append({"of_key": key, "of_step": step, **values})
        else:
            new.append({"run": run, "key": key, "rank": rank, "step": step, **values})
    if new:
        connection.execute(insert(media), new)
    if changed:
        same = _of(run, bindparam("of_key"), rank) & (media.c.step == bindparam("of_step"))
        connection.execute(update(media).where(same), changed)


def _fault(record: Media) -> str | None:
    """Return why a record cannot be kept; it was written by a stranger."""
    if not 0 <= record.step < _STEPS:
        return "media whose step is out of range"
    if not (record.key and record.items and record.kind):
        return "media without a key, a kind or an item"
    if len(_encode(record.items)) > MAX_ENTRY:
        return f"media of over {MAX_ENTRY:,} bytes beside its files"
    try:
        msgspec.json.encode([item.meta for item in record.items])
    except (TypeError, ValueError, RecursionError):
        return "media whose description is no JSON"
    return None


def _entries(connection: Connection, run: int) -> int:
    query = select(func.count()).select_from(media).where(media.c.run == run)
    return int(connection.execute(query).scalar() or 0)


def _left(old: list[Item], new: list[Item]) -> list[str]:
    """Return the files that items name and those in their place do not."""
    kept = set(_paths(new))
    return [path for path in _paths(old) if path not in kept]


def _paths(items: list[Item]) -> list[str]:
    return [path for item in items for path in paths(item)]


def paths(item: Item) -> list[str]:
    """Return the files of the run's media that an item names."""
    more = item.meta.get("files")
    found = [item.path]
    if isinstance(more, dict):
        found += [one for one in more.values() if isinstance(one, str)]
    return [path for path in found if path.startswith(MEDIA)]


def series(connection: Connection, runs: Sequence[int], limit: int) -> list[Series]:
    """Return what the runs logged as media, by key."""
    query = (
        select(
            media.c.run,
            media.c.key,
            media.c.rank,
            func.max(media.c.kind).label("kind"),
            func.count().label("count"),
            func.min(media.c.step).label("first"),
            func.max(media.c.step).label("last"),
            func.max(media.c["count"]).label("most"),
        )
        .where(media.c.run.in_(list(runs)))
        .group_by(media.c.run, media.c.key, media.c.rank)
        .order_by(media.c.key, media.c.run, media.c.rank)
        .limit(limit)
    )
    return [Series(*row) for row in connection.execute(query)]


def steps(connection: Connection, run: int, key: str, rank: int, limit: int) -> list[int]:
    """Return the steps of a series, ascending: the newest ``limit`` ones."""
    query = select(media.c.step).where(_of(run, key, rank)).order_by(media.c.step.desc())
    return sorted(connection.execute(query.limit(limit)).scalars())


def entries(
    connection: Connection, run: int, key: str, rank: int, lo: int, hi: int, limit: int
) -> list[Entry]:
    """Return the entries of ``lo <= step <= hi``, the newest ones of them, ascending."""
    columns = (media.c.step, media.c.at, media.c.kind, media.c["items"])
    query = select(*columns).where(_within(run, key, rank, lo, hi))
    rows = connection.execute(query.order_by(media.c.step.desc()).limit(limit)).all()
    return [Entry(row[0], row[1], row[2], _decode(row[3])) for row in reversed(rows)]


def weight(
    connection: Connection, run: int, key: str, rank: int, lo: int, hi: int, limit: int
) -> tuple[int, int]:
    """Return how many items and bytes ``entries`` would return for the same arguments."""
    some = (
        select(media.c["count"], func.length(media.c["items"]).label("size"))
        .where(_within(run, key, rank, lo, hi))
        .order_by(media.c.step.desc())
        .limit(limit)
        .subquery()
    )
    total = [func.coalesce(func.sum(some.c[name]), 0) for name in ("count", "size")]
    row = connection.execute(select(*total)).one()
    return int(row[0]), int(row[1])


def _within(run: int, key: str, rank: int, lo: int, hi: int) -> Any:
    return and_(_of(run, key, rank), media.c.step >= lo, media.c.step <= hi)


def last_steps(connection: Connection, run: int, rank: int) -> dict[str, int]:
    """Return each key's last step."""
    query = select(media.c.key, func.max(media.c.step)).where(
        media.c.run == run, media.c.rank == rank
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(media.c.key))}


def _of(run: int, key: Any, rank: int) -> Any:
    return and_(media.c.run == run, media.c.key == key, media.c.rank == rank)
