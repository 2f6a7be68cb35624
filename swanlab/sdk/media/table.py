"""``swanlab.Table``: rows of values, texts and media."""

from __future__ import annotations

import json
import math
from typing import Any

from swanlab.sdk.media.medium import BadMedia, Medium, Piece, named, snapshot

MAX_ROWS = 100_000
MAX_COLUMNS = 1000


class Table(Medium):
    """Columns and rows; cells are numbers, texts, booleans, None or media."""

    kind = "table"

    @snapshot
    def __init__(
        self,
        columns: Any = None,
        data: Any = None,
        rows: Any = None,
        dataframe: Any = None,
        caption: str | None = None,
    ) -> None:
        """Take a table.

        Args:
            columns: names; default ``Column 1`` and so on.
            data: rows, or a data frame of pandas or polars.
            rows: another name of ``data``.
            dataframe: a data frame of pandas or polars.
            caption: shown below it.
        """
        self.caption = named(caption)
        self.columns: list[str] = []
        self._rows: list[list[Any]] = []
        frame = dataframe if dataframe is not None else data
        if isinstance(data, Table):
            self.take_over(data)
            self.columns, self._rows = list(self.columns), list(self._rows)
            return
        if hasattr(frame, "columns"):
            self.columns, self._rows = _of_frame(frame)
            return
        given = list(data if data is not None else rows or [])
        width = len(given[0]) if given else 0
        names = columns if columns is not None else [f"Column {n + 1}" for n in range(width)]
        self.columns = [str(name) for name in names]
        for row in given:
            self.add_data(*row)

    def add_data(self, *cells: Any) -> None:
        """Append a row of as many cells as there are columns."""
        if self.fault is None and len(cells) != len(self.columns):
            self.fault = f"a row has {len(self.columns)} cells, not {len(cells)}"
        if self.fault is None:
            self._rows.append([_cell(one) for one in cells])

    def piece(self) -> Piece:
        """Return columns and rows as JSON; a cell that is media is ``{"media": name}``."""
        if len(self._rows) > MAX_ROWS or len(self.columns) > MAX_COLUMNS:
            raise BadMedia(f"a table has at most {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns")
        more: list[tuple[str, Piece]] = []
        rows = [[_shown(cell, more) for cell in row] for row in self._rows]
        found = {"columns": self.columns, "rows": rows}
        meta = {"rows": len(rows), "columns": len(self.columns)}
        content = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
        return Piece("json", content, meta, more=tuple(more))


def _of_frame(frame: Any) -> tuple[list[str], list[list[Any]]]:
    names = [str(name) for name in frame.columns]
    rows = frame.rows() if hasattr(frame, "rows") else frame.itertuples(index=False, name=None)
    return names, [[_cell(one) for one in row] for row in rows]


def _cell(value: Any) -> Any:
    """Return a cell as JSON has it, or as the medium it is."""
    if value is None or isinstance(value, bool | int | str | Medium):
        return value
    if isinstance(value, float):
        # JSON has no other numbers; shown as what they are.
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        return _cell(value.item())
    return str(value)


def _shown(cell: Any, more: list[tuple[str, Piece]]) -> Any:
    if not isinstance(cell, Medium):
        return cell
    if cell.fault is not None:
        return None
    name = str(len(more))
    piece = cell.piece()
    more.append((name, piece))
    return {"media": name, "kind": cell.kind, "format": piece.format, "caption": cell.caption}
