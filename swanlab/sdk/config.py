"""``swanlab.config``: a mapping with attributes whose every change is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from swanlab.errors import InvalidType
from swanlab.sdk.guard import say_once
from swanlab.sdk.plain import mapping_of, plain, text

Changed = Callable[[dict[str, Any], list[str]], None]


class Config(MutableMapping[str, Any]):
    """The hyper-parameters of a run, by item or by attribute.

    Values are kept in plain form: what ``plain`` makes of them. Usable before ``init()``; what is
    set then belongs to the next run.
    """

    def __init__(self) -> None:
        object.__setattr__(self, "_data", {})
        object.__setattr__(self, "_changed", None)

    _data: dict[str, Any]
    _changed: Changed | None

    def update(self, *given: Any, allow_val_change: Any = None, **more: Any) -> None:  # noqa: ARG002
        """Set entries from a mapping, Namespace, dataclass, … and keywords.

        ``allow_val_change`` is accepted for callers that know it from elsewhere; values may always
        change.

        Raises:
            InvalidType: more than one mapping, or something that has no fields.
        """
        if len(given) > 1:
            raise InvalidType("config.update() takes one mapping and keywords.")
        values: dict[str, Any] = {}
        if given and given[0] is not None:
            values.update(entries(given[0]))
        values.update({text(key): plain(value) for key, value in more.items()})
        self._data.update(values)
        self._tell(values, [])

    def set(self, name: str, value: Any) -> None:
        """Set one entry."""
        self[name] = value

    def clean(self) -> None:
        """Remove every entry."""
        gone = list(self._data)
        self._data.clear()
        self._tell({}, gone)

    def pop(self, key: str, default: Any = None) -> Any:
        """Remove and return an entry; None (or ``default``) when there is none."""
        if key not in self._data:
            return default
        value = self._data.pop(key)
        self._tell({}, [key])
        return value

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __setitem__(self, key: str, value: Any) -> None:
        name, made = text(key), plain(value)
        self._data[name] = made
        self._tell({name: made}, [])

    def __delitem__(self, key: str) -> None:
        del self._data[key]
        self._tell({}, [key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._data[name]
        except KeyError:
            raise AttributeError(
                f"{name!r} is not in the config of the current experiment."
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self._data:
            raise AttributeError(name)
        del self[name]

    def __repr__(self) -> str:
        return f"Config({self._data!r})"

    def _tell(self, values: dict[str, Any], removed: list[str]) -> None:
        if self._changed is not None and (values or removed):
            self._changed(values, removed)

    def _inherit(self, former: dict[str, Any]) -> None:
        """Take up the entries of a resumed run; what was set since wins."""
        missing = {key: value for key, value in former.items() if key not in self._data}
        now = dict(self._data)
        self._data.clear()
        self._data.update(former)
        self._data.update(now)
        self._tell(missing, [])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the entries, not the run they belong to."""
        return _detached, (dict(self._data),)

    def _attach(self, changed: Changed | None) -> None:
        """Send every later change to ``changed``, and at once what is already there."""
        object.__setattr__(self, "_changed", changed)
        self._tell(dict(self._data), [])

    def _reset(self) -> None:
        """Forget the finished run's entries."""
        object.__setattr__(self, "_changed", None)
        self._data.clear()


def _detached(values: dict[str, Any]) -> Config:
    made = Config()
    made.update(values)
    return made


def entries(given: Any) -> dict[str, Any]:
    """Return the plain entries of a config object.

    Raises:
        InvalidType: it has no fields.
    """
    fields = mapping_of(given)
    if fields is None:
        raise InvalidType(
            "config must be a mapping, Namespace, dataclass or path of a YAML or JSON file, but "
            f"got {type(given).__name__}."
        )
    if not isinstance(given, Mapping):
        # A namespace may hold what is not meant as a value; only say so when it is dropped.
        fields = {key: value for key, value in fields.items() if not callable(value)}
    result = {}
    for key, value in fields.items():
        try:
            result[text(key)] = plain(value)
        except Exception as error:  # noqa: BLE001 - foreign objects raise whatever they like
            say_once("config", f"config: {key!r} cannot be recorded ({error}).")
    return result
