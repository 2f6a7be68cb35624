"""Dashboards before which a browser is put: ours and those of peers, each with the same data."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench import environments, scenes
from bench.peers import TRACKIO
from bench.rows import Failed, last_line
from bench.scenes import WORKSPACE, Scene
from tests.serving import PASSWORD, free_port

FAST = (
    "import sys; from swanlab.server import live; live.INTERVAL = float(sys.argv.pop(1)); "
    "from swanlab.cli.main import main; main()"
)
"""Our server with another least time between two hints of a run."""


class Board:
    """A web server in a process of its own, with all it starts."""

    def __init__(self, argv: list[str], port: int, log: Path, env: dict[str, str]) -> None:
        """Start it and wait until it answers.

        Raises:
            Failed: it does not within a minute.
        """
        self.host, self._log = f"http://127.0.0.1:{port}", log
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SWANLAB_", "PYTHON"))}
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                argv, stdout=output, stderr=output, env=kept | env, start_new_session=True
            )
        until = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                self.close()
                raise Failed(last_line(log))
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return httpx2.get(self.host, timeout=5).status_code < 500
        except httpx2.HTTPError:
            return False

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def close(self) -> None:
        """End it and all it started."""
        for how, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(self._process.pid, how)
            except ProcessLookupError:
                break
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()


def ours(folder: Path, interval: float | None = None) -> Board:
    """Serve what ``scenes.seed`` put into ``folder / "data"``."""
    (folder / "password").write_text(PASSWORD)
    port = free_port()
    program = ["-m", "swanlab"] if interval is None else ["-c", FAST, str(interval)]
    options = ["--port", str(port), "--data-dir", str(folder / "data")]
    options += ["--admin-password-file", str(folder / "password")]
    env = {"SWANLAB_SAVE_DIR": str(folder / "home"), "PYTHONPATH": str(environments.CHECKOUT)}
    return Board([sys.executable, *program, "server", *options], port, folder / "log", env)


@dataclass(frozen=True)
class ShownPeer:
    """A peer by its dashboard; ``env`` is added to the environment of its processes."""

    name: str
    """Of its package and module too."""
    release: str
    serve: Callable[[Fed, Scene, int], tuple[list[str], str]]
    """(fed, scene, port) to the command of its server and the address that shows the scene."""
    env: Callable[[Path], dict[str, str]] = lambda _: {}

    @property
    def module(self) -> str:
        """What is imported."""
        return self.name

    @property
    def requires(self) -> tuple[str, ...]:
        """What is installed."""
        return (f"{self.name}=={self.release}",)


@dataclass
class Fed:
    """A peer in an environment of its own, and its store below ``root``."""

    peer: ShownPeer
    root: Path
    boards: list[Board] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """Where what it was fed lies."""
        return self.root / "stores" / self.peer.name

    def feed(self, shown: tuple[Scene, ...], given: Path) -> None:
        """Feed it from ``given``, unless the same was fed before.

        Raises:
            Failed: it did not take it.
        """
        environments.make(self.root, self.peer)
        mark, wanted = self.store / "fed", repr([self.peer.requires, shown])
        if mark.is_file() and mark.read_text() == wanted:
            return
        shutil.rmtree(self.store, ignore_errors=True)
        self.store.mkdir(parents=True)
        script = str(Path(__file__).with_name("feeding.py"))
        for scene in shown:
            if not (given / scene.name).is_dir():
                scenes.write_down(given / scene.name, scene)
            argv = [self.program("python"), script, self.peer.name, str(self.store)]
            log = self.store / "feeding.log"
            with log.open("wb") as output:
                code = subprocess.call(
                    [*argv, str(given / scene.name)], stdout=output, stderr=output, env=self._env()
                )
            if code:
                raise Failed(f"{self.peer.name} was not fed: {last_line(log)}")
        mark.write_text(wanted)

    def program(self, name: str) -> str:
        """Return where a program of its environment lies."""
        return str(environments.python(self.root, self.peer).with_name(name))

    def _env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return kept | self.peer.env(self.store)

    def version(self) -> str:
        """Return the version installed."""
        return environments.version(self.root, self.peer)

    def serve(self, scene: Scene) -> tuple[Board, str]:
        """Start its dashboard; returns it and the address of the page that shows the scene."""
        port = free_port()
        argv, address = self.peer.serve(self, scene, port)
        board = Board(argv, port, self.store / "server.log", self.peer.env(self.store))
        if self.peer is TENSORBOARD:
            _wait_until_loaded(board, scene)
        return board, board.host + address


def _trackio(fed: Fed, scene: Scene, port: int) -> tuple[list[str], str]:
    shown = (
        f"import trackio; trackio.show(project={scene.name!r}, open_browser=False,"
        f" block_thread=True, host='127.0.0.1', server_port={port})"
    )
    return [fed.program("python"), "-c", shown], f"/?project={scene.name}"


def _mlflow(fed: Fed, scene: Scene, port: int) -> tuple[list[str], str]:
    experiment, *runs = json.loads((fed.store / f"{scene.name}.json").read_text())
    argv = [fed.program("mlflow"), "server", "--host", "127.0.0.1", "--port", str(port)]
    argv += ["--workers", "1", "--backend-store-uri", f"sqlite:///{fed.store}/mlflow.db"]
    argv += ["--artifacts-destination", str(fed.store / "artifacts")]
    if scene.runs == 1:
        return argv, f"/#/experiments/{experiment}/runs/{runs[0]}/model-metrics"
    return argv, f"/#/experiments/{experiment}/runs?compareRunsMode=CHART"


def _tensorboard(fed: Fed, scene: Scene, port: int) -> tuple[list[str], str]:
    argv = [fed.program("tensorboard"), "--logdir", str(fed.store / scene.name)]
    return [*argv, "--host", "127.0.0.1", "--port", str(port)], "/?forceSVG=true#timeseries"


def _wait_until_loaded(board: Board, scene: Scene) -> None:
    """Wait until TensorBoard has read its files: its page does not look again by itself."""
    asked = "/experiment/defaultExperimentId/data/plugin/timeseries/tags"
    until = time.monotonic() + 60
    while True:
        found = httpx2.get(board.host + asked, timeout=60).json()["scalars"]["runTagInfo"]
        if len(found) == scene.runs and all(len(tags) == scene.keys for tags in found.values()):
            break
        if time.monotonic() > until:
            board.close()
            raise Failed(f"read only {len(found)} runs in a minute")
        time.sleep(0.2)
    time.sleep(2)  # The tags are known by the first step, the last comes a moment later.


TRACKIO_PEER = ShownPeer(
    "trackio",
    "0.43.0",
    _trackio,
    lambda store: {**TRACKIO.env(store), "TRACKIO_AUTO_LOG_GPU": "0"},
)
MLFLOW = ShownPeer(
    "mlflow",
    "3.17.2",
    _mlflow,
    lambda _: {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
)
TENSORBOARD = ShownPeer("tensorboard", "2.21.0", _tensorboard)
PEERS = (TRACKIO_PEER, MLFLOW, TENSORBOARD)


def address(board: Board, scene: Scene, *, run: bool = False, search: str = "") -> str:
    """Return the address of our page of a scene, or of its first run."""
    path = f"/@{WORKSPACE}/{scene.name}"
    return board.host + (f"{path}/runs/{scene.run_names()[0]}" if run else path) + search
