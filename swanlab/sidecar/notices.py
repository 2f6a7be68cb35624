"""Telling people that the training was killed, through the callbacks that it had registered.

A callback comes over the life line as plain data: the place of its class and the arguments it was
made with. The class is named by data, so this process depends on no plugin.
"""

from __future__ import annotations

import sys
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from swanlab.orders import Notice
from swanlab.sidecar.journal import Journal


class _Report(msgspec.Struct, frozen=True):
    url: str | None = None
    name: str | None = None


def send(notices: list[Notice], run_dir: Path, journal: Journal) -> None:
    """Make each callback again and let it send; what fails is in the log of this process."""
    about = _about(run_dir, journal)
    for notice in notices:
        try:
            _made(notice).killed(about)
        except Exception as error:  # noqa: BLE001 - foreign code; the others must still be sent
            print(f"{notice.target} is not sent: {type(error).__name__}: {error}", flush=True)  # noqa: T201


def _made(notice: Notice) -> Any:
    # Behind our own places: no module of the user's shadows what is loaded here.
    sys.path.extend(place for place in notice.path if place not in sys.path)
    module, _, name = notice.target.partition(":")
    kind: Any = reduce(getattr, name.split("."), import_module(module))
    return kind(*notice.args, **notice.kwargs)


def _about(run_dir: Path, journal: Journal) -> dict[str, Any]:
    start, header = journal.start, journal.header
    try:
        report = msgspec.json.decode((run_dir / "upload.json").read_bytes(), type=_Report)
    except (OSError, msgspec.MsgspecError):
        report = _Report()  # Not a cloud run, or the server never answered.
    return {
        "project": start.project if start else None,
        "workspace": start.workspace if start else None,
        "name": report.name or (start.name if start else None),
        "id": header.run if header else None,
        "mode": start.mode if start else None,
        "url": report.url,
        "dir": str(run_dir),
    }
