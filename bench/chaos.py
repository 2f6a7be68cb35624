"""Kills servers, database, background processes and trainings under load, and counts every point.

Usage: ``python -m bench.chaos [--kills 100] [--seed N] [--database sqlite|postgresql] [--write]``.

Real trainings log known values through the SDK while processes are ended by SIGKILL and started
again: on SQLite one server, on PostgreSQL two behind one address and the database server itself. In
the end all is started again, what is left in the run folders is sent by ``swanlab sync``, and every
point that ``log()`` returned for is looked for by the API: there once, with its value. The exit
status is 1 if one is not, if a run is in the wrong state, or if ``swanlab server verify`` finds
something. The order of kills, pauses and victims follows from the seed; where exactly in its work a
process is hit, the machine decides. Linux only.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from bench import compare, sections, table, trainer
from bench.balancer import Balancer
from bench.compare import Tally
from bench.stage import Failed, Server, Stage, wait_for
from swanlab.client import Client, run_path
from swanlab.errors import ServerError, SwanLabError

KINDS = {"server": 4, "database": 2, "sidecar": 3, "training": 2, "training+sidecar": 1}
"""What is killed, and how often beside the others. The last one counts as two kills."""
ENDS: dict[int, set[str | None]] = {
    0: {None, "crashed"},
    trainer.BEGUN: {"crashed"},
    trainer.FINISHING: {"crashed", "finished"},
    trainer.FINISHED: {"finished"},
}
"""States that a run whose training was killed may be in, by how far it had come."""
LONGEST_WAIT = 120.0


@dataclass(frozen=True)
class Blow:
    """One thing that happens: after ``pause`` seconds, for ``away`` seconds, to one of ``kind``."""

    kind: str
    pause: float
    which: float
    away: float
    resumed: bool
    """Whether a training that is killed goes on as the same run."""


def plan(seed: int, kills: int, kinds: list[str], pace: float, resumes: float) -> Iterator[Blow]:
    """Yield what is to happen, the same for the same arguments.

    ``pace`` is seconds from one to the next, mean; ``resumes`` the share of the trainings that were
    killed which go on as the same run.
    """
    chance = random.Random(f"{seed} {kinds}")
    left = kills
    while left > 0:
        fitting = [kind for kind in kinds if kind.count("+") < left]
        (kind,) = chance.choices(fitting, [KINDS[kind] for kind in fitting])
        away = chance.choice((0.0, 0.3, 1.0, 3.0))
        pause, which = chance.uniform(0.1, 2.0) * pace, chance.random()
        yield Blow(kind, pause, which, away, resumed=chance.random() < resumes)
        left -= 1 + kind.count("+")


@dataclass
class Training:
    """A training process, and what is known of it without its help."""

    number: int
    steps: int
    process: subprocess.Popen[bytes]
    note: memoryview
    killed: bool = False
    resumed: int = 0
    maybe: set[int] = field(default_factory=set)
    """Steps for which ``log()`` was called and had not returned when it was killed."""


@dataclass
class Scene:
    """All that is killed, and what is due to come back."""

    folder: Path
    stage: Stage
    chance: random.Random
    runs: int
    rate: float
    trainings: list[Training] = field(default_factory=list)
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    """Servers that ended by themselves, for want of a database, and were started again."""

    def begin_training(self) -> None:
        """Start the next training, as long as the seed says."""
        number, steps = len(self.trainings), int(self.rate * self.chance.uniform(5, 40))
        note = trainer.new_note(self._note(number))
        self.trainings.append(Training(number, steps, self._started(number, steps), note))

    def resume(self, training: Training) -> None:
        """Go on with a run whose training was killed, as the next part of it."""
        training.note[trainer.PHASE] = 0
        training.process = self._started(training.number, training.steps)
        training.killed = False
        training.resumed += 1

    def _note(self, number: int) -> Path:
        return self.folder / f"note-{number}"

    def _started(self, number: int, steps: int) -> subprocess.Popen[bytes]:
        told = [str(number), str(steps), str(self.rate), str(self._note(number))]
        with (self.folder / "trainings.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bench.trainer", *told],
                stdout=log,
                stderr=log,
                env=_environment(),
                cwd=self.folder / "work",
            )

    def tend(self) -> None:
        """Bring back what is due, and replace trainings that have ended."""
        now = time.monotonic()
        for when, come_back in [one for one in self.due if one[0] <= now]:
            self.due.remove((when, come_back))
            come_back()
        for server in self.stage.servers:
            if server.process is not None and not server.lives():
                self.gone += 1
                server.begin()
        for _ in range(self.runs - len(self.alive())):
            self.begin_training()

    def alive(self) -> list[Training]:
        """Return the trainings that go on."""
        return [one for one in self.trainings if one.process.poll() is None]

    def rest(self, seconds: float) -> None:
        """Let it all go on for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.tend()
            time.sleep(0.05)

    def come_back(self) -> None:
        """Bring back all that is away, and wait until it answers."""
        while self.due:
            self.due.pop()[1]()
        for server in self.stage.servers:
            if not server.lives():
                server.begin()
        wait_for(self.stage.answers, LONGEST_WAIT, "a server that was killed does not answer")


