"""Several metric stores read as one: where a project shows runs that were recorded in another.

Each series is asked of the store that holds it; what comes back is put on one x. Buckets of every
store lie on the same dyadic grid, so the finer of two answers is gathered into the wider one, and
the chart is the one that a store of all its series would have given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.server.lay import gathered, groups_of
from swanlab.server.metrics.contract import (
    Buckets,
    Column,
    Floats,
    Ints,
    MetricStore,
    Query,
    Summaries,
    Summary,
)

Scalar = TypeVar("Scalar", bound=np.generic)
Part = tuple[list[int], Buckets]
"""Places of some series in their chart, and their store's answer."""


class Readable(Protocol):
    """What charts and tables of several runs ask; every ``MetricStore`` answers it."""

    def marks(self, runs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return of each run that has points what differs whenever they may have changed."""
        ...

    def summaries(self, runs: Sequence[int]) -> Summaries:
        """Return every series of the runs."""
        ...

    def keys(self, runs: Sequence[int]) -> dict[int, list[Collection[str]]]:
        """Return the keys of each run that has any, in parts; runs alike share their parts."""
        ...

    def cells(self, runs: Sequence[int], keys: Sequence[str]) -> dict[str, NDArray[np.void]]:
        """Return the summary of each key in every run, in the order of ``runs``."""
        ...

    def charts(self, queries: Sequence[Query]) -> list[Buckets]:
        """Return many charts at once."""
        ...


class Joined:
    """A ``Readable`` over the stores by home; ``homes`` says where each source lies."""

    def __init__(self, stores: Mapping[int, MetricStore], homes: Mapping[int, int]) -> None:
        self._stores = dict(sorted(stores.items()))
        self._homes = homes
        self._first = next(iter(self._stores))

    def _by_home(self, runs: Sequence[int]) -> list[tuple[MetricStore, list[int]]]:
        """Return each store with the places of the runs that it holds."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, run in enumerate(runs):
            places[self._homes.get(run, self._first)].append(place)
        if not places:
            places[self._first] = []
        return [(self._stores[home], own) for home, own in sorted(places.items())]

    def marks(self, runs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return of each run that has points what differs whenever they may have changed."""
        found: dict[int, tuple[int, int]] = {}
        for store, places in self._by_home(runs):
            found.update(store.marks([runs[place] for place in places]))
        return found

    def summaries(self, runs: Sequence[int]) -> Summaries:
        """Return every series of the runs."""
        wanted = sorted(set(runs))
        return Together(
            [
                store.summaries([wanted[place] for place in places])
                for store, places in self._by_home(wanted)
            ]
        )

    def keys(self, runs: Sequence[int]) -> dict[int, list[Collection[str]]]:
        """Return the keys of each run that has any, in parts; runs alike share their parts."""
        found: dict[int, list[Collection[str]]] = {}
        for store, places in self._by_home(runs):
            found.update(store.keys([runs[place] for place in places]))
        return found

    def cells(self, runs: Sequence[int], keys: Sequence[str]) -> dict[str, NDArray[np.void]]:
        """Return the summary of each key in every run, in the order of ``runs``."""
        found: dict[str, NDArray[np.void]] = {}
        for store, places in self._by_home(runs):
            for key, own in store.cells([runs[place] for place in places], keys).items():
                if key not in found:
                    found[key] = np.zeros(len(runs), dtype=own.dtype)
                found[key][places] = own
        return found

    def charts(self, queries: Sequence[Query]) -> list[Buckets]:
        """Return many charts at once."""
        asked: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for number, query in enumerate(queries):
            places: dict[int, list[int]] = {} if query.refs else {self._first: []}
            for place, ref in enumerate(query.refs):
                places.setdefault(self._homes.get(ref.run, self._first), []).append(place)
            for home, own in places.items():
                asked[home].append((number, own))
        parts: list[list[Part]] = [[] for _ in queries]
        for home, wanted in asked.items():
            answers = self._stores[home].charts([_some(queries[n], own) for n, own in wanted])
            for (number, own), answer in zip(wanted, answers, strict=True):
                parts[number].append((own, answer))
        return [join(query.count, own) for query, own in zip(queries, parts, strict=True)]


def _some(query: Query, places: list[int]) -> Query:
    return msgspec.structs.replace(query, refs=[query.refs[place] for place in places])


def join(count: int, parts: Sequence[Part]) -> Buckets:
    """Return one chart of at most ``count`` rows out of the answers for some of its series each."""
    if len(parts) == 1:
        return parts[0][1]
    x: Ints = np.unique(np.concatenate([answer.x for _, answer in parts]))
    if all(answer.exact for _, answer in parts) and len(x) <= count:
        bits, exact = 0, True
    else:
        exact = False
        bits = max(answer.width.bit_length() - 1 for _, answer in parts)
        while len(x) and (int(x[-1]) >> bits) - (int(x[0]) >> bits) + 1 > count:
            bits += 1
        x = np.unique(x >> bits) << bits
    columns: dict[int, Column] = {}
    for places, answer in parts:
        row: Ints = np.searchsorted(x, answer.x >> bits << bits)
        for place, column in zip(places, answer.columns, strict=True):
            columns[place] = _laid(row, answer.x, column, len(x))
    return Buckets(exact, 1 << bits, x, [columns[place] for place in sorted(columns)])


def _laid(row: Ints, steps: Ints, column: Column, size: int) -> Column:
    """Return a column on ``size`` rows, of which each of its own falls into ``row``."""
    held = column.count + column.nan + column.positive_infinity + column.negative_infinity > 0
    own = {name: getattr(column, name)[held] for name in _ARRAYS}
    groups = groups_of(Column(**own), steps[held])
    laid, _ = gathered(row[held], groups, size)
    return msgspec.structs.replace(laid, missing=column.missing)


_ARRAYS = tuple(name for name in Column.__struct_fields__ if name != "missing")


class Together:
    """``Summaries`` of several stores, ordered by run as those of one are."""

    def __init__(self, parts: Sequence[Summaries]) -> None:
        self._parts = parts
        runs = np.concatenate([part.runs for part in parts])
        self._order = np.argsort(runs, kind="stable")
        self._begins = np.cumsum([0, *(len(part) for part in parts)])
        self.runs: Ints = runs[self._order]

    @property
    def keys(self) -> list[str]:
        """The key of every series."""
        keys = [key for part in self._parts for key in part.keys]
        return [keys[place] for place in self._order.tolist()]

    @property
    def ranks(self) -> Ints:
        """The rank of every series."""
        return self._together([part.ranks for part in self._parts])

    @property
    def count(self) -> Ints:
        """How many points every series has."""
        return self._together([part.count for part in self._parts])

    @property
    def last(self) -> Floats:
        """The value at the last step of every series."""
        return self._together([part.last for part in self._parts])

    @property
    def last_step(self) -> Ints:
        """The last step of every series."""
        return self._together([part.last_step for part in self._parts])

    @property
    def low(self) -> Floats:
        """The smallest finite value of every series."""
        return self._together([part.low for part in self._parts])

    @property
    def high(self) -> Floats:
        """The greatest finite value of every series."""
        return self._together([part.high for part in self._parts])

    def _together(self, columns: list[NDArray[Scalar]]) -> NDArray[Scalar]:
        return np.concatenate(columns)[self._order]

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, index: int) -> Summary:
        place = int(self._order[index])
        part = int(np.searchsorted(self._begins, place, side="right")) - 1
        return self._parts[part][place - int(self._begins[part])]

    def __iter__(self) -> Iterator[Summary]:
        return (self[index] for index in range(len(self)))
