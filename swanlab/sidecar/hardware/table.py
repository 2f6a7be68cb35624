"""The table that ``nvidia-smi`` made common and that half a dozen vendors print.

Its header says in which row and cell of a device a value stands, and the value's unit tells it from
its neighbours. So a column may move, and one that is gone costs one value.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from swanlab.sidecar.hardware.tool import Device, Found, memory

Row = list[str]
Group = list[Row]

_LINE = re.compile(r"^[|+=\-\s]*[-=]{5,}[|+=\-\s]*$")
_NUMBER = r"(\d+(?:\.\d+)?)"
_TEMPERATURE = re.compile(_NUMBER + r"\s*°?[C℃]")
_POWER = re.compile(_NUMBER + r"\s*W\b")
_USE = re.compile(_NUMBER + r"\s*%")
_MEMORY = re.compile(
    _NUMBER + r"\s*(MiB|MB|GiB|GB)?\s*[/(]\s*" + _NUMBER + r"\s*(MiB|MB|GiB|GB)", re.IGNORECASE
)
_HEADER = re.compile(r"\bTemp\b")
_PROCESSES = re.compile(r"\bProcess(?:es)?\b", re.IGNORECASE)


class Place(NamedTuple):
    """Row and cell of a value in the lines of one device."""

    row: int
    cell: int


def groups(text: str) -> list[Group]:
    """Return the rows between the ruled lines, cell by cell, up to the list of processes."""
    found: list[Group] = [[]]
    for line in text.splitlines():
        if _PROCESSES.search(line):
            break
        if _LINE.match(line):
            found.append([])
        elif line.strip():
            found[-1].append(_cells(line))
    return [group for group in found if group]


def _cells(line: str) -> Row:
    line = line.rstrip()
    if line.lstrip().startswith("|"):
        line = line.lstrip()[1:].removesuffix("|")
    return [cell.strip() for cell in line.split("|")]


def read(text: str, driver: str) -> Found:
    """Return the devices of such a table; ``driver`` is a pattern with one group."""
    version = re.search(driver, text)
    found = groups(text)
    at = next((i for i, group in enumerate(found) if _is_header(group)), len(found))
    header = found[at] if at < len(found) else []
    devices = [_device(header, group) for group in found[at + 1 :]]
    return Found(
        [device for device in devices if device is not None], version[1] if version else None
    )


def _is_header(group: Group) -> bool:
    return any(_HEADER.search(cell) for row in group for cell in row)


def _device(header: Group, group: Group) -> Device | None:
    index = re.match(r"\d+\b", group[0][0])
    if index is None:
        return None
    values: dict[str, float] = {}
    for key, label, pattern in (
        ("pct", r"Util|%GPU", _USE),
        ("temp", r"\bTemp\b", _TEMPERATURE),
        ("power", r"Pwr|Power", _POWER),
    ):
        match = pattern.search(_at(group, _place(header, label)))
        if match:
            values[key] = float(match[1])
    total = None
    match = _MEMORY.search(_at(group, _place(header, r"(?<![\w-])Mem(?:ory-Usage)?\b")))
    if match:
        total = _megabytes(match[3], match[4])
        values.update(memory(_megabytes(match[1], match[2] or match[4]), total))
    return Device(index[0], _name(header[0][0], group[0][0]), total, values)


def _place(header: Group, label: str) -> Place | None:
    for row, cells in enumerate(header):
        for cell, text in enumerate(cells):
            if re.search(label, text):
                return Place(row, cell)
    return None


def _at(group: Group, place: Place | None) -> str:
    if place is None or place.row >= len(group) or place.cell >= len(group[place.row]):
        return ""
    return group[place.row][place.cell]


def _name(header: str, cell: str) -> str | None:
    """Return the name out of a cell with index and name, columns being two spaces apart."""
    parts = re.split(r"\s{2,}", cell)
    labels = [label.lower() for label in header.split()]
    if len(labels) == len(parts) and "name" in labels:
        return parts[labels.index("name")]
    return parts[1] if len(parts) > 1 else None


def _megabytes(amount: str, unit: str) -> float:
    return float(amount) * (1024 if unit[0] in "Gg" else 1)
