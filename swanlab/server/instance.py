"""What admins set for the whole server: kept in the database, so that all servers on it agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from swanlab.server.db import instance
from swanlab.server.messages.admin import MASKED, InstanceEdit, InstanceSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SECRETS = (("oidc", "client_secret"), ("mail", "password"))


def load(connection: Connection) -> InstanceSettings:
    """Return the settings, secrets included; what is not set is at its default."""
    kept = {name: msgspec.json.decode(value) for name, value in instance.load(connection).items()}
    return msgspec.convert(kept, InstanceSettings)


def change(connection: Connection, edit: InstanceEdit) -> tuple[InstanceSettings, list[str]]:
    """Set what the edit names; returns the settings, and the names of those that differ now."""
    instance.lock(connection)
    before = load(connection)
    given = {
        name: value
        for name in edit.__struct_fields__
        if (value := getattr(edit, name)) is not msgspec.UNSET
    }
    after = _with_secrets(msgspec.structs.replace(before, **given), before)
    changed = [name for name in given if getattr(before, name) != getattr(after, name)]
    instance.store(connection, _encoded(after, changed))
    return after, changed


def begin_with(connection: Connection, **given: Any) -> None:
    """Set what nobody has set yet: options of the command hold for the first start."""
    checked = msgspec.convert(given, InstanceSettings)
    instance.begin_with(connection, _encoded(checked, list(given)))


def masked(settings: InstanceSettings) -> InstanceSettings:
    """Return the settings as they may be shown: without secrets."""
    for part, name in _SECRETS:
        held = getattr(settings, part)
        if held is not None and getattr(held, name):
            hidden = msgspec.structs.replace(held, **{name: MASKED})
            settings = msgspec.structs.replace(settings, **{part: hidden})
    return settings


def _with_secrets(settings: InstanceSettings, before: InstanceSettings) -> InstanceSettings:
    """Put the secrets that are set in place of what stands for them.

    A secret stays with the server it was set for: another address asks for it anew.
    """
    for part, name in _SECRETS:
        given, held = getattr(settings, part), getattr(before, part)
        if given is None or getattr(given, name) != MASKED:
            continue
        where = {"oidc": "issuer", "mail": "host"}[part]
        same = held is not None and getattr(held, where) == getattr(given, where)
        kept = msgspec.structs.replace(given, **{name: getattr(held, name) if same else ""})
        settings = msgspec.structs.replace(settings, **{part: kept})
    return settings


def _encoded(settings: InstanceSettings, names: list[str]) -> Mapping[str, str]:
    return {name: msgspec.json.encode(getattr(settings, name)).decode() for name in names}
