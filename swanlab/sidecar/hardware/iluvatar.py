"""Iluvatar GPUs, by ``ixsmi``."""

from __future__ import annotations

from swanlab.sidecar.hardware import Training, table
from swanlab.sidecar.hardware.tool import Accelerators, Found, find, opened


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without an Iluvatar driver or card."""
    tool = find("ixsmi", folders=("/usr/local/corex/bin",))
    if tool is None:
        return None
    mask = training.visible.get("CUDA_VISIBLE_DEVICES")
    return opened("gpu", "Iluvatar", lambda: read(tool.ask()), mask)


def read(text: str) -> Found:
    """Return what ``ixsmi`` printed."""
    return table.read(text, r"Driver Version:\s*([\w.-]+)")