def strike(scene: Scene, blow: Blow) -> str:
    """Kill what ``blow`` says, once there is one; returns what it was."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        scene.tend()
        said = _STRIKES[blow.kind](scene, blow)
        if said:
            return said
        if time.monotonic() > until:
            raise Failed(f"there is no {blow.kind} to kill")
        time.sleep(0.05)


def _strike_server(scene: Scene, blow: Blow) -> str:
    # One that comes back at once may be hit again while it starts, the others once they work.
    fit = Server.answers if blow.away else Server.lives
    there = [one for one in scene.stage.servers if one.lives() and fit(one)]
    if not there:
        return ""
    server = there[int(blow.which * len(there))]
    server.end(signal.SIGKILL)
    scene.due.append((time.monotonic() + blow.away, server.begin))
    scene.killed["server"] += 1
    return server.folder.name


def _strike_database(scene: Scene, blow: Blow) -> str:
    postgres = scene.stage.postgres
    if postgres is None or any(come_back == postgres.start for _, come_back in scene.due):
        return ""
    postgres.strike()
    scene.due.append((time.monotonic() + blow.away, postgres.start))
    scene.killed["database"] += 1
    return "PostgreSQL"


def _strike_sidecar(scene: Scene, blow: Blow) -> str:
    there = sidecars(scene.folder)
    if not there:
        return ""
    process, folder = there[int(blow.which * len(there))]
    process.kill()
    scene.killed["sidecar"] += 1
    return f"background process of {folder.name}"


def _strike_training(scene: Scene, blow: Blow) -> str:
    there = [one for one in scene.alive() if one.note[trainer.ATTEMPTED]]
    if not there:
        return ""
    return _kill_training(scene, there[int(blow.which * len(there))], blow)


def _strike_both(scene: Scene, blow: Blow) -> str:
    of = {folder.name.rpartition("-run-")[2]: process for process, folder in sidecars(scene.folder)}
    there = [one for one in scene.alive() if str(one.number) in of]
    if not there:
        return ""
    chosen = there[int(blow.which * len(there))]
    of[str(chosen.number)].kill()
    scene.killed["sidecar"] += 1
    return f"{_kill_training(scene, chosen, blow)} and its background process"


def _kill_training(scene: Scene, training: Training, blow: Blow) -> str:
    training.process.kill()
    training.process.wait(60)
    training.killed = True
    note = training.note
    training.maybe |= set(range(note[trainer.RETURNED], note[trainer.ATTEMPTED]))
    scene.killed["training"] += 1
    said = f"training of {trainer.run_id(training.number)}"
    if not blow.resumed:
        return said
    scene.due.append((time.monotonic() + blow.away, lambda: scene.resume(training)))
    return f"{said}, resumed in {blow.away:g} s"


_STRIKES = {
    "server": _strike_server,
    "database": _strike_database,
    "sidecar": _strike_sidecar,
    "training": _strike_training,
    "training+sidecar": _strike_both,
}


def sidecars(folder: Path) -> list[tuple[psutil.Process, Path]]:
    """Return the background processes of runs below ``folder``, and their run folders."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = process.info["cmdline"] or []
        if "swanlab.sidecar" in command and command[-1].startswith(str(folder)):
            found.append((process, Path(command[-1])))
    return sorted(found, key=lambda one: one[1])


