"""``swanlab.save``: which files are meant, what is said of the others, and what becomes of them."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

import swanlab
from swanlab.errors import NoActiveRun
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import wait_for


@pytest.fixture
def run():
    """A run whose background process samples nothing."""
    found = swanlab.init(project="cats", mode="local", settings={"monitor_interval": 0})
    yield found
    found.finish() if found.alive else None


def write(name: str, data: bytes = b"data") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def asked(run) -> dict[str, str]:
    """Name within the run to policy, as recorded by the training."""
    return {one.path: one.policy for one in recorded(run.dir).files}


def kept(folder: str | Path) -> dict[str, bytes]:
    """What lies in the run's folder, each file checked against the last record of it."""
    base = Path(folder) / "files"
    last = {one.path: one for one in recorded(folder, "sidecar").files}
    found = {}
    for path in sorted(path for path in base.rglob("*") if path.is_file()):
        name = path.relative_to(base).as_posix()
        data = found[name] = path.read_bytes()
        assert (last[name].digest, last[name].size) == (sha256(data).hexdigest(), len(data))
    return found


def test_a_file_a_folder_and_a_pattern_are_kept_by_their_names(run):
    for name in ("model.pt", "logs/a.txt", "logs/deep/b.txt", "plots/1.png", "plots/2.png", "x.py"):
        write(name, name.encode())
    assert swanlab.save("model.pt") == ["model.pt"]
    assert swanlab.save(Path("logs")) == ["logs/a.txt", "logs/deep/b.txt"]
    assert sorted(swanlab.save("plots/*.png", policy="end")) == ["plots/1.png", "plots/2.png"]
    assert swanlab.save(b"x.py", policy="now") == ["x.py"]
    folder = run.dir
    swanlab.finish()
    names = {"model.pt", "logs/a.txt", "logs/deep/b.txt", "plots/1.png", "plots/2.png", "x.py"}
    assert kept(folder) == {name: name.encode() for name in sorted(names)}


def test_double_stars_reach_every_folder_but_those_of_runs(run):
    write("a.txt")
    write("one/two/b.txt")
    assert sorted(swanlab.save("**/*")) == ["a.txt", "one/two/b.txt"]
    assert sorted(swanlab.save(".")) == ["a.txt", "one/two/b.txt"]
    write("swanlog/notes.txt")
    assert swanlab.save("swanlog/**/*.txt") == ["swanlog/notes.txt"]


