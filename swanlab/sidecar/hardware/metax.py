"""MetaX GPUs, by ``mx-smi``."""

from __future__ import annotations

from swanlab.sidecar.hardware import Training, table
from swanlab.sidecar.hardware.tool import Accelerators, Found, find, opened


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without a MetaX driver or card."""
    tool = find("mx-smi", folders=("/opt/mxdriver/bin", "/opt/maca/bin"))
    if tool is None:
        return None
    mask = training.visible.get("CUDA_VISIBLE_DEVICES")
    return opened("gpu", "MetaX", lambda: read(tool.ask()), mask)


def read(text: str) -> Found:
    """Return what ``mx-smi`` printed."""
    return table.read(text, r"Driver Version:\s*([\w.-]+)")
