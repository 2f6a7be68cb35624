"""The settings file: ``~/.swanlab/config.yaml`` and, stronger, ``./.swanlab/config.yaml``.

``swanlab online|offline|local|disabled`` write it; ``init()`` takes from it what neither its
arguments nor the environment say.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from swanlab import settings
from swanlab.errors import ConfigFileError

_NAME = "config.yaml"


def path(*, local: bool = False) -> Path:
    """Return where the file is: of the user, or with ``local`` of the working directory."""
    return (Path.cwd() / ".swanlab" if local else settings.save_dir()) / _NAME


def read() -> dict[str, Any]:
    """Return what both files say, that of the working directory winning; {} without any.

    Raises:
        ConfigFileError: a file cannot be read or holds no mapping.
    """
    return {**_load(path()), **_load(path(local=True))}


def write(name: str, value: Any, *, local: bool = False) -> Path:
    """Set one entry, keeping the others, and return the file; raises ``ConfigFileError``."""
    import yaml

    target = path(local=local)
    entries = {**_load(target), name: value}
    fresh = target.with_name(f".{_NAME}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        raise ConfigFileError(f"{target} cannot be written: {error.strerror or error}.") from error
    return target


def _load(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigFileError(f"{file} cannot be read: {error}.") from error
    import yaml

    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigFileError(f"{file} is not YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigFileError(f"{file} holds no mapping of names to values.")
    return loaded
