"""Hardware, one file per vendor.

Every vendor's module has ``open() -> Probe | None``; None when there is no such hardware here. To
add a vendor, copy ``nvidia.py`` and name it in ``VENDORS``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol

VENDORS = ("machine", "nvidia")


class Probe(Protocol):
    """Something that can be described once and sampled often."""

    def describe(self) -> dict[str, Any]:
        """Return entries for ``hardware`` of the environment record."""
        ...

    def sample(self) -> dict[str, float]:
        """Return key (without the system prefix) to value; what cannot be read is left out."""
        ...


def probes(pid: int) -> list[Probe]:
    """Return the probes of all hardware here; ``pid`` is the training process."""
    modules = (import_module(f"swanlab.sidecar.hardware.{vendor}") for vendor in VENDORS)
    found = (module.open_probe(pid) for module in modules)
    return [probe for probe in found if probe is not None]
