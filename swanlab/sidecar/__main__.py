"""The background process of one run: ``python -m swanlab.sidecar <run dir>``.

Standard input is the life line (see ``sdk/launch.py``). While the training lives, this process
samples the hardware and, in mode ``cloud``, uploads. When the line ends it notes a crash if the run
did not say how it ended, sends what is left, and goes.
"""

from __future__ import annotations

import os

if __name__ == "__main__" and hasattr(os, "nice"):
    os.nice(5)  # Before anything else is imported: the training comes first on every core.

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from swanlab.orders import Orders, Webhook
from swanlab.records import Environment, Finish
from swanlab.sidecar import changes, environment
from swanlab.sidecar.files import Keeper
from swanlab.sidecar.hardware import Probe, Training, described, probes
from swanlab.sidecar.journal import Journal, SidecarFile
from swanlab.sidecar.lock import Lock
from swanlab.sidecar.sampling import Hardware, Sampling

_KEEP_TRYING_SECONDS = 24 * 3600.0
_OPENED_SECONDS = 30.0
_EARLY_SAMPLES = (0.5, 1.5, 3.0)
"""Seconds between the first samples: short runs too have a curve."""


def _nothing() -> None:
    pass


class LifeLine:
    """Reads standard input to its end on a thread; ``ended`` is set then.

    ``let_go`` tells that the training said so itself, in words.
    """

    def __init__(self) -> None:
        self.let_go = False
        self.orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
        self.ended = threading.Event()
        self.asked: Callable[[], None] = _nothing
        """Called when the training asks to keep a file."""
        threading.Thread(target=self._listen, name="life line", daemon=True).start()

    def _listen(self) -> None:
        while (said := sys.stdin.buffer.readline()) == b"look\n":
            self.asked()
        if said == b"withdraw\n":
            os._exit(0)  # The run could not be had, and its folder is being removed.
        # "end", or the end of the stream: the upload goes on alike.
        self.let_go = bool(said)
        self.ended.set()


class Opened:
    """When the server says that the run began; set by the upload."""

    def __init__(self) -> None:
        self._known = threading.Event()
        self._created: int | None = None
        self.url: str | None = None
        """Address of the run's page."""

    def set(self, created: int | None, url: str) -> None:
        """The server has answered."""
        self._created, self.url = created, url
        self._known.set()

    def wait(self, ended: threading.Event) -> int | None:
        """Wait for the answer (Unix milliseconds), bounded; None without one."""
        until = time.monotonic() + _OPENED_SECONDS
        while not self._known.wait(0.1) and not ended.is_set() and time.monotonic() < until:
            pass
        return self._created


def main() -> int:
    """Serve one run until all is done; returns the exit code."""
    run_dir = Path(sys.argv[1])
    line = LifeLine()
    # Another run's sidecar may be sending what it took for an orphan's: it will soon be done.
    with Lock(run_dir, wait=60) as locked:
        if not locked:
            return 0
        journal = Journal(run_dir)
        while True:
            journal.catch_up()
            if journal.start is not None:
                break
            if line.ended.wait(0.02):
                return 0  # The training ended before its first records: there is no run.
        _serve(run_dir, line, journal)
    return 0


def _serve(run_dir: Path, line: LifeLine, journal: Journal) -> None:
    header = journal.header
    if header is None:
        return
    orders, start = line.orders, journal.start
    own = SidecarFile(run_dir, header, start.created if start is not None else None)
    upload = None
    closed, opened = threading.Event(), Opened()
    if orders.mode == "cloud":
        upload = _start_upload(run_dir, line, journal, closed, opened)
    if orders.webhook is not None and orders.rank == 0:
        threading.Thread(target=_announce, args=(orders.webhook, orders, run_dir, opened)).start()
    if orders.resume and orders.mode == "cloud":
        own.run_started = min(own.run_started, opened.wait(line.ended) or own.run_started)
    sampling = Sampling(header.run) if orders.shared else None
    disk_dir = None if orders.disk_dir is None else Path(orders.cwd, orders.disk_dir)
    training = Training(orders.pid, orders.visible, disk_dir or run_dir)
    found = probes(training) if orders.monitor_interval else []
    keeper = Keeper(run_dir, journal, own, orders.save_size)
    line.asked = keeper.look
    keeper.start()
    _describe(run_dir, own, orders, found, whole=orders.rank == 0)
    _watch(run_dir, line, journal, own, Hardware(found, sampling))
    journal.catch_up()
    _write_config(run_dir, journal)
    died = not journal.ended
    if died:
        own.put(Finish(own.elapsed(), "crashed", "The process ended without finishing the run."))
    keeper.close()
    own.close()
    closed.set()
    if died and not line.let_go and line.orders.on_crash:
        from swanlab.sidecar import notices

        # Only now: a training that came to an end, however, has told its callbacks itself.
        notices.send(line.orders.on_crash, run_dir, journal)
    if upload is not None:
        upload.join()


def _announce(webhook: Webhook, orders: Orders, run_dir: Path, opened: Opened) -> None:
    """Tell the webhook, with the address of the run's page once the server has given it."""
    from swanlab.sidecar.webhook import announce

    if orders.mode == "cloud":
        opened.wait(threading.Event())  # However short the run is.
    announce(webhook, orders.mode, run_dir, opened.url)


def _watch(
    run_dir: Path, line: LifeLine, journal: Journal, own: SidecarFile, hardware: Hardware
) -> None:
    """Sample the hardware and keep config.yaml fresh until the life line ends."""
    interval = line.orders.monitor_interval or 10.0
    due = iter((*_EARLY_SAMPLES, None))
    _write_config(run_dir, journal)
    while True:
        if values := hardware.sample():
            own.sample(values)
        pause = next(due, None)
        if line.ended.wait(interval if pause is None else min(pause, interval)):
            return
        if journal.catch_up():
            _write_config(run_dir, journal)
        line.asked()


