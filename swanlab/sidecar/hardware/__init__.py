"""Hardware, one file per vendor.

Every vendor's module has ``open_probe(training) -> Probe | None``; None when there is no such
hardware here, which it finds out without running or importing anything. To add a vendor, copy the
file of one that is read the same way and name it in ``VENDORS``.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

VENDORS = (
    "machine",
    "nvidia",
    "amd",
    "metax",
    "moorethreads",
    "iluvatar",
    "apple",
    "ascend",
    "cambricon",
    "kunlunxin",
    "hygon",
)


class Training(NamedTuple):
    """The training that is watched."""

    pid: int
    visible: Mapping[str, str] = {}
    """Variables that name its devices, as it has them: ``CUDA_VISIBLE_DEVICES`` and the like."""
    folder: Path = Path()
    """On the disk that is watched: where its run is recorded, unless another was chosen."""


class Probe(Protocol):
    """Something that can be described once and sampled often."""

    gpus: int
    """How many devices of its own it calls ``gpu.0``, ``gpu.1`` and so on."""

    def describe(self) -> dict[str, Any]:
        """Return entries for ``hardware`` of the environment record."""
        ...

    def sample(self) -> dict[str, float]:
        """Return key (without the system prefix) to value; what cannot be read is left out."""
        ...


class Gone:
    """Stands where a probe broke, so that the GPUs behind it keep their numbers."""

    def __init__(self, gpus: int) -> None:
        """``gpus`` is how many the broken one had."""
        self.gpus = gpus

    def describe(self) -> dict[str, Any]:
        """Return nothing."""
        return {}

    def sample(self) -> dict[str, float]:
        """Return nothing."""
        return {}


def probes(training: Training) -> list[Probe]:
    """Return the probes of all hardware here."""
    found: list[Probe] = []
    for vendor in VENDORS:
        try:
            module = import_module(f"swanlab.sidecar.hardware.{vendor}")
            probe = module.open_probe(training)
        except Exception:  # noqa: BLE001 - one vendor's driver must not cost the others
            _said(f"{vendor} is not measured")
            continue
        if probe is not None:
            found.append(probe)
    return found


def described(found: list[Probe]) -> dict[str, Any]:
    """Return ``hardware`` of the environment record: all devices in one list."""
    hardware: dict[str, Any] = {}
    devices: list[dict[str, Any]] = []
    first = 0
    for probe in found:
        about = probe.describe()
        for device in about.pop("gpus", []):
            if first and device.get("kind", "gpu") == "gpu":
                device["index"] += first
            devices.append(device)
        first += probe.gpus
        for key, value in about.items():
            if hardware.get(key) is None:
                hardware[key] = value
    return {**hardware, "gpus": devices} if devices else hardware


def sampled(found: list[Probe]) -> dict[str, float]:
    """Return the present values of all; a probe that breaks is said once and taken out."""
    values: dict[str, float] = {}
    first = 0
    for place, probe in enumerate(found):
        try:
            of_one = probe.sample()
        except Exception:  # noqa: BLE001 - the other hardware is still measured
            _said(f"{type(probe).__module__} is no longer measured")
            found[place], of_one = Gone(probe.gpus), {}
        values.update(_numbered_on(of_one, first) if first and probe.gpus else of_one)
        first += probe.gpus
    return values


def _numbered_on(values: dict[str, float], first: int) -> dict[str, float]:
    """GPUs of a second vendor are numbered on from the first one's."""
    return {
        re.sub(r"^gpu\.(\d+)", lambda match: f"gpu.{int(match[1]) + first}", key): value
        for key, value in values.items()
    }


def _said(what: str) -> None:
    sys.stderr.write(f"swanlab: {what}:\n{traceback.format_exc()}")
