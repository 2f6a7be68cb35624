"""Ray: ``RunConfig(callbacks=[SwanLabLoggerCallback()])``; in a worker ``setup_swanlab()``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ray
from ray.tune.logger import LoggerCallback

import swanlab
from swanlab import credentials
from swanlab.credentials import Login
from swanlab.integration.attachment import init_arguments, numbers
from swanlab.integration.trial import TrialRun
from swanlab.sdk.guard import never_raises, say

_ABOUT_THE_TRIAL = frozenset(
    {"done", "should_checkpoint", "pid", "timestamp", "date", "time_since_restore"}
    | {"iterations_since_restore", "warmup_time", "config", "trial_id", "experiment_tag"}
)
"""What Ray adds to each result and is no metric."""


class SwanLabLoggerCallback(LoggerCallback):
    """Records each trial of a tuning as a run of its own, in one group."""

    def __init__(  # noqa: PLR0913 - the documented signature
        self,
        project: str | None = None,
        workspace: str | None = None,
        api_key_file: str | None = None,
        api_key: str | None = None,
        swanlab_host: str | None = None,
        excludes: list[str] | None = None,
        log_config: bool = False,
        upload_checkpoints: bool = False,
        save_checkpoints: bool = False,
        upload_timeout: int = 1800,
        **kwargs: Any,
    ) -> None:
        """Take what to record, and arguments of ``swanlab.init()`` for each trial.

        Args:
            project, workspace: of all trials.
            api_key_file: file that holds the API key.
            api_key: the API key itself; default is the remembered one.
            swanlab_host: address of the server; default is the one last used.
            excludes: parts of a result that are not recorded, such as ``time_total_s``.
            log_config: also record the config that comes with each result.
            upload_checkpoints, save_checkpoints: accepted; checkpoints stay where Ray puts them.
            upload_timeout: seconds to wait at the end of the experiment for what is under way.
            **kwargs: arguments of ``swanlab.init()``.
        """
        given = {"project": project, "workspace": workspace}
        self.arguments = init_arguments(given, kwargs)
        self.api_key = api_key
        self.api_key_file = api_key_file
        self.host = swanlab_host
        self.excludes = frozenset(excludes or ())
        self.log_config = log_config
        self.timeout = upload_timeout
        self._actors: dict[Any, Any] = {}
        self._ending: list[tuple[Any, Any]] = []

    @never_raises
    def log_trial_start(self, trial: Any) -> None:
        """Begin the trial's run; a trial that is restored goes on in its own."""
        if trial in self._actors:
            return
        arguments = {"experiment_name": str(trial), **self.arguments}
        if trial.experiment_dir_name:
            arguments.setdefault("group", trial.experiment_dir_name)
        # Where the program runs, not where Ray puts its workers.
        arguments["logdir"] = str(Path(arguments.get("logdir") or "swanlog").absolute())
        actor = ray.remote(num_cpus=0, max_restarts=0)(TrialRun)
        config = {**trial.config, "trial_id": trial.trial_id}
        login = _login(self.api_key, self.api_key_file, self.host)
        self._actors[trial] = actor.remote(arguments, _plain(config), login)

    @never_raises
    def log_trial_result(self, iteration: int, trial: Any, result: dict[str, Any]) -> None:
        """Record the numbers of a result at the trial's own iteration."""
        actor = self._actors.get(trial)
        if actor is None:
            self.log_trial_start(trial)
            actor = self._actors[trial]
        left_out = self.excludes | _ABOUT_THE_TRIAL
        values = _flat({key: value for key, value in result.items() if key not in left_out})
        actor.log.remote(values, int(result.get("training_iteration", iteration)))
        if self.log_config:
            actor.configure.remote(_plain(result.get("config", {})))

    @never_raises
    def log_trial_end(self, trial: Any, failed: bool = False) -> None:
        """End the trial's run."""
        actor = self._actors.pop(trial, None)
        if actor is not None:
            state = "crashed" if failed else "success"
            error = "The trial failed; see Ray's log." if failed else None
            self._ending.append((actor, actor.finish.remote(state, error)))

    @never_raises
    def on_experiment_end(self, trials: list[Any], **info: Any) -> None:
        """Wait, bounded, until the runs are ended, then let their processes go."""
        for trial in list(self._actors):
            self.log_trial_end(trial)
        answers = [answer for _, answer in self._ending]
        if answers:
            done, late = ray.wait(answers, num_returns=len(answers), timeout=self.timeout)
            self._say_failed(done)
            if late:
                say(f"ray: {len(late)} runs were not ended in {self.timeout} s.")
        for actor, _ in self._ending:
            ray.kill(actor)
        self._ending = []

    @staticmethod
    def _say_failed(done: list[Any]) -> None:
        for answer in done:
            try:
                ray.get(answer)
            except ray.exceptions.RayError as error:
                say(f"ray: the run of a trial could not be recorded: {error}")

    def __getstate__(self) -> dict[str, Any]:
        """Ray saves callbacks with the experiment: the key and the processes stay behind."""
        return {**vars(self), "api_key": None, "_actors": {}, "_ending": []}


