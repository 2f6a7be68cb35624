"""Accelerators that are read by their vendor's own tool: a program run with a bound on its time."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

_SECONDS = 5.0
_PATIENCE = 3
_MB = 1024 * 1024


class Device(NamedTuple):
    """One accelerator as the tool shows it now; what it does not show is left out."""

    slot: str
    """Its number, or ``3-0`` for chip 0 of card 3."""
    name: str | None
    memory: float | None
    """In MB."""
    values: dict[str, float]


class Found(NamedTuple):
    """What one run of the tool told."""

    devices: list[Device]
    driver: str | None = None


class Tool:
    """A program of the vendor's; after three failures in a row it is not asked again."""

    def __init__(self, path: str) -> None:
        """``path`` is the program; nothing is run yet."""
        self.path = path
        self._failures = 0

    def ask(self, *args: str) -> str:
        """Return what it prints; nothing where it fails or takes too long."""
        if self._failures >= _PATIENCE:
            return ""
        shown = _printed([self.path, *args])
        self._failures = 0 if shown else self._failures + 1
        return shown.decode(errors="replace")


def _printed(command: list[str]) -> bytes:
    try:
        process = subprocess.Popen(  # noqa: S603 - fixed arguments
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError:
        return b""
    try:
        return process.communicate(timeout=_SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
    if process.stdout is not None:
        process.stdout.close()
    # One that hangs in a broken driver does not even die of a kill; it is not waited for.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)
    return b""


def find(*names: str, folders: tuple[str, ...] = ()) -> Tool | None:
    """Return the first of these programs on the path or in ``folders``."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), *folders))
    for name in names:
        path = shutil.which(name, path=places)
        if path is not None:
            return Tool(path)
    return None


class Accelerators:
    """All devices that one tool shows."""

    def __init__(self, kind: str, vendor: str, read: Callable[[], Found], mask: str | None) -> None:
        """``kind`` begins the keys; ``mask`` is the training's list of visible devices."""
        self._kind, self._vendor, self._read, self._mask = kind, vendor, read, mask
        self._first: Found | None = read()
        self._known = self._first
        slots = [int(device.slot) for device in self._known.devices if kind == "gpu"]
        self.gpus = max(slots, default=-1) + 1

    def __bool__(self) -> bool:
        """Whether there is any device."""
        return bool(self._known.devices)

    def describe(self) -> dict[str, Any]:
        """Return what this hardware is."""
        described = []
        for position, device in enumerate(self._known.devices):
            entry: dict[str, Any] = {
                "index": int(device.slot) if device.slot.isdecimal() else device.slot,
                "kind": self._kind,
                "vendor": self._vendor,
                "name": device.name,
                "memory": round(device.memory * _MB) if device.memory else None,
            }
            own = is_own(self._mask, position)
            described.append(entry if own is None else {**entry, "own": own})
        return {"gpus": described, "driver": self._known.driver}

    def sample(self) -> dict[str, float]:
        """Return its present values; the first time those that it was opened with."""
        now, self._first = self._first or self._read(), None
        return {
            f"{self._kind}.{device.slot}.{key}": value
            for device in now.devices
            for key, value in device.values.items()
        }


def is_own(mask: str | None, position: int) -> bool | None:
    """Whether the training may use this device; None if the list names devices otherwise."""
    if mask is None:
        return True
    named = [part.strip() for part in mask.split(",") if part.strip()]
    if not all(part.lstrip("-").isdecimal() for part in named):
        return None
    return str(position) in named


def opened(
    kind: str, vendor: str, read: Callable[[], Found], mask: str | None
) -> Accelerators | None:
    """Return the probe, or None where the tool shows no device."""
    return Accelerators(kind, vendor, read, mask) or None


def number(text: Any) -> float | None:
    """Return a number out of what a tool wrote; None for ``N/A`` and the like."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if value == value else None  # noqa: PLR0124 - not a number


def memory(used: float | None, total: float | None) -> dict[str, float]:
    """Return the keys of memory in use, both in MB."""
    values = {} if used is None else {"mem.value": used}
    if used is not None and total:
        values["mem.pct"] = 100 * used / total
    return values
