"""Joins small chunks that lie side by side, and packs all roll-ups of a run.

Chunks are cut in halves where points come densely; what came late or sparsely leaves some with few
points in them. Nothing is read differently afterwards, only faster.
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from swanlab.server.metrics import aggregate, codec, grid, merge, rows, schema, seal
from swanlab.server.metrics.aggregate import Records
from swanlab.server.metrics.tail import Arrays, concatenate


class _Joined(NamedTuple):
    start: int
    bits: int
    points: int
    members: tuple[int, ...]

    @property
    def last(self) -> int:
        return grid.last_step(self.start, self.bits)


def joins(headers: Records) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return (start, bits, starts of the chunks) of those that fit into one chunk together."""
    done: list[_Joined] = []
    places = zip(
        headers["start"].tolist(), headers["bits"].tolist(), headers["points"].tolist(), strict=True
    )
    chunks = [_Joined(start, bits, points, (start,)) for start, bits, points in places]
    for number, chunk in enumerate(chunks):
        ceiling = chunks[number + 1].start if number + 1 < len(chunks) else grid.LAST + 1
        done.append(chunk)
        while len(done) > 1:
            a, b = done[-2:]
            bits = (a.start ^ b.last).bit_length()
            start, points = a.start >> bits << bits, a.points + b.points
            both = _Joined(start, bits, points, a.members + b.members)
            floor = done[-3].last if len(done) > 2 else -1
            if both.points > grid.CHUNK or both.start <= floor or both.last >= ceiling:
                break
            done[-2:] = [both]
    return [(one.start, one.bits, one.members) for one in done if len(one.members) > 1]


def plan(connection: sa.Connection, ledger: rows.Ledger, first: int) -> tuple[seal.Plan, int]:
    """Plan for the page of series that begins with number ``first``; return how many chunks go."""
    found, gone = seal.Plan(ledger), 0
    sids = range(first, min(first + rows.PAGE, ledger.series))
    held: dict[int, dict[int, Records]] = {sid: {} for sid in sids}
    for _, sid, start, data in rows.heads(connection, [(ledger.run, sid) for sid in sids]):
        held[sid][start] = rows.headers(data)
    newest: dict[int, int] = {}
    packer = merge.Packer()
    for sid, own in held.items():
        if own:
            gone += _series(connection, found, sid, own, packer, newest)
    seal.pack(connection, found)
    number = first // rows.PAGE
    page = next((p for p in rows.pages(connection, [ledger.run]) if p.number == number), None)
    if page is not None:
        summaries = page.summaries.copy()
        for sid, start in newest.items():
            summaries["page"][sid % rows.PAGE] = start
        if summaries.tobytes() != page.summaries.tobytes():
            found.pages[number] = page._replace(summaries=summaries)
    return found, gone


def _series(
    connection: sa.Connection,
    found: seal.Plan,
    sid: int,
    held: dict[int, Records],
    packer: merge.Packer,
    newest: dict[int, int],
) -> int:
    headers = aggregate.concatenate([held[start] for start in sorted(held)])
    wanted = joins(headers)
    members = [start for _, _, own in wanted for start in own]
    places = [(found.ledger.run, sid, start) for start in members]
    memo: codec.Memo = {}
    old: dict[int, Arrays] = {}
    for _, _, start, data in rows.by_start(connection, schema.chunk.c.data, places):
        try:
            old[start] = Arrays(*codec.decode_chunk(data, memo))
        except codec.DamagedError:
            continue  # left as it is: for verify to find
    removed: list[int] = []
    added: list[merge.Piece] = []
    for start, bits, own in wanted:
        if not all(member in old for member in own):
            continue
        points = concatenate([old[member] for member in own])
        window = grid.Window(start, bits, 0, len(points.steps))
        added.append(packer.pack(window, points))
        removed += own
    _, newest[sid] = found.change(sid, held, headers, removed, added, whole=True)
    return len(removed) - len(added)


def commit(connection: sa.Connection, plan: seal.Plan) -> bool:
    """Write the plan; False (nothing done) when a seal came between."""
    ledger, table = plan.ledger, schema.ledger
    moved = connection.execute(
        sa.update(table)
        .where(table.c.run == ledger.run, table.c.seals == ledger.seals)
        .values(seals=ledger.seals + 1)
    )
    if moved.rowcount != 1:
        return False
    seal.write(connection, plan)
    seal.write_pages(connection, plan)
    return True


def is_empty(plan: seal.Plan) -> bool:
    """Whether there is nothing to do."""
    return not (plan.chunks or plan.heads or plan.packs or plan.pages or plan.removed_packs)