def test_names_of_an_absolute_path_begin_above_what_is_no_pattern(run, tmp_path, capsys):
    write(f"{tmp_path}/data/out/a.txt")
    write(f"{tmp_path}/data/out/b/c.txt")
    assert swanlab.save(f"{tmp_path}/data/out/a.txt") == ["a.txt"]
    assert swanlab.save(f"{tmp_path}/data/out/*.txt") == ["out/a.txt"]
    assert f"begin below {tmp_path}/data" in capsys.readouterr().err
    named = swanlab.save(f"{tmp_path}/data/out/b/*", base_path=tmp_path)
    assert named == ["data/out/b/c.txt"]
    assert "begin below" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pattern", "given", "said"),
    [
        ("gs://bucket/model.pt", {}, "is not on this machine"),
        ("s3://bucket/model.pt", {}, "is not on this machine"),
        ("../secret.txt", {}, "leads out of"),
        ("sub/../../secret.txt", {}, "leads out of"),
        ("a.txt", {"base_path": "sub"}, "leads out of"),
        ("a.txt", {"policy": "sometimes"}, "policy must be one of live, now, end"),
        ("", {}, "names no file"),
        ("nothing-*.txt", {}, "no file to keep at"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_raised(run, capsys, pattern, given, said):
    write("../secret.txt")
    write("a.txt")
    capsys.readouterr()
    assert swanlab.save(pattern, **given) == []
    assert said in capsys.readouterr().err
    assert asked(run) == {}


def test_arguments_of_any_kind_raise_nothing(run, capsys):
    for given in (None, 7, object(), ["a.txt"]):
        assert swanlab.save(given) == []
    assert "the training goes on" in capsys.readouterr().err


def test_odd_files_are_left_out_and_said_once_each(run, capsys):
    write("good.txt")
    os.mkfifo("pipe")
    Path("dangling").symlink_to("nowhere")
    Path("link.txt").symlink_to("good.txt")
    Path("odd\nname").write_text("x")
    for _ in range(2):
        assert sorted(swanlab.save("*")) == ["good.txt", "link.txt"]
    said = capsys.readouterr().err
    assert said.count("dangling cannot be read") == 1
    assert said.count("pipe is not a file") == 1
    assert said.count("cannot be kept") == 1


def test_more_files_or_bytes_than_the_limits_are_said_never_cut_in_silence(capsys):
    limits = {"core": {"save_batch": 2, "save_size": 5}, "monitor_interval": 0}
    run = swanlab.init(project="cats", mode="local", settings=limits)
    for name in "abc":
        write(f"{name}.txt")
    write("large.bin", b"123456")
    assert len(swanlab.save("*.txt")) == 2
    assert "matches 3 files; the first 2 are kept and 1 are not" in capsys.readouterr().err
    assert swanlab.save("large.bin") == []
    assert "over the limit of 5" in capsys.readouterr().err
    run.finish()


def test_now_keeps_what_was_there_and_live_what_came_last(run):
    write("now.txt", b"first")
    write("live.txt", b"first")
    swanlab.save("now.txt", policy="now")
    swanlab.save("live.txt", policy="live")
    swanlab.save("end.txt", policy="end")
    folder = Path(run.dir)
    wait_for(lambda: {"now.txt", "live.txt"} <= set(kept(folder)))
    write("now.txt", b"second")
    write("live.txt", b"second")
    wait_for(lambda: (folder / "files" / "live.txt").read_bytes() == b"second")
    assert kept(folder)["now.txt"] == b"first"
    swanlab.save("now.txt", policy="now")
    wait_for(lambda: (folder / "files" / "now.txt").read_bytes() == b"second")
    write("live.txt", b"last words")
    swanlab.finish()
    assert kept(folder) == {"live.txt": b"last words", "now.txt": b"second"}


def test_end_keeps_what_is_there_when_the_run_ends(run):
    write("result.json", b"{}")
    swanlab.save("result.json", policy="end")
    folder = Path(run.dir)
    wait_for(lambda: recorded(folder, "sidecar").environment)
    assert not recorded(folder, "sidecar").files
    write("result.json", b'{"acc": 1}')
    swanlab.finish()
    assert kept(folder) == {"result.json": b'{"acc": 1}'}


def test_a_file_that_vanished_is_told_with_the_run(run):
    write("gone.txt")
    swanlab.save("gone.txt", policy="end")
    Path("gone.txt").unlink()
    folder = run.dir
    swanlab.finish()
    (told,) = recorded(folder, "sidecar").files
    assert (told.path, told.digest, told.error) == ("gone.txt", "", "No such file or directory")


def test_a_live_file_that_is_replaced_and_sometimes_away_is_followed(run):
    write("latest.pt", b"1")
    swanlab.save("latest.pt")
    folder = Path(run.dir)
    wait_for(lambda: kept(folder) == {"latest.pt": b"1"})
    Path("latest.pt").unlink()
    write("new.pt", b"22").replace("latest.pt")
    wait_for(lambda: kept(folder) == {"latest.pt": b"22"})
    swanlab.finish()
    assert not [one for one in recorded(folder, "sidecar").files if one.error]


def test_files_are_kept_when_the_training_is_killed(script):
    done = script(
        """
        import os, signal, swanlab
        from pathlib import Path
        swanlab.init(project="cats", mode="offline", settings={"monitor_interval": 0})
        Path("end.txt").write_text("end")
        Path("live.txt").write_text("live")
        swanlab.save("*.txt", policy="end")
        swanlab.save("live.txt", policy="live")
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert done.returncode == -9
    wait_for(lambda: recorded(run_folder(), "sidecar").finishes)
    wait_for(lambda: set(kept(run_folder())) == {"end.txt", "live.txt"})


def test_forked_children_and_ended_runs(script):
    done = script(
        """
        import os, swanlab
        from pathlib import Path
        run = swanlab.init(project="cats", mode="offline", settings={"monitor_interval": 0})
        if os.fork() == 0:
            Path("child.txt").write_text("child")
            assert swanlab.save("child.txt", policy="now") == ["child.txt"]
            os._exit(0)
        os.wait()
        Path("parent.txt").write_text("parent")
        assert run.save("parent.txt", policy="now") == ["parent.txt"]
        swanlab.finish()
        assert run.save("parent.txt") == []
        assert swanlab.save("parent.txt") == []
        swanlab.init(mode="disabled")
        assert swanlab.save("parent.txt") == []
        """
    )
    assert done.returncode == 0, done.stderr
    assert kept(run_folder()) == {"child.txt": b"child", "parent.txt": b"parent"}


def test_before_any_run_it_is_a_clear_error(script):
    done = script("import swanlab; swanlab.save('train.py')")
    assert "NoActiveRun: Call swanlab.init() before swanlab.save()" in done.stderr
    assert issubclass(NoActiveRun, RuntimeError)


def test_a_background_process_that_hangs_holds_up_nothing(run):
    write("a.txt")
    sidecar = run._sidecar._process
    os.kill(sidecar.pid, 19)
    try:
        for _ in range(20_000):  # more than a pipe holds
            run._sidecar.look()
        assert swanlab.save("a.txt") == ["a.txt"]
    finally:
        os.kill(sidecar.pid, 18)
    swanlab.finish()
    assert kept(run_folder()) == {"a.txt": b"data"}
