"""What a program chooses beside the arguments of ``init()``: ``Settings`` and the ``load`` file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from swanlab import fields, settings
from swanlab.errors import ConfigFileError, InvalidType
from swanlab.sdk.configfile import read_mapping
from swanlab.sdk.guard import say

P = ParamSpec("P")
R = TypeVar("R")

STORED: dict[str, Any] = {
    "backup": True,
    "run.history": None,
    "run.dir_max_length": 255,
    "run.dir_create_retries": 10,
    "core.section_rule": 0,
    "core.record_batch": 10_000,
    "core.record_interval": 1.5,
    "core.save_split": 100 << 20,
    "core.skip_store": False,
    "probe.swanlab": True,
}
"""Fields that change nothing here, with what they are where nobody sets them."""

_SECRETS = ("api_key", "webhook", "integration.webhook.url")
"""Never shown or stored: whoever knows them can act as the user."""


class Settings:
    """Choices for runs, by the field names of either generation of this API.

    Flat (``hardware_monitor=False``) or nested (``probe={"monitor": False}``); a dictionary of them
    may be given too. Only what is set explicitly counts; the rest stays as the environment, the
    settings files and the defaults have it. Unknown fields are named in a warning and stored with
    the run. An object never changes.
    """

    _flat: dict[str, Any]

    def __init__(self, values: Any = None, /, **named: Any) -> None:
        """Take the fields, from a mapping, as keywords, or both.

        Raises:
            InvalidType: a value of the wrong type.
            InvalidArgument: a number out of range.
        """
        if values is not None and not isinstance(values, Mapping):
            kind = type(values).__name__
            raise InvalidType(f"Settings takes a mapping and keywords, but got {kind}.")
        given = fields.flatten({**(values or {}), **named})
        fields.options_in(given)
        _name_unknown(given)
        object.__setattr__(self, "_flat", given)

    def options(self) -> dict[str, Any]:
        """Return what is set, by the names of ``swanlab.settings``."""
        return fields.options_in(self._flat)

    def to_dict(self) -> dict[str, Any]:
        """Return what is set, nested as it was given; the API key and the webhook are left out."""
        nested: dict[str, Any] = {}
        for name, item in self._flat.items():
            if name in _SECRETS:
                continue
            *groups, field = name.split(".")
            place = nested
            for group in groups:
                place = place.setdefault(group, {})
            place[field] = item
        return nested

    def to_yaml(self) -> str:
        """Return what is set as YAML; the API key and the webhook are left out."""
        import yaml

        from swanlab.sdk.plain import plain

        made = yaml.safe_dump(plain(self.to_dict()), allow_unicode=True, sort_keys=False)
        return str(made)

    def save_to_yaml(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write ``to_yaml()`` to ``path`` (``~/.swanlab/config.yaml``) and return the path."""
        from swanlab import settingsfile

        file = settingsfile.paths()[0] if path is None else Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.to_yaml(), encoding="utf-8")
        return file

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _field(self._flat, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"Settings cannot be changed; make another to set {name!r}.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"Settings cannot be changed; {name!r} stays.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._flat == other._flat

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        shown = {n: "****" if n in _SECRETS else item for n, item in self._flat.items()}
        return f"Settings({shown!r})"


class Group:
    """Nested fields of ``Settings``, by attribute."""

    def __init__(self, flat: Mapping[str, Any], name: str) -> None:
        """Show what ``flat`` and the defaults hold below ``name``."""
        self._flat = flat
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _field(self._flat, f"{self._name}.{name}")

    def __repr__(self) -> str:
        inside = {n: item for n, item in self._flat.items() if n.startswith(f"{self._name}.")}
        return f"{self._name}({inside!r})"


def _field(flat: Mapping[str, Any], name: str) -> Any:
    """Return a field as set, under this name or another of the same option, or its default."""
    if name in settings.GROUPS and name not in flat:
        return Group(flat, name)
    if name in flat:
        return flat[name]
    for option_name, option in settings.OPTIONS.items():
        if name == option_name or name in option.fields:
            found = fields.options_in(flat).get(option_name, option.default)
            if option.default is not None and found is option.default and option.kind != "text":
                return fields.options_in({option_name: found})[option_name]
            return found
    if name in STORED:
        return STORED[name]
    raise AttributeError(f"Settings has no field {name!r}.")


def _known() -> Iterator[str]:
    yield from STORED
    for name, option in settings.OPTIONS.items():
        yield name
        yield from option.fields


def _name_unknown(flat: Mapping[str, Any]) -> None:
    known = set(_known())
    for name in flat:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            say(f"Settings: unknown field {name!r}; it is stored with the run.{hint}")


def of(given: Any) -> Settings:
    """Return ``given`` as ``Settings``; raises ``InvalidType`` for what is neither."""
    if isinstance(given, Settings):
        return given
    if isinstance(given, Mapping):
        return Settings(given)
    raise InvalidType(
        f"Expected Settings object or a mapping of its fields, but got {type(given).__name__}."
    )


def merge_settings(new_settings: Settings | Mapping[str, Any]) -> None:
    """Choose settings for the next run; only fields that are set change what was merged before.

    While a run is active this is a notice and changes nothing.

    Raises:
        InvalidType: neither ``Settings`` nor a mapping.
    """
    from swanlab.sdk.run import has_run

    made = of(new_settings)
    if has_run():
        say("merge_settings: a run is active; settings are chosen before init().")
        return
    settings.merge(made.options(), made._flat)  # noqa: SLF001 - one subject


def begin(given: Any, load: Any) -> Settings | None:
    """Let merged settings, ``init(settings=)`` and ``init(load=)`` hold for the run that begins.

    Returns what is stored with the run, or None if nothing was set.

    Raises:
        InvalidType, ConfigFileError: what was given cannot be used.
    """
    own = Settings() if given is None else of(given)
    settings.begin(own.options(), {} if load is None else _loaded(load))
    given_fields = {**settings.merged_fields(), **own._flat}  # noqa: SLF001 - one subject
    return _silent(given_fields) if given_fields else None


def let_go_on_error(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap ``init()``: when it fails, what was chosen for that run alone no longer holds."""

    @wraps(function)
    def begun(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException:
            settings.end(keep_merged=True)
            raise

    return begun


def _silent(flat: dict[str, Any]) -> Settings:
    """Settings of fields that were looked at before."""
    made = Settings()
    made._flat.update(flat)  # noqa: SLF001 - one subject
    return made


def _loaded(load: Any) -> dict[str, Any]:
    if not isinstance(load, str | os.PathLike):
        kind = type(load).__name__
        raise InvalidType(f"load must be the path of a YAML or JSON file, but got {kind}.")
    values = read_mapping(load)
    private = values.pop("private", None)
    flat = fields.flatten(values)
    for name in flat:
        if not fields.is_option(name) and name not in STORED:
            say(f"init: {load} has an unknown argument {name!r}; it is left out.")
    try:
        if private is not None and "public" not in flat:
            flat["public"] = not fields.options_in({"public": private})["public"]
        return fields.options_in(flat)
    except (TypeError, ValueError) as error:
        raise ConfigFileError(f"{load}: {error}") from error
