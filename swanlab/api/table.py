"""Several series side by side: a pandas DataFrame, or a table of ours where pandas is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


class Table:
    """Columns of equal length beside an index; what there is of a DataFrame without pandas."""

    def __init__(self, index_name: str, index: Column, columns: Mapping[str, Column]) -> None:
        self.index_name = index_name
        self.index = index
        self._columns = dict(columns)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, the index apart."""
        return list(self._columns)

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each row with its index, in plain numbers; None where there is no point."""
        names = [self.index_name, *self._columns]
        columns = [self.index, *self._columns.values()]
        for row in zip(*(column.tolist() for column in columns), strict=True):
            yield dict(zip(names, row, strict=True))

    def __repr__(self) -> str:
        return f"Table({len(self)} rows by {self.index_name}: {', '.join(self._columns)})"


def frame(table: Table) -> Any:
    """Return the table as a pandas DataFrame if pandas is installed, else as it is."""
    try:
        import pandas as pd
    except ImportError:
        return table
    index = pd.Index(table.index, name=table.index_name)
    return pd.DataFrame({name: table[name] for name in table}, index=index)


def spread(at: NDArray[np.intp], values: Column, length: int) -> Column:
    """Return ``values`` at these places of a column; NaN elsewhere, integers where it is full."""
    if len(values) == length:
        return values
    column = np.full(length, np.nan)
    column[at] = values
    return column
