"""What the training tells its background process: the first line on the life line, as JSON."""

from __future__ import annotations

from typing import Any

import msgspec


class Notice(msgspec.Struct, frozen=True):
    """A callback as ``SendingCallback.described`` describes it."""

    target: str
    """``module:class``."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    path: list[str] = []
    """Where the training looked for modules, if the class is not one of ours."""


class Webhook(msgspec.Struct, frozen=True):
    """Whom to tell by HTTP that a run began."""

    url: str
    value: str | None = None
    """Passed on as it is."""
    timeout: float = 5.0
    """Seconds."""


class Orders(msgspec.Struct, frozen=True):
    """What the background process of a run is to do."""

    mode: str
    host: str | None
    api_key: str | None
    pid: int
    argv: list[str]
    cwd: str
    executable: str
    monitor_interval: float
    """Seconds; 0 samples nothing."""
    left_out: list[str] = []
    """What is not to be noted: of ``runtime``, ``hardware``, ``git``, ``requirements``."""
    mask_secrets: bool = True
    on_crash: list[Notice] = []
    """Callbacks to call if the training dies without a word."""
    visible: dict[str, str] = {}
    """Variables that name the devices that the training may use."""
    git_diff: bool = True
    conda: bool = False
    resume: str | None = None
    """``must`` or ``allow``: the run may be known to the server already."""
    rank: int = 0
    shared: bool = False
    webhook: Webhook | None = None
    disk_dir: str | None = None
    """Folder whose disk's usage is sampled; default is the run folder's."""
    save_part: int = 8 << 20
    """Bytes of a file sent at once."""
    save_size: int = 50 << 30
    """Bytes of the largest file that is kept."""
    upload_interval: float = 0.3
    """Seconds between uploads while the training goes on."""
    allow_stop: bool = True
    """Whether somebody may end the training from the run's page."""
    notebook: bool = False
    """Whether it is a notebook: what is interrupted is a cell."""