def drain(scene: Scene, patience: float) -> None:
    """End the trainings, let the background processes send, and send what is left by hand.

    Raises:
        Failed: something does not come to its end.
    """
    scene.come_back()
    for training in scene.alive():
        training.note[trainer.STOP] = 1
    wait_for(lambda: not scene.alive(), LONGEST_WAIT, "a training does not end")
    until = time.monotonic() + patience
    while sidecars(scene.folder) and time.monotonic() < until:
        time.sleep(0.1)
    sent = subprocess.run(
        [sys.executable, "-m", "swanlab", "sync", "swanlog"],
        cwd=scene.folder / "work", capture_output=True, text=True, check=False, env=_environment(),
    )  # fmt: skip
    if sent.returncode:
        raise Failed(f"swanlab sync: {sent.stdout}{sent.stderr}")


def judge(scene: Scene, client: Client) -> Tally:
    """Compare all that was logged with what the server answers."""
    tally = Tally()
    for training in scene.trainings:
        tally.add(_judge_run(client, training))
        if not training.killed and training.process.returncode:
            tally.fault(f"training {training.number} ended with {training.process.returncode}")
    for server in scene.stage.servers:
        if "Traceback" in server.log.read_text():
            tally.fault(f"{server.folder.name} wrote a traceback into its log")
    return tally


def _expected(training: Training) -> set[str | None]:
    """Return the states that a run may be in."""
    if not training.killed:
        return {"finished"}
    phase = training.note[trainer.PHASE]
    if training.resumed and phase == 0:
        return {"crashed", "finished"}  # as the part before had ended
    return ENDS[phase]


def _judge_run(client: Client, training: Training) -> Tally:
    run, note, tally = trainer.run_id(training.number), training.note, Tally()
    path = run_path("admin", trainer.PROJECT, run)
    expected = _expected(training)
    state, until = _state(client, run), time.monotonic() + 30
    while state not in expected and time.monotonic() < until:
        time.sleep(0.2)
        state = _state(client, run)
    if state not in expected:
        tally.fault(f"{run} is {state}, and must be {' or '.join(map(str, expected))}")
    if state is None:
        return tally
    said = compare.summaries(client, path)
    for key, name in enumerate(trainer.keys()):
        steps = np.arange(0, note[trainer.RETURNED], trainer.every(key))
        steps = steps[~np.isin(steps, list(training.maybe))]
        values, about = trainer.value(training.number, key, steps), said.get(name)
        tally.add(compare.series(client, path, name, steps, values, training.maybe, about))
    return tally


def _state(client: Client, run: str) -> str | None:
    """Return the state of a run; None: there is no such run."""
    try:
        return str(client.request("GET", run_path("admin", trainer.PROJECT, run))["state"])
    except ServerError as error:
        if error.status != 404:
            raise
        return None


def verify(server: Server) -> str:
    """Return what ``swanlab server verify`` has to say; ``Failed`` if it finds something."""
    command = [sys.executable, "-m", "swanlab", "server", "verify"]
    if server.database_url:
        command += ["--database-url", server.database_url]
    else:
        command += ["--data-dir", str(server.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"swanlab server verify: {done.stdout}{done.stderr}")
    return "clean"


def _environment() -> dict[str, str]:
    checkout = str(Path(__file__).parent.parent)
    others = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [checkout, others]))}


