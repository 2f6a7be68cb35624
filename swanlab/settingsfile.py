"""The settings files: ``config.yaml`` in ``~/.swanlab``, and in ``.swanlab`` of the working folder.

The working folder's wins, but cannot say where the API key or word of a run is sent: a folder may
be somebody else's. The files are read when they have changed, and PyYAML is loaded only if there is
one. ``swanlab online|offline|local|disabled`` write them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from swanlab import fields, settings
from swanlab.errors import ConfigFileError, InvalidArgument, InvalidType

NAME = "config.yaml"
_ONLY_OWN = ("api_key", "host", "webhook")

_known: dict[Path, tuple[tuple[int, int, int], dict[str, Any]]] = {}


def paths() -> tuple[Path, Path]:
    """Return the user's own file and the working folder's; they need not exist."""
    return settings.save_dir() / NAME, Path(".swanlab", NAME).absolute()


def read() -> dict[str, Any]:
    """Return option to value out of both files.

    Raises:
        ConfigFileError: a file that is there cannot be read.
    """
    own, here = paths()
    values = _options(own)
    if here != own.absolute():
        local = _options(here)
        if local:
            values = {**values, **{k: v for k, v in local.items() if k not in _ONLY_OWN}}
    return values


def _options(path: Path) -> dict[str, Any]:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigFileError(f"{path} cannot be read: {error.strerror or error}.") from error
    stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
    known = _known.get(path)
    if known is None or known[0] != stamp:
        known = _known[path] = (stamp, _parse(path))
    return known[1]


def _load(path: Path) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigFileError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigFileError(f"{path} is not YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigFileError(f"{path} holds no mapping of names to values.")
    return loaded


def _parse(path: Path) -> dict[str, Any]:
    loaded = _load(path)
    try:
        return fields.options_in(fields.flatten(loaded))
    except (InvalidType, InvalidArgument) as error:
        raise ConfigFileError(f"{path}: {error}") from error


def write(name: str, value: Any, *, local: bool = False) -> Path:
    """Set one entry of the user's file, or with ``local`` of the working folder's; return the file.

    Raises:
        ConfigFileError: the file cannot be read or written; it stays as it is.
    """
    import yaml

    target = paths()[1 if local else 0]
    entries = {**_load(target), name: value} if target.exists() else {name: value}
    fresh = target.with_name(f".{NAME}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        raise ConfigFileError(f"{target} cannot be written: {error.strerror or error}.") from error
    return target
