"""Any object a config may hold to what MessagePack, JSON and YAML know."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

_MAX_DEPTH = 32
_MAX_TEXT = 65_536


def plain(value: Any, depth: int = 0) -> Any:
    """Return ``value`` made of None, bool, int, float, str, list and dict.

    Numbers of other libraries become ours, dates ISO text, objects with fields dictionaries; what
    is left becomes its ``str``. ``None`` stays ``None``; the caller's objects are not touched.
    """
    if value is None or value is True or value is False:
        return value
    if depth > _MAX_DEPTH:
        return text(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, enum.Enum):
        return plain(value.value, depth + 1)
    if isinstance(value, int):
        number = int(value)
        return number if -(1 << 63) <= number < 1 << 63 else text(number)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    fields = mapping_of(value)
    if fields is not None:
        return {text(key): plain(item, depth + 1) for key, item in fields.items()}
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes | bytearray):
        return [plain(item, depth + 1) for item in value]
    return _foreign(value, depth)


def _foreign(value: Any, depth: int) -> Any:
    """A numpy or torch number, an array, or anything else."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return plain(value.item(), depth + 1)
    if hasattr(value, "tolist") and getattr(value, "size", 1 << 30) <= 1000:
        return plain(value.tolist(), depth + 1)
    return text(value)


def mapping_of(value: Any) -> Mapping[Any, Any] | None:
    """Return the fields of a mapping, Namespace, dataclass, attrs, OmegaConf or config object."""
    if type(value).__module__.startswith("omegaconf."):
        return _of_omegaconf(value)
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    kind = type(value)
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(kind, "__attrs_attrs__"):
        return {field.name: getattr(value, field.name) for field in kind.__attrs_attrs__}
    if hasattr(kind, "__struct_fields__"):
        return {name: getattr(value, name) for name in kind.__struct_fields__}
    if kind.__name__ in {"Namespace", "SimpleNamespace"}:
        return vars(value)  # type: ignore[no-any-return]
    return _by_method(value)


def _by_method(value: Any) -> Mapping[Any, Any] | None:
    """Return the mapping that a config object of some framework makes of itself."""
    for method in ("model_dump", "to_dict", "to_container", "_asdict"):
        convert = getattr(value, method, None)
        if callable(convert):
            made = convert()
            if isinstance(made, Mapping):
                return made
    return None


def _of_omegaconf(value: Any) -> Mapping[Any, Any] | None:
    """Return the entries of a DictConfig; what is missing or cannot be resolved, as it is written.

    By its own items one such entry would cost the whole config.
    """
    from omegaconf import OmegaConf

    written = OmegaConf.to_container(value, resolve=False)
    if not isinstance(written, dict):
        return None
    for key in written:
        try:
            written[key] = value[key]
        except Exception:  # noqa: BLE001, S112 - resolvers are the user's code
            continue
    return written


def text(value: Any) -> str:
    """Return ``str(value)``, encodable and bounded."""
    made = str(value)
    if len(made) > _MAX_TEXT:
        made = made[:_MAX_TEXT] + "…"
    return made.encode("utf-8", "replace").decode()
