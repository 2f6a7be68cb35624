"""A part of a long list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar, overload

from swanlab.errors import InvalidArgument


class Entity(Protocol):
    """Something of the server's that can say what it is in plain data."""

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        ...


T = TypeVar("T", bound=Entity)


class Page(Sequence[T], Generic[T]):
    """Some of ``total`` things: page number ``page`` (from 1) of ``size`` things each."""

    def __init__(
        self, found: Sequence[T], page: int = 1, size: int = 20, *, everything: bool = False
    ) -> None:
        if page < 1 or size < 1:
            raise InvalidArgument(f"page and size begin at 1, not at {page} and {size}.")
        self.total = len(found)
        self.page, self.size = (1, max(1, self.total)) if everything else (page, size)
        begin = (self.page - 1) * self.size
        self._items = list(found[begin : begin + self.size])

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._items[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"Page({self.page} of {self.pages}, {self.total} in all: {self._items!r})"

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "total": self.total,
            "page": self.page,
            "size": self.size,
            "pages": self.pages,
            "list": [item.json() for item in self._items],
        }