def _describe(
    run_dir: Path, own: SidecarFile, orders: Orders, found: list[Probe], *, whole: bool
) -> None:
    """Find out about program and machine; keep it beside the run and in the run file.

    Of a run of several processes the first one tells of all; the others name their machine.
    """
    left_out = orders.left_out
    about = environment.collect(
        orders.argv, orders.cwd, orders.executable, orders.pid, orders.mode, left_out
    )
    if not orders.mask_secrets and "process" in about:
        about["process"]["command"] = " ".join(orders.argv)
    if "hardware" not in left_out:
        about["hardware"] = described(found)
    shown = msgspec.json.format(msgspec.json.encode(about), indent=2)
    (run_dir / "metadata.json").write_bytes(shown)
    if not whole:
        machine = {name: about[name] for name in ("host", "os", "hardware") if name in about}
        own.put(Environment(own.elapsed(), {f"rank {orders.rank}": machine}))
        return
    own.put(Environment(own.elapsed(), about))
    _note_packages(run_dir, own, orders)
    git = about.get("git")
    if orders.git_diff and git and git["dirty"]:
        _keep_diff(run_dir, own, orders.cwd, git)


def _note_packages(run_dir: Path, own: SidecarFile, orders: Orders) -> None:
    if "requirements" not in orders.left_out:
        installed = environment.packages()
        own.put(Environment(own.elapsed(), {"packages": installed}))
        _write_versions(run_dir / "requirements.txt", installed, "==")
    conda = environment.conda_packages() if orders.conda else {}
    if conda:
        own.put(Environment(own.elapsed(), {"conda": conda}))
        _write_versions(run_dir / "conda.txt", conda, "=")


def _keep_diff(run_dir: Path, own: SidecarFile, cwd: str, git: dict[str, Any]) -> None:
    changed = changes.diff(cwd)
    if changed is not None:
        (run_dir / "diff.patch").write_text(changed.text, encoding="utf-8", newline="")
        with_diff = {**git, "diff": changed.text, "diff_cut": changed.cut}
        own.put(Environment(own.elapsed(), {"git": with_diff}))


def _write_versions(path: Path, installed: dict[str, str], sign: str) -> None:
    lines = (f"{name}{sign}{version}\n" for name, version in installed.items())
    path.write_text("".join(lines), encoding="utf-8")


def _write_config(run_dir: Path, journal: Journal) -> None:
    config, text = journal.config, ""
    if config:
        import yaml

        text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (run_dir / "config.yaml").write_text(text, encoding="utf-8")


def _start_upload(
    run_dir: Path, line: LifeLine, journal: Journal, closed: threading.Event, opened: Opened
) -> threading.Thread:
    """Upload on a thread: a slow server must not hold up the samples."""
    thread = threading.Thread(
        target=_upload, args=(run_dir, line, journal, closed, opened), name="upload", daemon=False
    )
    thread.start()
    threading.Thread(target=_adopt, args=(run_dir, line.orders), name="orphans").start()
    return thread


def _upload(
    run_dir: Path, line: LifeLine, journal: Journal, closed: threading.Event, opened: Opened
) -> None:
    from swanlab.client import Client
    from swanlab.sidecar.blobs import Blobs
    from swanlab.sidecar.uploader import Uploader, send_all

    orders, start, header = line.orders, journal.start, journal.header
    if start is None or header is None:
        return
    host, api_key = orders.host or "", orders.api_key or ""
    blobs = Blobs(run_dir, journal, orders.save_part, live=True)
    uploader = Uploader(run_dir, Client(host, api_key), start, header, orders.resume, blobs)
    uploader.interval = orders.upload_interval
    uploader.when_opened = opened.set
    if orders.resume and not orders.shared:
        _send_former(run_dir, orders, header.run)
    ended_at: list[float] = []
    used = {api_key}

    def give_up() -> bool:
        if closed.is_set() and not ended_at:
            ended_at.append(time.monotonic())
        return bool(ended_at) and time.monotonic() - ended_at[0] > _KEEP_TRYING_SECONDS

    send_all(
        uploader,
        ended=closed.is_set,
        give_up=give_up,
        wait=lambda seconds: time.sleep(seconds) if closed.is_set() else closed.wait(seconds),
        login_again=lambda: _login_again(host, used),
    )
    uploader.client.close()


def _send_former(run_dir: Path, orders: Orders, run_id: str) -> None:
    """What an earlier part of the run left unsent comes before ours, or it would overwrite it."""
    from swanlab.credentials import Login
    from swanlab.sidecar.orphans import adopt

    adopt(run_dir, Login(orders.host or "", orders.api_key or ""), only=run_id, wait=8.0)


def _adopt(run_dir: Path, orders: Orders) -> None:
    """Care for runs whose own sidecar was killed, once ours is going."""
    from swanlab.credentials import Login
    from swanlab.sidecar.orphans import adopt

    adopt(run_dir, Login(orders.host or "", orders.api_key or ""))


def _login_again(host: str, used: set[str]) -> Any:
    """A client with the key remembered for our server, if it is none of those used so far."""
    from swanlab import credentials
    from swanlab.client import Client
    from swanlab.errors import AuthenticationError

    try:
        login = credentials.remembered(host)
    except AuthenticationError:
        return None  # The file cannot be read: it may be by the next look.
    if login is None or login.api_key in used:
        return None
    used.add(login.api_key)
    return Client(host, login.api_key)


if __name__ == "__main__":
    sys.exit(main())
