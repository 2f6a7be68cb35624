"""Sealing: a run's batches become chunks, roll-ups and summaries.

All is read and packed first, while appends go on; then one short transaction writes it and deletes
the batches. It gives way when another seal came between, so a crash at any moment, or two sealers
at once, lose nothing and store nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import sqlalchemy as sa

from swanlab.server.metrics import aggregate, codec, merge, rows, schema
from swanlab.server.metrics.aggregate import HEADER, Records
from swanlab.server.metrics.tail import Arrays, Name, View


class Plan:
    """What a seal of the batches up to ``ledger.top`` will write."""

    def __init__(self, ledger: rows.Ledger) -> None:
        self.ledger = ledger
        self.series = ledger.series
        self.pages: dict[int, rows.Page] = {}
        self.removed_chunks: list[dict[str, int]] = []
        self.removed_rollups: list[dict[str, int]] = []
        self.removed_heads: list[dict[str, int]] = []
        self.chunks: list[dict[str, Any]] = []
        self.rollups: list[dict[str, Any]] = []
        self.heads: list[dict[str, Any]] = []


class _Series:
    """One series on its way."""

    __slots__ = ("appends", "headers", "page", "pages", "points", "regions", "sid", "summary")

    def __init__(self, sid: int, summary: Records, points: Arrays) -> None:
        self.sid = sid
        self.summary = summary
        self.appends = bool(points.steps[0] > summary["last"][0])
        """Whether all points come after those sealed."""
        self.points = points
        self.headers: Records = np.zeros(0, dtype=HEADER)
        self.pages: list[int] = []
        """Where the pages of its headers start that were read, and will be replaced."""
        self.page = 0
        """Where its newest page of headers will start."""
        self.regions: list[merge.Region] = []


def plan(connection: sa.Connection, ledger: rows.Ledger, view: View) -> Plan:
    """Read what the tail touches and pack what replaces it."""
    found = Plan(ledger)
    todo = _assign(connection, found, view)
    _load_headers(connection, ledger.run, todo)
    for item in todo:
        item.regions = merge.regions(item.headers, item.points)
    wanted = [(ledger.run, s.sid, r.chunk) for s in todo for r in s.regions if r.chunk is not None]
    old: dict[tuple[int, int], Arrays] = {}
    memo: codec.Memo = {}
    for _, sid, start, data in rows.by_start(connection, schema.chunk.c.data, wanted):
        old[sid, start] = Arrays(*codec.decode_chunk(data, memo))
    packer = merge.Packer()
    for item in todo:
        _merge(found, item, old, packer)
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
    parts: dict[int, list[bytes]] = defaultdict(list)
    known = [item for item in todo if item.summary["points"][0]]
    newest = [(run, s.sid, int(s.summary["page"][0])) for s in known if s.appends]
    for _, sid, start, data in rows.by_start(connection, schema.head.c.headers, newest):
        parts[sid].append(data)
        by_sid[sid].pages.append(start)
    for _, sid, data in rows.heads(connection, [(run, s.sid) for s in known if not s.appends]):
        parts[sid].append(data)
        by_sid[sid].pages.append(int(rows.headers(data)["start"][0]))
    for sid, pages in parts.items():
        by_sid[sid].headers = rows.headers(b"".join(pages))


def _merge(
    found: Plan, item: _Series, old: dict[tuple[int, int], Arrays], packer: merge.Packer
) -> None:
    """Pack one series and note the rows that change."""
    run, sid = found.ledger.run, item.sid
    removed: list[int] = []
    added: list[bytes] = []
    for region in item.regions:
        before = None
        if region.chunk is not None:
            before = old[sid, region.chunk]
            removed.append(region.chunk)
        for piece in merge.fill(region, before, packer):
            added.append(piece.header)
            where = {"run": run, "sid": sid, "start": piece.start}
            found.chunks.append({**where, "data": piece.data})
            if piece.fine is not None:
                found.rollups.append({**where, "coarse": piece.coarse, "fine": piece.fine})
    keys = [{"b_run": run, "b_sid": sid, "b_start": start} for start in removed]
    found.removed_chunks += keys
    if removed:
        own = np.searchsorted(item.headers["start"], removed)
        rolled = (item.headers["coarse"][own] != aggregate.NO_ROLLUP).tolist()
        found.removed_rollups += [key for key, has in zip(keys, rolled, strict=True) if has]
    found.removed_heads += [{"b_run": run, "b_sid": sid, "b_start": s} for s in item.pages]
    headers = merge.replace(item.headers, removed, added)
    for at in range(0, len(headers), rows.HEADERS):
        page = headers[at : at + rows.HEADERS]
        start = int(page["start"][0])
        found.heads.append({"run": run, "sid": sid, "start": start, "headers": page.tobytes()})
    if not item.appends:
        item.summary[:] = aggregate.of_headers(headers)
    item.page = found.heads[-1]["start"]


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
    connection.execute(
        sa.delete(schema.batch).where(
            schema.batch.c.run == ledger.run, schema.batch.c.seq <= ledger.top
        )
    )
    _rewrite(connection, schema.chunk, plan.removed_chunks, plan.chunks)
    _rewrite(connection, schema.rollup, plan.removed_rollups, plan.rollups)
    _rewrite(connection, schema.head, plan.removed_heads, plan.heads)
    pages = [
        {
            "run": page.run,
            "page": page.number,
            "names": rows.encode_names(page.names),
            "summaries": page.summaries.tobytes(),
        }
        for page in plan.pages.values()
    ]
    if pages:
        insert = schema.upsert(connection.engine, schema.series, ["names", "summaries"])
        connection.execute(insert, pages)
    return True


def _rewrite(
    connection: sa.Connection,
    table: sa.Table,
    removed: list[dict[str, int]],
    added: list[dict[str, Any]],
) -> None:
    if removed:
        connection.execute(
            sa.delete(table).where(
                table.c.run == sa.bindparam("b_run"),
                table.c.sid == sa.bindparam("b_sid"),
                table.c.start == sa.bindparam("b_start"),
            ),
            removed,
        )
    if added:
        connection.execute(sa.insert(table), added)
