"""The records that cross from the training process to the file, the wire and the server.

A run file is a sequence of frames (see ``runfile.py``); the payload of each frame is one record of
this union, as MessagePack. The first record of every file is a ``Header`` and carries the format
version. A reader that meets a tag it does not know counts it and goes on, so that an old server
keeps what it can of a newer client's file.

Keys are interned per writer. ``Key`` spells a key once, and its number is its place among the
``Key`` records of that file, from 0. ``Layout`` names a list of key numbers; ``Scalars`` then needs
only the layout's number and the packed values. A layout number may be given again: from there on
the new list holds.
"""

from __future__ import annotations

from typing import Any

import msgspec

FORMAT_VERSION = 1

SYSTEM_PREFIX = "__swanlab__."
"""Keys sampled by the sidecar start with this; their step is milliseconds since the run began."""

MAX_KEY_LENGTH = 512
MAX_DEFINITIONS = 1000
"""Of one run; each names a key or a pattern."""
SYSTEM_AXES = ("_step", "_relative_time", "_wall_time")
MAX_LAYOUTS = 1024
"""A writer numbers its layouts below this and takes numbers again when they run out."""


class Header(msgspec.Struct, array_like=True, tag=0, frozen=True):
    """First record of a file: who writes it. ``started`` is Unix time in milliseconds."""

    version: int
    run: str
    writer: str
    rank: int
    started: int
    pid: int
    host: str
    role: str
    """``trainer`` or ``sidecar``."""


class Key(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """Gives ``name`` the next key number of this writer."""

    name: str


class Layout(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """Gives a list of key numbers the layout number ``id``."""

    id: int
    keys: list[int]


class Scalars(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """One step of the keys of a layout.

    ``t`` is milliseconds since the header's ``started``; ``values`` is one little-endian float64
    per key of the layout, in its order. NaN and both infinities are ordinary values.
    """

    layout: int
    step: int
    t: int
    values: bytes


class Start(msgspec.Struct, array_like=True, tag=4, frozen=True):
    """What ``init()`` was asked for. Whoever uploads the run creates it on the server from this."""

    project: str
    workspace: str | None
    name: str | None
    description: str | None
    tags: list[str]
    mode: str
    created: int
    """Unix time in milliseconds."""
    options: dict[str, Any]
    """Every other argument of ``init()``, kept as given for the features that read it."""


class Config(msgspec.Struct, array_like=True, tag=5, frozen=True):
    """Top-level entries of the run's config that were set (merged) or removed."""

    t: int
    values: dict[str, Any]
    removed: list[str] = []


class Console(msgspec.Struct, array_like=True, tag=6, frozen=True):
    """One line of output. A later record of the same ``line`` replaces it (progress bars)."""

    line: int
    t: int
    level: int
    """10 debug, 20 info, 30 warning, 40 error, as in ``logging``."""
    stream: int
    """1 stdout, 2 stderr."""
    text: str


class Environment(msgspec.Struct, array_like=True, tag=7, frozen=True):
    """Top-level entries of what was found out about the machine and the program; merged."""

    t: int
    values: dict[str, Any]


class Finish(msgspec.Struct, array_like=True, tag=8, frozen=True):
    """The run ended: ``success``, ``crashed`` or ``aborted``."""

    t: int
    state: str
    error: str | None = None


class Resume(msgspec.Struct, array_like=True, tag=9, frozen=True):
    """The run goes on after a ``Finish``; its state is running again."""

    t: int


class Define(msgspec.Struct, array_like=True, tag=10, frozen=True):
    """How the series whose key matches ``key`` are to be shown; None leaves a part as it was.

    ``*`` in ``key`` stands for any text, slashes included.
    """

    key: str
    x_axis: str | None = None
    """Key of another series, or one of ``SYSTEM_AXES``."""
    section: str | None = None
    hidden: bool | None = None
    step_sync: bool | None = None
    overwrite: bool = False
    """Forget what was said of this very ``key`` before, instead of adding to it."""


class File(msgspec.Struct, array_like=True, tag=11, frozen=True):
    """A file of the run; the last record of a path holds.

    Without a ``digest`` it is a wish: the training asked for the file, and ``source`` says where it
    lies. With one it is what the file was when it was read: its bytes are a blob of that SHA-256,
    beside the run and then with the server, under the same name.
    """

    t: int
    """Milliseconds since the header's ``started``."""
    path: str
    """Name within the run: relative, with ``/``, no ``..``."""
    size: int = 0
    mtime: int = 0
    """Unix time in milliseconds."""
    digest: str = ""
    """SHA-256 as 64 hexadecimal digits."""
    policy: str = ""
    """``live``, ``now`` or ``end``: when it is read."""
    kind: str = "file"
    source: bytes = b""
    """Where it lies on the machine that trains, as the file system spells it."""
    error: str = ""
    """Why it could not be read."""


MEDIA = "/media/"
"""What was logged as media is a file of the run whose path begins so; no file a user saves can."""
PLAIN = "media-plain"
"""Kind of a file of media that was stored without compression: the sidecar compresses it."""
FRAMES = "media-frames"
"""Kind of a file of media that holds raw frames (``frames.py``): the sidecar makes it a video."""
AS_GIF = "media-gif"
"""Kind of a file of media that became a GIF, whatever its path ends in: nothing else could be."""
MAX_KIND = 16
MAX_INLINE = 8 * 1024
"""Bytes that stand in the record itself; what is longer is a file."""
MAX_ENTRY = 2 * 1024 * 1024
"""Bytes of all items of one ``Media`` record together, as they are encoded."""


class Item(msgspec.Struct, array_like=True, frozen=True):
    """One picture, sound, text or chart of a ``Media`` record."""

    format: str
    """How it is encoded, as the ending of a file name: ``png``, ``wav``, ``json``."""
    path: str = ""
    """The file of the run that holds it; empty when ``data`` does."""
    data: bytes = b""
    caption: str | None = None
    meta: dict[str, Any] = {}
    """What its kind wants to know without reading it: width, height, boxes, sample rate."""


class Media(msgspec.Struct, array_like=True, tag=12, frozen=True):
    """What was logged under a key at a step that is no number; a later record replaces it."""

    key: str
    step: int
    t: int
    """Milliseconds since the header's ``started``."""
    kind: str
    """``image``, ``audio``, ``text``: the viewer, and the class in Python, of that name."""
    items: list[Item]


Record = (
    Header | Key | Layout | Scalars | Start | Config | Console | Environment | Finish | Resume
    | Define | File | Media
)  # fmt: skip

encode = msgspec.msgpack.Encoder(enc_hook=str).encode
"""Record to payload. What MessagePack does not know becomes its ``str``."""

decode = msgspec.msgpack.Decoder(Record).decode
"""Payload to record; raises ``msgspec.ValidationError`` for an unknown tag or a bad shape."""
