"""Reading a YAML or JSON file that holds a mapping."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from swanlab.errors import ConfigFileError


def read_mapping(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the mapping in a ``.yaml``, ``.yml`` or ``.json`` file.

    Raises:
        ConfigFileError: wrong suffix, missing, unreadable, empty, or not a mapping.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in {".yaml", ".yml", ".json"}:
        raise ConfigFileError(f"{file}: a config file ends in .yaml, .yml or .json.")
    try:
        text = file.read_text(encoding="utf-8")
        loaded = _parse_json(text) if suffix == ".json" else _parse_yaml(text)
    except OSError as error:
        raise ConfigFileError(f"{file}: {error.strerror or error}.") from error
    except ValueError as error:
        raise ConfigFileError(f"{file} cannot be read: {error}") from error
    if not isinstance(loaded, dict) or not loaded:
        raise ConfigFileError(f"{file} holds no mapping of names to values.")
    return loaded


def _parse_json(text: str) -> Any:
    import json

    return json.loads(text)


def _parse_yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
