"""The audit log: who changed what others may do, or deleted something; when, and from where.

An entry is written in the transaction of what it tells of: neither is there without the other. It
names things as they were called then, and stays when they, or who did it, are gone. No secret is
ever put into one, not even its hash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING

import msgspec

from swanlab.server.db import audit

if TYPE_CHECKING:
    import sqlalchemy as sa

    from swanlab.server.db.projects import ProjectRow
    from swanlab.server.db.users import UserRow

address: ContextVar[str] = ContextVar("swanlab_address", default="")
"""Where the request comes from that is served in this context; empty for the server itself."""
_ACTION = re.compile(r"[a-z]+\.[a-z_]+")
_SECRET = re.compile(r"password|secret|token|hash", re.IGNORECASE)
_LONGEST = 4096
_NAMED = 50
"""Runs that an entry names; of more it says how many."""


def note(
    connection: sa.Connection,
    actor: UserRow | None,
    action: str,
    target: str,
    detail: Mapping[str, object] | None = None,
    *,
    workspace: str | None = None,
) -> None:
    """Write an entry in the caller's transaction, which is to write.

    Args:
        connection: of the transaction that makes the change.
        actor: who did it; None for the server itself and for who has no account.
        action: noun and verb, such as ``user.disable`` or ``project.delete``.
        target: the path or name of what it was done to, such as ``lab/demo``.
        detail: what was changed, as plain data without secrets; shortened when it is long.
        workspace: name of the workspace whose owners and admins may read the entry, too; call
            this before the workspace is deleted or renamed.

    Raises:
        ValueError: the action is not of that form, or the detail names a secret.
    """
    if _ACTION.fullmatch(action) is None:
        raise ValueError(f"{action!r} is not an action: a noun, a dot and a verb")
    given = dict(detail or {})
    if named := next(filter(_SECRET.search, given), None):
        raise ValueError(f"an audit entry must not hold a {named}")
    told = msgspec.json.encode(given, enc_hook=str).decode()
    if len(told) > _LONGEST:
        told = msgspec.json.encode({"shortened": told[:_LONGEST]}).decode()
    audit.add(
        connection,
        actor=None if actor is None else actor.username,
        address=address.get(),
        action=action,
        target=target[:_LONGEST],
        workspace=workspace,
        detail=told,
    )


def note_runs(
    connection: sa.Connection, actor: UserRow | None, project: ProjectRow, run_ids: Sequence[str]
) -> None:
    """Write that runs of a project are deleted in the caller's transaction."""
    where = f"{project.workspace}/{project.name}"
    if len(run_ids) == 1:
        where = f"{where}/{run_ids[0]}"
    told = {"count": len(run_ids), "runs": list(run_ids[:_NAMED])}
    note(connection, actor, "run.delete", where, told, workspace=project.workspace)
