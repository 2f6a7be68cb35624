"""``swanlab convert``: runs of other trackers become runs of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from swanlab import credentials, settings
from swanlab.cli.output import Fails, line
from swanlab.convert.recording import Converted, Target
from swanlab.errors import AuthenticationError


@click.command()
@click.option(
    "-t",
    "--type",
    "kind",
    required=True,
    type=click.Choice(["tensorboard", "wandb", "wandb-local", "mlflow"]),
    help="What wrote them.",
)
@click.option("-p", "--project", help="Project they go to; default is the one they had.")
@click.option("-w", "--workspace", help="Workspace they go to; default is your own.")
@click.option(
    "--mode",
    type=click.Choice(["cloud", "online", "local", "offline"]),
    help="Default: cloud if you are logged in, else local.",
)
@click.option("-l", "--logdir", type=click.Path(path_type=Path), help="Where they are recorded.")
@click.option("--resume", is_flag=True, help="Leave out those that the logdir holds already.")
@click.option(
    "--tb-log-dir",
    "--tb_logdir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="tensorboard: folder of its event files.",
)
@click.option("--wb-project", help="wandb: the project.")
@click.option("--wb-entity", help="wandb: whose project it is.")
@click.option("--wb-runid", help="wandb: only this run.")
@click.option(
    "--wb-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("wandb"),
    help="wandb-local: folder of its runs.",
)
@click.option("--wb-run-dir", help="wandb-local: only the run in this folder of it.")
@click.option("--mlflow-url", "--mlflow-uri", help="mlflow: address of its server or database.")
@click.option("--mlflow-exp", help="mlflow: only this experiment, by name or id.")
@click.option("--mlflow-runid", help="mlflow: only this run.")
def convert(
    kind: str,
    project: str | None,
    workspace: str | None,
    mode: str | None,
    logdir: Path | None,
    resume: bool,
    **where: Any,
) -> None:
    """Convert what another tracker recorded, with the times it had there."""
    folder = logdir or Path(settings.get("logdir") or "swanlog")
    login = _login(mode)
    sent = "cloud" if login else "offline" if mode == "offline" else "local"
    target = Target(folder.absolute(), login, sent, project, workspace, resume)
    made = 0
    for one in _converted(kind, target, where):
        made += 1
        line(f"{one.name}: {one.points:,} points. {one.url or one.run_dir}")
    if not made and not resume:
        raise Fails("there was nothing to convert.")
    line(f"{made} run{'' if made == 1 else 's'} converted.")


def _login(mode: str | None) -> credentials.Login | None:
    if mode in ("local", "offline"):
        return None
    login = credentials.find()
    if login is None and mode is not None:
        raise AuthenticationError("you are not logged in. Run: swanlab login")
    return login


def _converted(kind: str, target: Target, where: dict[str, Any]) -> Iterator[Converted]:
    if kind == "tensorboard":
        from swanlab.convert import tensorboard

        return tensorboard.convert(where["tb_log_dir"], target)
    if kind == "wandb-local":
        from swanlab.convert import wandb_local

        return wandb_local.convert(where["wb_dir"], target, where["wb_run_dir"])
    if kind == "wandb":
        from swanlab.convert import wandb

        return wandb.convert(target, where["wb_project"], where["wb_entity"], where["wb_runid"])
    from swanlab.convert import mlflow

    return mlflow.convert(target, where["mlflow_url"], where["mlflow_exp"], where["mlflow_runid"])
