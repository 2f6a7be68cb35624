"""What a medium becomes in a run folder: the writer of a training, without its processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from swanlab.records import MEDIA, Item
from swanlab.sdk.guard import forget_said
from swanlab.sdk.writer import RunWriter
from tests.recorded import Recorded, recorded
from tests.server.wire import header


class Kept(NamedTuple):
    """An item of the run folder and its bytes."""

    item: Item
    data: bytes
    files: dict[str, bytes]

    @property
    def format(self) -> str:
        return self.item.format

    @property
    def meta(self) -> dict[str, Any]:
        return {name: value for name, value in self.item.meta.items() if name != "files"}

    @property
    def caption(self) -> str | None:
        return self.item.caption


class Book:
    """A run folder and the one writer in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer = RunWriter(folder, header("cats-1", "trainer-1-0123abcd"))

    def log(self, data: Any, step: int | None = None) -> None:
        self.writer.log(data, step)

    @property
    def found(self) -> Recorded:
        return recorded(self.folder)

    def read(self, path: str) -> bytes:
        assert path.startswith(MEDIA)
        return (self.folder / "media" / path.removeprefix(MEDIA)).read_bytes()

    def items(self, key: str) -> list[Kept]:
        """What was recorded last under a key."""
        last = [one for one in self.found.media if one.key == key][-1]
        return [self._kept(one) for one in last.items]

    def _kept(self, item: Item) -> Kept:
        more = {name: self.read(path) for name, path in item.meta.get("files", {}).items()}
        return Kept(item, self.read(item.path) if item.path else item.data, more)

    def one(self, value: Any) -> Kept:
        """Log a value; return the one item that is recorded of it."""
        self.log({"shown": value})
        (found,) = self.items("shown")
        return found


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    forget_said()
    folder = tmp_path / "run-1"
    folder.mkdir()
    made = Book(folder)
    yield made
    made.writer.close()


@pytest.fixture
def refused(book: Book, capsys: pytest.CaptureFixture[str]) -> Callable[[Any], str]:
    """Log what cannot be taken beside a number; return what is said of it."""

    def log(value: Any) -> str:
        book.log({"bad": value, "loss": 1})
        found = book.found
        assert not [one for one in found.media if one.key == "bad"]
        assert found.points["loss"][-1][1] == 1
        said = capsys.readouterr().err
        assert "'bad'" in said
        return said

    return log


class Tensor:
    """What a tensor of torch can do that we use."""

    def __init__(self, array: Any, dtype: str = "torch.float32") -> None:
        self._array, self.dtype = array, dtype

    def detach(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return Tensor(self._array)

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self._array
