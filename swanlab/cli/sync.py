"""``swanlab sync``: send recorded runs to a server. Sending one again changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from swanlab import credentials
from swanlab.cli.output import line, problem
from swanlab.credentials import Login
from swanlab.errors import AuthenticationError, InvalidArgument, SwanLabError
from swanlab.sidecar.sync import run_dirs, send_run


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-h", "--host", help="Server to send to; default is the one last used.")
@click.option("-k", "--api-key", help="API key; default is the remembered one.")
@click.option("-w", "--workspace", help="Workspace to send to instead of the recorded one.")
@click.option("-p", "--project", help="Project to send to instead of the recorded one.")
@click.option("-i", "--id", "run_id", help="Run id to send as instead of the recorded one.")
def sync(
    paths: tuple[Path, ...],
    host: str | None,
    api_key: str | None,
    workspace: str | None,
    project: str | None,
    run_id: str | None,
) -> None:
    """Send run folders, or folders of run folders, to a server."""
    login = _login(host, api_key)
    found = [run_dir for path in paths for run_dir in run_dirs(path)]
    if not found:
        raise InvalidArgument(f"no run is recorded in {', '.join(map(str, paths))}.")
    if run_id and len(found) > 1:
        raise InvalidArgument("--id is for one run; give the path of that run.")
    failed = 0
    for run_dir in found:
        try:
            sent = send_run(run_dir, login, workspace=workspace, project=project, run_id=run_id)
        except SwanLabError as error:
            failed += 1
            problem(f"{run_dir}: {error}")
            continue
        more = f", {sent.damaged:,} damaged bytes skipped" if sent.damaged else ""
        still = "; it is still being recorded" if sent.alive else ""
        line(f"{run_dir.name}: {sent.sent_bytes:,} bytes sent{more}{still}. {sent.url}")
    sys.exit(1 if failed else 0)


def _login(host: str | None, api_key: str | None) -> Login:
    login = credentials.find(host)
    if api_key:
        address = host or (login.host if login else None)
        if address is None:
            raise AuthenticationError("no server is known; give one with --host.")
        return Login(credentials.normal_host(address), credentials.check_key(api_key))
    if login is None:
        raise AuthenticationError(
            "you are not logged in" + (f" to {host}" if host else "") + ". Run: swanlab login"
        )
    return login
