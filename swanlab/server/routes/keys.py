"""API keys of the caller."""

from __future__ import annotations

from typing import Any

import msgspec

from swanlab.server import audit
from swanlab.server.access import Need
from swanlab.server.auth import add_key, check_scope
from swanlab.server.db import keys, users
from swanlab.server.db.engine import now
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.keys import ApiKey, Key, KeyEdit, Keys, NewKey
from swanlab.server.routes.sessions import need_accounts

KEY = "/keys/{key}"
MAX_KEYS = 100
"""Of one user, that are good."""


def all_keys(ask: Ask[None, None]) -> Keys:
    """Return the caller's keys."""
    ask.server.auth.note_used()
    with ask.server.db.read() as connection:
        rows = keys.of_user(connection, ask.caller.user.id)
    return Keys(keys=[_key(ask, row) for row in rows])


def create(ask: Ask[None, NewKey]) -> ApiKey:
    """Make a key; it is told only now."""
    need_accounts(ask.server.mode)
    caller, body, name = ask.caller, ask.body, _name(ask.body.name)
    check_scope(body.scope, caller)
    if body.expires_at is not None and body.expires_at <= now():
        raise Problem(400, "past", "The key would have run out already: give a later time.")
    with ask.server.db.write() as connection:
        users.lock(connection, caller.user.id)
        if keys.count_alive(connection, caller.user.id) >= MAX_KEYS:
            raise Problem(409, "too_many", f"You have {MAX_KEYS} keys: revoke some first.")
        made, row = add_key(connection, caller.user, name, body.scope, body.expires_at)
        told = {"key": row.id, "name": name, "scope": body.scope, "expires_at": body.expires_at}
        audit.note(connection, caller.user, "key.create", caller.user.username, told)
    return ApiKey(api_key=made, key=_key(ask, row))


def rename(ask: Ask[None, KeyEdit]) -> Key:
    """Give a key another name."""
    name = _name(ask.body.name)
    with ask.server.db.write() as connection:
        row = _row(ask, connection)
        keys.rename(connection, row.id, name)
    return _key(ask, msgspec.structs.replace(row, name=name))


def revoke(ask: Ask[None, None]) -> None:
    """End a key at once; who goes on using it is told when it was revoked."""
    server, caller = ask.server, ask.caller
    with server.db.write() as connection:
        row = _row(ask, connection)
        if keys.revoke(connection, caller.user.id, row.id):
            told = {"key": row.id, "name": row.name}
            audit.note(connection, caller.user, "key.revoke", caller.user.username, told)
        server.auth.changed(connection)
    server.auth.forget()


def _row(ask: Ask[Any, Any], connection: Any) -> keys.KeyRow:
    number = ask.part("key")
    if not number.isdecimal() or len(number) > 18:
        raise no_such("key")
    row = keys.get(connection, ask.caller.user.id, int(number))
    if row is None:
        raise no_such("key")
    return row


def _key(ask: Ask[Any, Any], row: keys.KeyRow) -> Key:
    mine = ask.caller.credential if ask.caller.by == "key" else None
    return Key(**msgspec.structs.asdict(row), current=row.id == mine)


def _name(name: str) -> str:
    if not name.strip():
        raise Problem(400, "bad_name", "A key needs a name that tells what it is for.")
    return name.strip()


ROUTES = (
    Route(
        method="GET",
        path="/keys",
        need=Need.USER,
        handler=all_keys,
        summary="Your API keys",
        answer=Keys,
    ),
    Route(
        method="POST",
        path="/keys",
        need=Need.ACCOUNT,
        handler=create,
        summary="Make an API key; it is shown only here",
        body=NewKey,
        answer=ApiKey,
        errors=(409,),
    ),
    Route(
        method="PATCH",
        path=KEY,
        need=Need.ACCOUNT,
        handler=rename,
        summary="Give one of your API keys another name",
        body=KeyEdit,
        answer=Key,
    ),
    Route(
        method="DELETE",
        path=KEY,
        need=Need.ACCOUNT,
        handler=revoke,
        summary="Revoke one of your API keys",
        status=204,
    ),
)