def play(options: argparse.Namespace, folder: Path, stage: Stage) -> tuple[Scene, Tally, str]:
    """Do all of it; returns what happened, what was found, and what ``verify`` said."""
    ports = [server.port for server in stage.servers]
    port = Balancer(ports).port if len(ports) > 1 else ports[0]
    host = f"http://127.0.0.1:{port}"
    client = Client(host, stage.log_in(host), timeout=60)
    (folder / "work").mkdir()
    chance = random.Random(f"lengths {options.seed}")
    scene = Scene(folder, stage, chance, options.runs, options.rate)
    tally, said = Tally(), "not run"
    kinds = [one for one in KINDS if one != "database" or stage.postgres]
    try:
        blows = plan(options.seed, options.kills, kinds, options.pace, options.resumes)
        for number, blow in enumerate(blows, 1):
            scene.rest(blow.pause)
            what = strike(scene, blow)
            back = f"; back in {blow.away:g} s" if blow.kind in ("server", "database") else ""
            print(f"{number:4} {what}{back}", flush=True)
        drain(scene, options.patience)
        tally = judge(scene, client)
        said = verify(stage.servers[0])
    except (Failed, SwanLabError) as error:
        tally.fault(str(error))
    finally:
        client.close()
        for training in scene.alive():
            training.process.kill()
            training.process.wait()
        for process, _ in sidecars(folder):
            process.kill()
    return scene, tally, said


def report(options: argparse.Namespace, scene: Scene, tally: Tally, said: str) -> list[str]:
    """Return what is to be read in the end, as Markdown."""
    kills = ", ".join(f"{count} {kind}" for kind, count in sorted(scene.killed.items()))
    states = Counter("killed" if one.killed else "ended by itself" for one in scene.trainings)
    runs = ", ".join(f"{count} {kind}" for kind, count in sorted(states.items()))
    resumed = sum(one.resumed for one in scene.trainings)
    lines = [
        "| what | |",
        "|---|---|",
        f"| seed | {options.seed} |",
        f"| SIGKILLs | {scene.killed.total()}: {kills} |",
        f"| servers that ended for want of a database and were started again | {scene.gone} |",
        f"| runs | {len(scene.trainings)}: {runs}; gone on with {resumed} times |",
        f"| points that `log()` returned for | {tally.acknowledged:,} |",
        f"| lost | {tally.lost:,} |",
        f"| doubled | {tally.doubled:,} |",
        f"| of another value | {tally.wrong:,} |",
        f"| that nobody logged | {tally.strange:,} |",
        f"| `swanlab server verify` | {said} |",
        f"| faults | {len(tally.faults)} |",
    ]
    return lines + [f"- {fault}" for fault in tally.faults]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--runs", type=int, default=4, help="trainings at a time")
    parser.add_argument("--rate", type=float, default=100, help="steps a second of each training")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds from kill to kill, mean")
    parser.add_argument("--resumes", type=float, default=0.3, help="share of trainings killed")
    parser.add_argument("--patience", type=float, default=60, help="seconds left to what sends")
    parser.add_argument("--write", action="store_true", help="write a section of RESULTS.md")
    parser.add_argument("--folder", type=Path, help="to work in; it is kept")
    return parser.parse_args()


def main() -> int:
    """Run it; returns the exit status."""
    options, begun = _options(), f"{table.today()}, load {table.load()}"
    folder = options.folder or Path(tempfile.mkdtemp(prefix="swanlab-chaos-"))
    for name in [name for name in os.environ if name.startswith("SWANLAB_")]:
        del os.environ[name]
    os.environ |= {"SWANLAB_SAVE_DIR": str(folder / "home"), "SWANLAB_FINISH_TIMEOUT": "3"}
    stage = Stage(folder, options.database, 2 if options.database == "postgresql" else 1)
    try:
        version = stage.version()
        scene, tally, said = play(options, folder, stage)
    finally:
        stage.close()
    lines = report(options, scene, tally, said)
    print("", *lines, sep="\n")
    if options.write:
        command = f"python -m bench.chaos {' '.join(sys.argv[1:])}"
        head = sections.where(begun, version, command)
        sections.put(sections.RESULTS, f"`chaos.py`, {options.database}", [*head, "", *lines])
    if tally.faults:
        print(f"\nAll of it is kept in {folder}")
    elif options.folder is None:
        shutil.rmtree(folder)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
