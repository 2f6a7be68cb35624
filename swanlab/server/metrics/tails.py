"""The tails of many runs: kept in memory while they fit, read again from the batches otherwise."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from swanlab.server.metrics import codec, schema
from swanlab.server.metrics.tail import Tail, View

if TYPE_CHECKING:
    from swanlab.server.metrics.contract import Block
    from swanlab.server.metrics.ingest import Writers
    from swanlab.server.metrics.rows import Ledger

MEMORY = 64 * 1024 * 1024
"""Bytes of decoded tails to keep."""


log = logging.getLogger("swanlab.server")


class Added(NamedTuple):
    """A batch that was stored under this number."""

    run: int
    seq: int
    rank: int
    blocks: list[Block]
    alone: bool
    """Whether the run had no other unsealed batch."""


class _Read(NamedTuple):
    """A batch as read; ``damage`` says why it could not be."""

    seq: int
    rank: int
    blocks: list[Block]
    damage: str | None = None

    def into(self, tail: Tail) -> None:
        """Add it to the tail that ends before it."""
        if self.damage is not None:
            tail.damaged[self.seq] = self.damage
        tail.add(self.seq, self.rank, self.blocks)


class Tails:
    """Thread-safe. What is in memory is checked against the ledger row that the reader sees."""

    def __init__(self, writers: Writers) -> None:
        self._writers = writers
        self._lock = threading.Lock()
        self._tails: OrderedDict[int, Tail] = OrderedDict()
        self._size = 0

    def extend(self, added: list[Added]) -> None:
        """Add batches that were stored just now to those tails that are complete up to them."""
        with self._lock:
            for item in added:
                tail = self._tails.get(item.run)
                if tail is None and item.alone:
                    tail = self._tails[item.run] = Tail(item.seq - 1)
                if tail is not None and tail.top == item.seq - 1:
                    self._size -= tail.size
                    tail.add(item.seq, item.rank, item.blocks)
                    self._size += tail.size
                    self._tails.move_to_end(item.run)
            self._evict()

    @property
    def crowded(self) -> bool:
        """Whether soon not all of them fit: what is evicted has to be read again and again."""
        return self._size > MEMORY // 2

    def views(
        self, connection: sa.Connection, ledgers: Sequence[Ledger], *, summarised: bool = False
    ) -> dict[int, View]:
        """Return the tails of the runs as the transaction of ``connection`` sees them.

        ``summarised``: their summaries are going to be asked for, of all of each.

        Where another server has taken batches in, those alone are read.
        """
        found: dict[int, View] = {}
        for ledger in ledgers:
            with self._lock:
                tail = self._tails.get(ledger.run)
                begun = tail is not None and tail.base <= ledger.sealed <= tail.top
                after = tail.top if tail is not None and begun else ledger.sealed
                if tail is not None and begun and after >= ledger.top:
                    self._tails.move_to_end(ledger.run)
                    found[ledger.run] = tail.view(ledger.sealed, summarised=summarised)
                    continue
            batches = self._read(connection, ledger.run, after)
            if not begun or not self._extend(ledger, after, batches, found):
                whole = batches if after == ledger.sealed else None
                self._renew(connection, ledger, whole, found)
        return found

    def _extend(
        self, ledger: Ledger, after: int, batches: list[_Read], found: dict[int, View]
    ) -> bool:
        """Add what came after number ``after``; False when the tail has gone meanwhile."""
        with self._lock:
            tail = self._tails.get(ledger.run)
            if tail is None or not tail.base <= ledger.sealed <= after <= tail.top:
                return False
            self._size -= tail.size
            for batch in batches:
                if batch.seq == tail.top + 1:  # else somebody else has read it at the same time
                    batch.into(tail)
            if tail.base < ledger.sealed:
                tail.drop(ledger.sealed)  # sealed by another server: no reader comes back to it
            self._size += tail.size
            self._tails.move_to_end(ledger.run)
            found[ledger.run] = tail.view(ledger.sealed)
            self._evict()
        return True

    def _renew(
        self,
        connection: sa.Connection,
        ledger: Ledger,
        batches: list[_Read] | None,
        found: dict[int, View],
    ) -> None:
        """Build a tail from all its batches, read already or now, and keep it."""
        fresh = Tail(ledger.sealed)
        for batch in (
            self._read(connection, ledger.run, ledger.sealed) if batches is None else batches
        ):
            batch.into(fresh)
        found[ledger.run] = fresh.view(ledger.sealed)
        with self._lock:
            tail = self._tails.get(ledger.run)
            if tail is None or (tail.top <= fresh.top and tail.base <= fresh.base):
                self._put(ledger.run, fresh)

    def _read(self, connection: sa.Connection, run: int, after: int) -> list[_Read]:
        """Return the batches after number ``after``, decoded."""
        table = schema.batch
        query = sa.select(table.c.seq, table.c.writer, table.c.rank, table.c.blocks).where(
            table.c.run == run, table.c.seq > after
        )
        found = connection.execute(query.order_by(table.c.seq)).all()
        names = sorted({row.writer for row in found})
        states = self._writers.load(connection, [(run, name) for name in names])
        keys = {name: state.keys for name, state in zip(names, states, strict=True)}
        batches = []
        for seq, writer, rank, data in found:
            try:
                batches.append(_Read(seq, rank, codec.decode_blocks(data, keys[writer])))
            except codec.DamagedError as error:
                log.error("run %d, batch %d: %s", run, seq, error)  # noqa: TRY400 - no trace
                batches.append(_Read(seq, rank, [], str(error)))
        return batches

    def _put(self, run: int, tail: Tail) -> None:
        self._pop(run)
        self._tails[run] = tail
        self._size += tail.size
        self._evict()

    def _pop(self, run: int) -> None:
        tail = self._tails.pop(run, None)
        if tail is not None:
            self._size -= tail.size

    def _evict(self) -> None:
        while self._size > MEMORY and len(self._tails) > 1:
            self._pop(next(iter(self._tails)))

    def drop(self, run: int, sealed: int) -> None:
        """Forget the batches of a run up to number ``sealed``; they are chunks now."""
        with self._lock:
            tail = self._tails.get(run)
            if tail is not None:
                self._size -= tail.size
                tail.drop(sealed)
                self._size += tail.size

    def forget(self, run: int) -> None:
        """Forget a run."""
        with self._lock:
            self._pop(run)
