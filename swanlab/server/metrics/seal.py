"""Sealing: a run's batches become chunks, roll-ups and summaries.

All is read and packed first, while appends go on; then one short transaction writes it and deletes
the batches. It gives way when another seal came between, so a crash at any moment, or two sealers
at once, lose nothing and store nothing twice.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from typing import Any

import numpy as np
import sqlalchemy as sa

from swanlab.server.db.cursor import Cursor
from swanlab.server.metrics import aggregate, codec, merge, pages, rows, schema
from swanlab.server.metrics.aggregate import HEADER, Records
from swanlab.server.metrics.tail import Arrays, Name, View

log = logging.getLogger("swanlab.server")


class Plan:
    """What a seal of the batches up to ``ledger.top`` will write."""

    def __init__(self, ledger: rows.Ledger) -> None:
        self.ledger = ledger
        self.series = ledger.series
        self.pages: dict[int, rows.Page] = {}
        self.removed_chunks: list[dict[str, int]] = []
        self.removed_rollups: list[dict[str, int]] = []
        self.removed_heads: list[dict[str, int]] = []
        self.removed_packs: list[dict[str, int]] = []
        self.chunks: list[dict[str, Any]] = []
        self.rollups: list[dict[str, Any]] = []
        self.heads: list[dict[str, Any]] = []
        self.packs: list[dict[str, Any]] = []
        self.lost: list[dict[str, Any]] = []
        self.damaged: dict[int, str] = {}
        """Numbers of batches that could not be read, and why."""
        self.changed: list[tuple[int, pages.Change]] = []
        """Pages of headers to be written, with the number of their series."""

    @property
    def packing(self) -> list[tuple[int, pages.Change]]:
        """Those of them whose roll-ups are to be packed."""
        return [item for item in self.changed if item[1].pack]

    def lose(self, sid: int, start: int, data: bytes, reason: str) -> None:
        """Set a damaged chunk aside; what replaces it has only what is new."""
        log.error("run %d, series %d, step %d: %s", self.ledger.run, sid, start, reason)
        at = int(time.time() * 1000)
        where = {"run": self.ledger.run, "sid": sid, "start": start, "at": at}
        self.lost.append({**where, "reason": reason, "data": data})

    def change(
        self,
        sid: int,
        held: dict[int, Records],
        headers: Records,
        removed: list[int],
        added: list[merge.Piece],
        *,
        whole: bool = False,
    ) -> tuple[Records, int]:
        """Put new chunks in the place of old ones (by their starts).

        ``headers`` are those of the pages ``held``, by start. Returns the headers as they are then,
        and the start of the newest page. ``whole`` packs all roll-ups that can be.
        """
        run = self.ledger.run
        for piece in added:
            where = {"run": run, "sid": sid, "start": piece.start}
            self.chunks.append({**where, "data": piece.data})
            if piece.fine is not None:
                self.rollups.append({**where, "coarse": piece.coarse, "fine": piece.fine})
        keys = _keys(run, sid, removed)
        self.removed_chunks += keys
        if removed:
            own = np.searchsorted(headers["start"], removed)
            rolled = (headers["coarse"][own] != aggregate.NO_ROLLUP).tolist()
            self.removed_rollups += [key for key, has in zip(keys, rolled, strict=True) if has]
        headers = merge.replace(headers, removed, [piece.header for piece in added])
        turn = pages.turn(headers, held, whole=whole)
        self.removed_heads += _keys(run, sid, turn.removed)
        self.removed_packs += _keys(run, sid, turn.unpacked)
        self.changed += [(sid, change) for change in turn.changes]
        return headers, turn.newest


def _keys(run: int, sid: int, starts: list[int]) -> list[dict[str, int]]:
    return [{"b_run": run, "b_sid": sid, "b_start": start} for start in starts]


class _Series:
    """One series on its way."""

    __slots__ = ("appends", "page", "pages", "points", "regions", "sid", "summary")

    def __init__(self, sid: int, summary: Records, points: Arrays) -> None:
        self.sid = sid
        self.summary = summary
        self.appends = bool(points.steps[0] > summary["last"][0])
        """Whether all points come after those sealed."""
        self.points = points
        self.pages: dict[int, Records] = {}
        """Those pages of its headers that were read, by their start."""
        self.page = 0
        """Where its newest page of headers will start."""
        self.regions: list[merge.Region] = []

    @property
    def headers(self) -> Records:
        """The headers that were read."""
        parts = [self.pages[start] for start in sorted(self.pages)]
        return aggregate.concatenate(parts) if parts else np.zeros(0, dtype=HEADER)


def plan(connection: sa.Connection, ledger: rows.Ledger, view: View) -> Plan:
    """Read what the tail touches and pack what replaces it."""
    found = Plan(ledger)
    found.damaged = view.damaged
    todo = _assign(connection, found, view)
    _load_headers(connection, ledger.run, todo)
    for item in todo:
        item.regions = merge.regions(item.headers, item.points)
    wanted = [(ledger.run, s.sid, r.chunk) for s in todo for r in s.regions if r.chunk is not None]
    old: dict[tuple[int, int], Arrays] = {}
    memo: codec.Memo = {}
    for _, sid, start, data in rows.by_start(connection, schema.chunk.c.data, wanted):
        try:
            old[sid, start] = Arrays(*codec.decode_chunk(data, memo))
        except codec.DamagedError as error:
            found.lose(sid, start, data, str(error))
    pieces = iter(
        merge.fill(
            [
                (region, None if region.chunk is None else old.get((item.sid, region.chunk)))
                for item in todo
                for region in item.regions
            ],
            merge.Packer(),
        )
    )
    for item in todo:
        _merge(found, item, [piece for _ in item.regions for piece in next(pieces)])
    pack(connection, found)
    _summarise(found, {item.sid: item for item in todo}, view)
    return found


def _assign(connection: sa.Connection, found: Plan, view: View) -> list[_Series]:
    """Give new series their numbers and pair every series of the tail with its summary."""
    run = found.ledger.run
    found.pages = {page.number: page for page in rows.pages(connection, [run])}
    sids = {
        name: number * rows.PAGE + index
        for number, page in found.pages.items()
        for index, name in enumerate(page.names)
    }
    fresh = [name for name in view.where if name not in sids]
    for name in fresh:
        sids[name] = found.series
        found.series += 1
    dirty: dict[int, list[Name]] = defaultdict(list)
    for name in fresh:
        dirty[sids[name] // rows.PAGE].append(name)
    touched = {sids[name] // rows.PAGE for name in view.where}
    blank = np.zeros(rows.PAGE, dtype=aggregate.SUMMARY)
    blank["last"] = -1
    for number in touched:
        page = found.pages.get(number, rows.Page(run, number, [], blank[:0]))
        own = page.names + dirty[number]
        summaries = np.concatenate([page.summaries, blank[: len(dirty[number])]])
        found.pages[number] = rows.Page(run, number, own, summaries)
    found.pages = {number: found.pages[number] for number in touched}
    todo = []
    for name in view.where:
        number, index = divmod(sids[name], rows.PAGE)
        summary = found.pages[number].summaries[index : index + 1]
        todo.append(_Series(sids[name], summary, view.points(name)))
    return todo


def _load_headers(connection: sa.Connection, run: int, todo: list[_Series]) -> None:
    """Read the newest page of headers of series that only grow, all pages of the others."""
    by_sid = {item.sid: item for item in todo}
    known = [item for item in todo if item.summary["points"][0]]
    newest = [(run, s.sid, int(s.summary["page"][0])) for s in known if s.appends]
    for _, sid, start, data in rows.by_start(connection, schema.head.c.headers, newest):
        by_sid[sid].pages[start] = rows.headers(data)
    others = [(run, s.sid) for s in known if not s.appends]
    for _, sid, start, data in rows.heads(connection, others):
        by_sid[sid].pages[start] = rows.headers(data)


def _merge(found: Plan, item: _Series, added: list[merge.Piece]) -> None:
    """Note the rows of one series that change."""
    removed = [region.chunk for region in item.regions if region.chunk is not None]
    headers, item.page = found.change(item.sid, item.pages, item.headers, removed, added)
    if not item.appends:
        item.summary[:] = aggregate.of_headers(headers)


def pack(connection: sa.Connection, plan: Plan) -> None:
    """Pack the roll-ups of those pages that have grown enough."""
    run = plan.ledger.run
    coarse = {(row["sid"], row["start"]): row["coarse"] for row in plan.rollups}
    wanted = [
        (run, sid, start)
        for sid, change in plan.packing
        for start in change.pack
        if (sid, start) not in coarse
    ]
    for _, sid, start, data in rows.by_start(connection, schema.rollup.c.coarse, wanted):
        coarse[sid, start] = data
    for sid, change in plan.packing:
        try:
            blobs = [coarse[sid, start] for start in change.pack]
            wide = pages.pack(change.headers, change.pack, blobs)
        except (codec.DamagedError, KeyError) as error:
            # Nothing is lost: the chunks go on to be read by their own roll-ups, or whole.
            log.warning("series %d of run %d is not packed: %s", sid, run, error)
            change.headers["packed"] = 0
        else:
            plan.packs.append({"run": run, "sid": sid, "start": change.start, "wide": wide})
    for sid, change in plan.changed:
        data = codec.encode_page(change.headers.tobytes())
        plan.heads.append({"run": run, "sid": sid, "start": change.start, "headers": data})


def _summarise(found: Plan, todo: dict[int, _Series], view: View) -> None:
    """Bring the summaries of the pages up to date, all series of a page at once."""
    names, newer = view.summaries()
    place = {name: index for index, name in enumerate(names)}
    for page in found.pages.values():
        first = page.number * rows.PAGE
        own = [i for i in range(len(page.names)) if first + i in todo]
        grown = [i for i in own if todo[first + i].appends]
        at = np.array(grown, dtype=np.int64)
        tail = newer[np.array([place[page.names[i]] for i in grown], dtype=np.int64)]
        page.summaries[at] = aggregate.join(page.summaries[at], tail)
        page.summaries["page"][np.array(own, dtype=np.int64)] = [todo[first + i].page for i in own]


def commit(connection: sa.Connection, plan: Plan) -> bool:
    """Write a plan and delete its batches; False (nothing done) when it is out of date."""
    ledger, table = plan.ledger, schema.ledger
    points = sa.select(sa.func.coalesce(sa.func.sum(schema.batch.c.points), 0)).where(
        schema.batch.c.run == ledger.run, schema.batch.c.seq > ledger.top
    )
    moved = connection.execute(
        sa.update(table)
        .where(table.c.run == ledger.run, table.c.seals == ledger.seals)
        .values(
            sealed=ledger.top,
            seals=ledger.seals + 1,
            series=plan.series,
            pending=points.scalar_subquery(),
        )
    )
    if moved.rowcount != 1:
        return False
    _set_aside(connection, plan)
    connection.execute(
        sa.delete(schema.batch).where(
            schema.batch.c.run == ledger.run, schema.batch.c.seq <= ledger.top
        )
    )
    write(connection, plan)
    write_pages(connection, plan)
    return True


def write_pages(connection: sa.Connection, plan: Plan) -> None:
    """Write names and summaries of the series."""
    found = [
        {
            "run": page.run,
            "page": page.number,
            "names": rows.encode_names(page.names),
            "summaries": rows.encode_summaries(page.summaries),
        }
        for page in plan.pages.values()
    ]
    if found:
        insert = schema.upsert(connection.engine, schema.series, ["names", "summaries"])
        connection.execute(insert, found)


def _set_aside(connection: sa.Connection, plan: Plan) -> None:
    """Keep the batches that could not be read: the others are about to be deleted."""
    table, run = schema.batch, plan.ledger.run
    for seq, reason in plan.damaged.items():
        query = sa.select(table.c.blocks).where(table.c.run == run, table.c.seq == seq)
        data = connection.scalar(query)
        at = int(time.time() * 1000)
        where = {"run": run, "sid": -1, "start": seq, "at": at}
        plan.lost.append({**where, "reason": reason, "data": data})


def write(connection: sa.Connection, plan: Plan) -> None:
    """Write chunks, roll-ups and headers in the place of those they replace."""
    if plan.lost:
        columns = ["at", "reason", "data"]
        connection.execute(schema.upsert(connection.engine, schema.lost, columns), plan.lost)
    _rewrite(connection, schema.chunk, plan.removed_chunks, plan.chunks)
    _rewrite(connection, schema.rollup, plan.removed_rollups, plan.rollups)
    _rewrite(connection, schema.head, plan.removed_heads, plan.heads)
    _rewrite(connection, schema.pack, plan.removed_packs, plan.packs)


def _rewrite(
    connection: sa.Connection,
    table: sa.Table,
    removed: list[dict[str, int]],
    added: list[dict[str, Any]],
) -> None:
    with Cursor(connection) as cursor:
        if removed:
            where = "run = ? AND sid = ? AND start = ?"
            keys = [(key["b_run"], key["b_sid"], key["b_start"]) for key in removed]
            cursor.many(f"DELETE FROM {table.name} WHERE {where}", keys)  # noqa: S608
        if added:
            names = table.c.keys()
            columns, places = ", ".join(names), ", ".join("?" * len(names))
            rows = [[row[name] for name in names] for row in added]
            cursor.many(f"INSERT INTO {table.name} ({columns}) VALUES ({places})", rows)  # noqa: S608