def setup_swanlab(
    config: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    api_key_file: str | None = None,
    swanlab_host: str | None = None,
    rank_zero_only: bool = True,
    **kwargs: Any,
) -> swanlab.Run:
    """Begin a run in a function that Ray Tune or Ray Train calls, and return it.

    Args:
        config: hyper-parameters to record.
        api_key: the API key; default is the remembered one.
        api_key_file: file that holds it.
        swanlab_host: address of the server; default is the one last used.
        rank_zero_only: other workers than the first get a run that records nothing.
        **kwargs: arguments of ``swanlab.init()``; name and group are the trial's if not given.

    Raises:
        SwanLabError: as ``swanlab.init()`` raises it, or the key is malformed.
    """
    rank, defaults = _context()
    if rank_zero_only and rank:
        return swanlab.init(mode="disabled")
    if api_key or api_key_file or swanlab_host:
        login = _login(api_key, api_key_file, swanlab_host)
        if login is not None:
            credentials.use_for_this_process(login)
    arguments = {**defaults, **init_arguments({}, kwargs)}
    if "name" in arguments:
        arguments.pop("experiment_name", None)
    run = swanlab.init(**arguments)
    run.config.update({"FRAMEWORK": "ray", **_plain(config or {})})
    return run


def _context() -> tuple[int | None, dict[str, Any]]:
    """Return the worker's rank (None outside a distributed training) and arguments of ``init``."""
    from ray.train._internal.session import get_session

    session = get_session()
    if session is None:
        return _rank_of_train(), {}
    found = {"experiment_name": session.trial_name, "group": session.experiment_name}
    return session.world_rank, {name: value for name, value in found.items() if value}


def _rank_of_train() -> int | None:
    """Return the rank that Ray Train's newer workers know."""
    from ray import train

    try:
        return int(train.get_context().get_world_rank())
    except Exception:  # noqa: BLE001 - outside a worker there is none, which it says by many types
        return None


def _login(api_key: str | None, api_key_file: str | None, host: str | None) -> Login | None:
    """Return who the run is sent as: the given key, else the one remembered on this machine.

    Raises:
        AuthenticationError: the key is malformed.
        OSError: the file of the key cannot be read.
    """
    known = credentials.find(host)
    key = api_key
    if key is None and api_key_file is not None:
        key = Path(api_key_file).expanduser().read_text(encoding="utf-8")
    address = credentials.normal_host(host) if host else known.host if known else None
    if key is None or address is None:
        return known
    return Login(address, credentials.check_key(key))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Return the numbers of a result, nested ones joined by ``/``."""
    found = numbers({f"{prefix}{key}": value for key, value in values.items()})
    for key, value in values.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{key}/"))
    return found


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config without objects that another process may not be able to read."""
    from swanlab.sdk.config import entries

    return entries(config)
