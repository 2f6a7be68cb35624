"""Copying and moving runs between projects, as ``Api`` asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from swanlab.api.address import project_path, split
from swanlab.client import Client
from swanlab.errors import ServerError

Action = Literal["copy", "move"]


class Placed(msgspec.Struct, frozen=True):
    """Where runs were copied or moved to.

    ``runs`` says for the id of each what id it, or its copy, has in ``workspace/project``. The
    others are named: ``missing`` do not exist, ``running`` have not ended, and for those in
    ``taken``, which cannot be moved, the project has a run of that id.
    """

    workspace: str
    project: str
    runs: dict[str, str]
    missing: list[str]
    running: list[str]
    taken: list[str]

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return msgspec.structs.asdict(self)


def place(
    client: Client, action: Action, at: tuple[str, str], runs: Sequence[str], to: str
) -> Placed:
    """Copy or move runs of the project ``at`` to the one at the path ``to``."""
    workspace, project = split(to, "project")
    body = {"runs": list(runs), "workspace": workspace, "project": project}
    answer = client.request("POST", f"{project_path(*at)}/runs/{action}", body)
    return msgspec.convert(answer, Placed)


def place_one(
    client: Client, action: Action, at: tuple[str, str], run: str, to: str
) -> tuple[str, ...]:
    """Copy or move one run; returns workspace, project and id of where it, or its copy, is now.

    Raises ``ServerError`` when it was not done: 404 for a run that does not exist, 409 for one that
    has not ended or whose id is taken.
    """
    found = place(client, action, at, [run], to)
    if run in found.runs:
        return found.workspace, found.project, found.runs[run]
    where = f"{found.workspace}/{found.project}"
    if run in found.running:
        message = (
            f"Run {run} has not ended. End it where it trains; when nobody hears of it any more, "
            "set its state."
        )
        raise ServerError(message, status=409, code="running")
    if run in found.taken:
        raise ServerError(f"{where} has a run {run} already.", status=409, code="taken")
    raise ServerError(f"There is no run {run} in {'/'.join(at)}.", status=404, code="not_found")
