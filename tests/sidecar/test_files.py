"""How files are kept: copied, hashed, and sent from where they lie when there is no room."""

from __future__ import annotations

import os
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from swanlab import records, runfile
from swanlab.records import File, Header
from swanlab.sidecar.files import Keeper, Unreadable, kept_at
from swanlab.sidecar.journal import Journal, SidecarFile
from swanlab.sidecar.sync import send_run
from tests.recorded import recorded
from tests.server.wire import frame, header, start
from tests.serving import Serving

LARGEST = 1 << 20


class Kept:
    """A run folder whose training asked for files, and its keeper."""

    def __init__(self, folder: Path, *wishes: File, reserve: int = 0) -> None:
        self.folder = folder
        folder.mkdir()
        asked: Header = header("kept", "trainer-1")
        (folder / f"trainer-1{runfile.SUFFIX}").write_bytes(
            frame(asked, start(project="cats", mode="offline"), *wishes)
        )
        self.journal = Journal(folder)
        self.journal.catch_up()
        self.own = SidecarFile(folder, asked)
        self.keeper = Keeper(folder, self.journal, self.own, LARGEST, reserve)

    def records(self) -> list[File]:
        return recorded(self.folder, "sidecar").files


def wish(path: Path, name: str | None = None, policy: str = "now") -> File:
    return File(0, name or path.name, policy=policy, source=os.fsencode(path))


def test_without_room_for_a_copy_the_file_itself_is_sent(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights" * 1000)
    kept = Kept(tmp_path / "run-1", wish(path), reserve=1 << 60)
    kept.keeper.tick(ended=True)
    kept.own.close()
    (noted,) = kept.records()
    assert noted.digest == sha256(path.read_bytes()).hexdigest()
    assert noted.source == os.fsencode(path)
    assert not list((kept.folder / "files").glob("*"))
    server = Serving(tmp_path / "server").start().log_in()
    try:
        from swanlab import credentials

        send_run(kept.folder, credentials.find(None))
        (found,) = server.get("/projects/admin/cats/runs/kept/files")["files"]
        assert (found["digest"], found["stored"]) == (noted.digest, True)
    finally:
        server.stop()


def test_what_is_not_a_file_by_now_or_too_long_is_told(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_bytes(b"x" * (LARGEST + 1))
    (tmp_path / "same").write_bytes(b"1")
    names = ("folder", "pipe", "long", "gone", "same")
    clash = wish(tmp_path / "same", "same/inside")
    kept = Kept(tmp_path / "run-1", *(wish(tmp_path / name) for name in names), clash)
    kept.keeper.tick(ended=False)
    told = {one.path: one.error for one in kept.records()}
    assert told["same"] == ""
    assert "not a file" in told["folder"] or "Is a directory" in told["folder"]
    assert "not a file" in told["pipe"]
    assert "over the limit" in told["long"]
    assert "No such file" in told["gone"]
    assert told["same/inside"]
    before = len(kept.records())
    kept.keeper.tick(ended=True)
    assert len(kept.records()) == before  # what was told is not told again
    assert not list(kept.folder.glob(".files-*"))
    kept.own.close()


def test_a_file_written_while_it_is_read_is_kept_as_it_was_at_one_length(tmp_path):
    path = tmp_path / "growing.log"
    path.write_bytes(b"line\n" * 1000)
    kept = Kept(tmp_path / "run-1", wish(path, policy="live"))
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set() and file.tell() < LARGEST // 2:
                file.write(b"line\n")

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        kept.keeper.tick(ended=True)
    finally:
        stop.set()
        growing.join()
    noted = kept.records()[-1]
    copy = (kept.folder / "files" / "growing.log").read_bytes()
    assert (sha256(copy).hexdigest(), len(copy)) == (noted.digest, noted.size)
    assert copy == path.read_bytes()[: noted.size]
    kept.own.close()


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", ".", "a\x00b"])
def test_no_name_in_a_run_file_leads_out_of_its_folder(tmp_path, name):
    with pytest.raises(Unreadable):
        kept_at(tmp_path, name)


def test_a_record_of_a_file_is_read_back_as_written():
    path = os.fsencode("dir/\udcff.bin")
    written = File(1, "a/b", 2, 3, "d" * 64, "live", "file", path, "")
    assert records.decode(records.encode(written)) == written
