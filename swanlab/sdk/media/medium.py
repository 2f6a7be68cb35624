"""What all kinds of media have in common, and how one is written beside the run file.

A medium takes a snapshot when it is made: what the training changes afterwards is not seen. It
never raises there; what cannot be taken is said when it is logged, and only that item is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Concatenate, NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
M = TypeVar("M", bound="Medium")


class BadMedia(Exception):
    """What was given cannot be taken; the message says why and what could be."""


class Piece(NamedTuple):
    """What is written of a medium."""

    format: str
    """Ending of the file's name."""
    content: bytes | memoryview | Path
    """A path is copied."""
    meta: Mapping[str, Any] = MappingProxyType({})
    state: str = "media"
    """Kind of the file's record: what the background process is to make of it."""
    more: tuple[tuple[str, Piece], ...] = ()
    """Files that belong to it; ``meta["files"]`` tells their paths by these names."""


class Medium:
    """Base of ``swanlab.Image``, ``swanlab.Audio`` and so on."""

    kind: ClassVar[str] = ""
    caption: str | None = None
    fault: str | None = None
    """Why there is nothing to log."""

    def piece(self) -> Piece:
        """Return what is to be written; raises ``BadMedia``."""
        raise NotImplementedError

    def take_over(self, other: Medium) -> None:
        """Become what another medium of this kind is; a caption of one's own stays."""
        if other.fault is not None:
            raise BadMedia(other.fault)
        caption = self.caption
        self.__dict__.update(other.__dict__)
        if caption is not None:
            self.caption = caption


def snapshot(
    make: Callable[Concatenate[M, P], None],
) -> Callable[Concatenate[M, P], None]:
    """Wrap a medium's ``__init__``: an error becomes its ``fault`` instead of being raised."""

    @functools.wraps(make)
    def made(self: M, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            make(self, *args, **kwargs)
        except BadMedia as error:
            self.fault = str(error)
        except Exception as error:  # noqa: BLE001 - foreign arrays and files fail as they like
            self.fault = f"{type(error).__name__}: {error}"

    return made


def named(caption: object) -> str | None:
    """Return a caption as text; None stays None."""
    return None if caption is None else str(caption)


def library(module: str, package: str) -> Any:
    """Import what a kind of media needs; raises ``BadMedia`` naming what to install."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise BadMedia(
            f"{package} is needed for this and not installed: pip install 'swanlab[media]'"
        ) from error


def held(data: bytes | bytearray | BytesIO) -> bytes:
    """Return bytes that are given as they are or as an open file in memory, copied."""
    return data.getvalue() if isinstance(data, BytesIO) else bytes(data)


def existing(path: str | Path, kinds: tuple[str, ...]) -> Path:
    """Return the path of a file with one of these endings; raises ``BadMedia``."""
    found = Path(path).expanduser()
    if found.suffix.lower().lstrip(".") not in kinds:
        raise BadMedia(f"{found.name} is none of {', '.join(kinds)}")
    if not found.is_file():
        raise BadMedia(f"there is no file {found}")
    return found
