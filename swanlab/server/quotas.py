"""What a workspace may hold: runs, and bytes of files and media.

A run that was opened goes on whatever happens: its points and console are always taken, and they
are small. A new run, or a file, that is too much is answered 507, as when the disk is full: clients
keep what they have, go on recording, and ask again until there is room. Nothing of a training is
lost.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from swanlab.server.db import quotas
from swanlab.server.db.quotas import QuotaRow
from swanlab.server.http import Problem, no_such
from swanlab.server.messages.admin import InstanceSettings, Quota

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from swanlab.server.state import Server

COUNTED = 10.0
"""Seconds for which the bytes of a workspace are not counted again."""


class Counted:
    """The bytes of workspaces as they were counted last."""

    def __init__(self) -> None:
        self._bytes: dict[int, tuple[float, int]] = {}

    def bytes_of(self, connection: Connection, workspace: int) -> int:
        """Return the bytes of a workspace; they may be some seconds old."""
        held = self._bytes.get(workspace)
        if held is not None and time.monotonic() - held[0] < COUNTED:
            return held[1]
        if len(self._bytes) > 10_000:
            self._bytes.clear()
        found = quotas.used_bytes(connection, workspace)
        self._bytes[workspace] = (time.monotonic(), found)
        return found

    def forget(self, workspace: int) -> None:
        """Count it anew when it is asked for next."""
        self._bytes.pop(workspace, None)


def check_run(server: Server, connection: Connection, workspace: str) -> None:
    """Raise a 507 ``Problem`` if the run just added to the workspace is too much for it."""
    row = quotas.of_workspace(connection, workspace)
    if row is None:
        return
    settings = server.auth.settings()
    most_runs, most_bytes = _runs(row, settings), _bytes(row, settings)
    if most_runs is not None and quotas.used_runs(connection, row.id) > most_runs:
        raise _full(f"Workspace {row.name} may have {most_runs:,} runs: delete some")
    if most_bytes is not None and server.counted.bytes_of(connection, row.id) > most_bytes:
        raise _too_many_bytes(row, most_bytes)


def check_bytes(server: Server, project: int, more: int) -> None:
    """Raise a 507 ``Problem`` if so many more bytes are too much for the project's workspace."""
    settings = server.auth.settings()
    with server.db.read() as connection:
        row = quotas.of_project(connection, project)
        most = None if row is None else _bytes(row, settings)
        if row is None or most is None:
            return
        if server.counted.bytes_of(connection, row.id) + more > most:
            raise _too_many_bytes(row, most)


def added(server: Server, project: int) -> None:
    """Bytes were added to a project: count those of its workspace anew."""
    with server.db.read() as connection:
        row = quotas.of_project(connection, project)
    if row is not None:
        server.counted.forget(row.id)


def shown(server: Server, connection: Connection, workspace: str) -> Quota:
    """Return what a workspace may hold, and holds."""
    row = found(connection, workspace)
    settings = server.auth.settings()
    return Quota(
        workspace=row.name,
        bytes=row.quota_bytes,
        runs=row.quota_runs,
        limit_bytes=_bytes(row, settings),
        limit_runs=_runs(row, settings),
        used_bytes=quotas.used_bytes(connection, row.id),
        used_runs=quotas.used_runs(connection, row.id),
    )


def found(connection: Connection, workspace: str) -> QuotaRow:
    """Return the quota of a workspace, or raise ``Problem``."""
    row = quotas.of_workspace(connection, workspace)
    if row is None:
        raise no_such("workspace")
    return row


def _bytes(row: QuotaRow, settings: InstanceSettings) -> int | None:
    return settings.quota_bytes if row.quota_bytes is None else row.quota_bytes


def _runs(row: QuotaRow, settings: InstanceSettings) -> int | None:
    return settings.quota_runs if row.quota_runs is None else row.quota_runs


def _too_many_bytes(row: QuotaRow, most: int) -> Problem:
    return _full(f"Workspace {row.name} may hold {most:,} bytes of files and media: delete some")


def _full(what: str) -> Problem:
    message = f"{what}, or ask an admin for more. What is recorded is kept until there is room."
    return Problem(507, "quota", message, headers={"retry-after": "30"})
