"""``swanlab sync``: send recorded runs to a server. Sending one again changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from swanlab.cli.output import line, problem
from swanlab.errors import InvalidArgument, SwanLabError
from swanlab.sidecar.portion import Portion, moment
from swanlab.sidecar.sync import login_for, new_id, run_dirs, send_run


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-h", "--host", help="Server to send to; default is the one last used.")
@click.option("-k", "--api-key", help="API key; default is the remembered one.")
@click.option("-w", "--workspace", help="Workspace to send to instead of the recorded one.")
@click.option("-p", "--project", help="Project to send to instead of the recorded one.")
@click.option("-i", "--id", "run_id", help="Run id to send as; 'new' for a fresh one.")
@click.option("--start-step", type=click.IntRange(min=0), help="Leave out earlier steps.")
@click.option("--end-step", type=click.IntRange(min=0), help="Leave out later steps.")
@click.option("--start-time", help="Leave out what is older: 2026-01-31T18:30 or Unix seconds.")
@click.option("--end-time", help="Leave out what is newer.")
def sync(  # noqa: PLR0913 - one for each option
    paths: tuple[Path, ...],
    host: str | None,
    api_key: str | None,
    workspace: str | None,
    project: str | None,
    run_id: str | None,
    start_step: int | None,
    end_step: int | None,
    start_time: str | None,
    end_time: str | None,
) -> None:
    """Send run folders, or folders of run folders, to a server."""
    login = login_for(host, api_key)
    portion = Portion(start_step, end_step, moment(start_time), moment(end_time))
    run_id = new_id(run_id)
    found = [run_dir for path in paths for run_dir in run_dirs(path)]
    if not found:
        raise InvalidArgument(f"no run is recorded in {', '.join(map(str, paths))}.")
    if run_id and len(found) > 1:
        raise InvalidArgument("--id is for one run; give the path of that run.")
    failed = 0
    for run_dir in found:
        try:
            sent = send_run(
                run_dir,
                login,
                workspace=workspace,
                project=project,
                run_id=run_id,
                portion=portion,
            )
        except SwanLabError as error:
            failed += 1
            problem(f"{run_dir}: {error}")
            continue
        more = f", {sent.damaged:,} damaged bytes skipped" if sent.damaged else ""
        still = "; it is still being recorded" if sent.alive else ""
        line(f"{run_dir.name}: {sent.sent_bytes:,} bytes sent{more}{still}. {sent.url}")
    sys.exit(1 if failed else 0)
