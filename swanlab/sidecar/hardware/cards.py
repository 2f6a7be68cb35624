"""The JSON of ``rocm-smi`` and its descendants: one object of labels and texts a card.

Labels differ between releases in words and units, so each is found by a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from swanlab.sidecar.hardware.tool import Device, Found, memory, number

_USE = r"(?:GPU|DCU|HCU) use \(%\)"
_MEMORY_USE = r"(?:GPU|DCU|HCU) memory use \(%\)|GPU Memory Allocated \(VRAM%\)"
_USED = r"VRAM Total Used Memory \((\w+)\)"
_TOTAL = r"VRAM Total Memory \((\w+)\)"
_POWER = r"(?:Average|Current).*Power \(W\)"
_NAME = ("Card Series", "Device Name", "Card Model")
_UNITS = {"b": 1 / 1024 / 1024, "kib": 1 / 1024, "mib": 1.0, "mb": 1.0, "gib": 1024.0}


def decoded(text: str) -> Any:
    """Return the JSON in what a tool printed, whatever warnings stand around it; None if none."""
    for opening, closing in ("{}", "[]"):
        start, end = text.find(opening), text.rfind(closing)
        other = text.find("[" if opening == "{" else "{")
        if start < 0 or end < start or 0 <= other < start:
            continue
        try:
            return msgspec.json.decode(text[start : end + 1].encode())
        except msgspec.DecodeError:
            return None
    return None


def read(text: str, sensors: Sequence[str]) -> Found:
    """Return the cards; of the temperatures the first of ``sensors`` that is known."""
    answer = decoded(text)
    if not isinstance(answer, dict):
        return Found([])
    devices = []
    for key, card in answer.items():
        match = re.fullmatch(r"card(\d+)", key)
        if match and isinstance(card, dict):
            devices.append(_device(match[1], card, sensors))
    driver = answer.get("system")
    version = driver.get("Driver version") if isinstance(driver, dict) else None
    return Found(devices, version if isinstance(version, str) else None)


def _device(index: str, card: dict[str, Any], sensors: Sequence[str]) -> Device:
    used, total = _amount(card, _USED), _amount(card, _TOTAL)
    values = memory(used, total)
    for key, pattern in (("pct", _USE), ("power", _POWER), ("mem.pct", _MEMORY_USE)):
        value = _first(card, pattern)
        if value is not None and key not in values:
            values[key] = value
    for sensor in sensors:
        celsius = _first(card, rf"Temperature \(Sensor {sensor}\) \(C\)")
        if celsius is not None:
            values["temp"] = celsius
            break
    name = next((card[label] for label in _NAME if isinstance(card.get(label), str)), None)
    return Device(index, name, total, values)


def _first(card: dict[str, Any], pattern: str) -> float | None:
    for label, value in card.items():
        if re.fullmatch(pattern, label, re.IGNORECASE):
            return number(value)
    return None


def _amount(card: dict[str, Any], pattern: str) -> float | None:
    """Return an amount of memory in MB, whose unit stands in its label."""
    for label, value in card.items():
        match = re.fullmatch(pattern, label, re.IGNORECASE)
        amount, factor = number(value), _UNITS.get(match[1].lower()) if match else None
        if amount is not None and factor is not None:
            return amount * factor
    return None
