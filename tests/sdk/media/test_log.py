"""What ``log()`` makes of media: steps, lists, names, and what else is in the call."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import swanlab
from swanlab.records import MEDIA, File
from swanlab.sdk.media import recording
from swanlab.sdk.media.calls import Shows
from swanlab.sdk.turns import Turns
from tests.conftest import run_folder
from tests.recorded import recorded

PIXELS = np.zeros((2, 2, 3), np.uint8)


def steps(book, key: str) -> list[int]:
    return [one.step for one in book.found.media if one.key == key]


def test_numbers_and_media_in_one_call(book):
    book.log({"loss": 0.5, "seen": swanlab.Image(PIXELS), "val": {"said": swanlab.Text("hi")}})
    found = book.found
    assert found.points == {"loss": [(0, 0.5)]}
    assert [(one.key, one.step, one.kind) for one in found.media] == [
        ("seen", 0, "image"), ("val/said", 0, "text"),
    ]  # fmt: skip


def test_without_a_step_every_key_goes_on_by_itself(book):
    text = swanlab.Text("x")
    book.log({"a": text})
    book.log({"a": text, "b": text, "loss": 1})
    book.log({"a": text}, step=10)
    book.log({"a": text})
    book.log({"a": swanlab.Image("gone.png")})  # nothing is there, so no step is used
    book.log({"a": text})
    assert steps(book, "a") == [0, 1, 10, 11, 12]
    assert steps(book, "b") == [0]


def test_a_key_may_hold_numbers_and_media(book):
    book.log({"x": 1})
    book.log({"x": swanlab.Text("one")})
    book.log({"x": 2})
    assert book.found.points["x"] == [(0, 1), (2, 2)]
    assert steps(book, "x") == [1]


def test_files_are_complete_before_the_record_that_names_them(book):
    book.log({"seen": [swanlab.Image(PIXELS), swanlab.Image(PIXELS, caption="b")]}, step=7)
    (entry,) = book.found.media
    noted = book.found.files
    assert [one.path for one in entry.items] == [one.path for one in noted]
    assert [one.caption for one in entry.items] == [None, "b"]
    for one in noted:
        assert one == File(
            one.t, one.path, size=len(book.read(one.path)), policy="now", kind="media-plain"
        )
        assert one.path.startswith(f"{MEDIA}image-step7-")


def test_longer_lists_are_cut_with_a_notice(book, capsys):
    book.log({"said": [swanlab.Text(str(n)) for n in range(110)]})
    assert [one.data.decode() for one in book.items("said")] == [str(n) for n in range(108)]
    said = capsys.readouterr().err
    assert "110 texts in one call; the first 108" in said
    assert "SWANLAB_MEDIA_BATCH" in said


def test_the_limit_of_lists_is_a_setting(book, monkeypatch):
    monkeypatch.setenv("SWANLAB_MEDIA_BATCH", "200")
    book.log({"said": [swanlab.Text(str(n)) for n in range(110)]})
    assert len(book.items("said")) == 110


def test_a_list_of_two_kinds_keeps_the_first(book, capsys):
    book.log({"x": [swanlab.Text("a"), swanlab.Image(PIXELS), swanlab.Text("b")]})
    assert [one.data for one in book.items("x")] == [b"a", b"b"]
    assert "mixes kinds" in capsys.readouterr().err


def test_one_bad_item_of_a_list_is_left_out(book, capsys):
    book.log({"x": [swanlab.Text("a"), swanlab.Text(None), swanlab.Text("b")]})
    assert [one.data for one in book.items("x")] == [b"a", b"b"]
    assert "'x' is not recorded: a text is" in capsys.readouterr().err


@pytest.mark.parametrize("value", [[], [1, 2], [swanlab.Text("a"), 1], ["a"], object()])
def test_what_is_neither_a_number_nor_media_is_said(book, capsys, value):
    book.log({"x": value, "loss": 1})
    assert not book.found.media
    assert "neither a number nor media" in capsys.readouterr().err


def test_a_large_file_is_refused_with_the_setting(book, capsys, monkeypatch):
    monkeypatch.setenv("SWANLAB_MEDIA_SIZE", "100")
    book.log({"x": swanlab.Html("<p>" + "x" * 100)})
    assert not book.found.media
    assert "SWANLAB_MEDIA_SIZE" in capsys.readouterr().err


def test_what_no_record_holds_is_said(book, capsys):
    caption = "c" * (1 << 20)
    book.log({"x": [swanlab.Text("a", caption), swanlab.Text("b", caption), swanlab.Text("c")]})
    assert [one.data for one in book.items("x")] == [b"a", b"c"]
    assert "in one call" in capsys.readouterr().err


def test_a_disk_that_takes_nothing_is_said_and_numbers_go_on(book, capsys):
    (book.folder / "media").write_text("in the way")
    book.log({"x": swanlab.Image(PIXELS), "loss": 1})
    assert book.found.points == {"loss": [(0, 1)]}
    assert not book.found.media
    assert "cannot be written" in capsys.readouterr().err


def test_threads_write_beside_each_other(book):
    def work(name: str) -> None:
        for _ in range(20):
            book.log({name: swanlab.Image(PIXELS), "both": swanlab.Text(name)})

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert steps(book, "a") == steps(book, "b") == list(range(20))
    assert sorted(steps(book, "both")) == list(range(40))


@pytest.mark.parametrize("taking_turns", [False, True])
def test_other_threads_do_not_wait_while_a_picture_is_written(book, monkeypatch, taking_turns):
    """Nor does the console, which needs the same lock."""
    turns = Turns()
    book.writer.turns = turns if taking_turns else None  # as after a fork
    begun, go = threading.Event(), threading.Event()
    put = recording._put

    def slow(*given):
        begun.set()
        assert go.wait(60)
        return put(*given)

    monkeypatch.setattr(recording, "_put", slow)
    first = threading.Thread(target=book.log, args=({"seen": swanlab.Image(PIXELS), "a": 1},))
    first.start()
    try:
        assert begun.wait(60)
        other = threading.Thread(target=book.log, args=({"loss": 0.5},))
        other.start()
        other.join(60)
        assert not other.is_alive()
        assert book.found.points == {"loss": [(0, 0.5)]}
        assert not book.found.media
    finally:
        go.set()
        first.join()
        turns._lock.close()
    assert steps(book, "seen") == [0]
    assert book.found.points["a"] == [(0, 1)]


def test_two_threads_that_prepare_at_once_get_a_step_each(book, monkeypatch):
    both = threading.Barrier(2)
    (book.folder / "media").mkdir()
    put = recording._put

    def together(*given):
        both.wait(60)
        return put(*given)

    monkeypatch.setattr(recording, "_put", together)
    threads = [
        threading.Thread(target=book.log, args=({"seen": swanlab.Image(PIXELS)},)) for _ in "ab"
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(steps(book, "seen")) == [0, 1]
    assert len({one.path for one in book.found.files}) == 2


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("text", "caption"), ("image", "mode caption file_type size"),
        ("audio", "sample_rate caption"), ("video", "caption"), ("echarts", "caption"),
        ("html", "caption"), ("object3d", "caption"), ("molecule", "caption"),
    ],
)  # fmt: skip
def test_a_function_of_every_kind_takes_the_documented_arguments(name, options):
    for function in (getattr(swanlab, f"log_{name}"), getattr(Shows, f"log_{name}")):
        known = inspect.signature(function).parameters
        taken = {one for one in known if one != "self"}
        assert taken == {"key", "data", "step", *options.split()}
        assert all(known[one].kind is inspect.Parameter.KEYWORD_ONLY for one in taken)


def test_the_functions_record_and_spread_lists(capsys):
    swanlab.init(project="cats", mode="offline")
    swanlab.log_text(key="said", data="hi", caption="c", step=3)
    swanlab.log_text(key="said", data=["a", "b", "c"], caption=["x", "y"])
    swanlab.log_image(key="seen", data=[PIXELS, PIXELS], size=[1, 2], caption="all")
    swanlab.log_audio(key="heard", data=np.zeros(5), sample_rate=8000)
    swanlab.get_run().log_html(key="page", data="<p>")
    swanlab.log_image(key="bad", data="gone.png")
    swanlab.log_image(key=5, data=PIXELS)
    swanlab.finish()
    found = {(one.key, one.step): one for one in recorded(run_folder()).media}
    assert [one.caption for one in found["said", 4].items] == ["x", "y", None]
    assert [one.meta["width"] for one in found["seen", 0].items] == [1, 2]
    assert found["heard", 0].items[0].meta["sample_rate"] == 8000
    assert {key for key, _ in found} == {"said", "seen", "heard", "page", "5"}
    said = capsys.readouterr().err
    assert "caption has 2 items for 3 of data" in said
    assert "there is no file gone.png" in said


def test_the_functions_without_a_run(script):
    done = script('import swanlab; swanlab.log_image(key="x", data=[[0]])')
    assert "Call swanlab.init() before swanlab.log_image()" in done.stderr


def test_callbacks_are_told_of_media():
    told = []

    class Watcher(swanlab.Callback):
        @property
        def name(self):
            return "watcher"

        def on_media_flush(self, media_records, *args, **kwargs):
            told.extend(media_records)

    swanlab.init(project="cats", mode="offline", callbacks=Watcher())
    swanlab.log({"loss": 1})
    swanlab.log({"loss": 1, "said": swanlab.Text("hi"), "bad": swanlab.Image("gone.png")}, step=4)
    swanlab.finish()
    (one,) = told
    assert (one.key, one.step, one.media[0].content) == ("said", 4, "hi")


def test_a_disabled_run_writes_nothing():
    swanlab.init(mode="disabled")
    swanlab.log({"seen": swanlab.Image(PIXELS)})
    swanlab.log_text(key="said", data="hi")
    swanlab.finish()
    assert not Path("swanlog").exists()


def test_a_resumed_run_goes_on_behind_its_last_step():
    for _ in range(2):
        swanlab.init(project="cats", mode="offline", id="again", resume="allow")
        swanlab.log({"said": swanlab.Text("hi")})
        swanlab.log({"said": swanlab.Text("ho")})
        swanlab.finish()
    found = [one for path in sorted(Path("swanlog").glob("run-*")) for one in recorded(path).media]
    assert [one.step for one in found] == [0, 1, 2, 3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_numbers_on(script):
    done = script(
        """
        import os, swanlab
        swanlab.init(project="cats", mode="offline")
        swanlab.log({"said": swanlab.Text("parent")})
        if (child := os.fork()) == 0:
            swanlab.log({"said": swanlab.Text("child")})
            os._exit(0)
        os.waitpid(child, 0)
        swanlab.log({"said": swanlab.Text("parent again")})
        swanlab.finish()
        """
    )
    assert done.returncode == 0, done.stderr
    found = recorded(run_folder()).media
    assert sorted((one.step, one.items[0].data) for one in found) == [
        (0, b"parent"), (1, b"child"), (2, b"parent again"),
    ]  # fmt: skip


def test_a_kill_right_behind_log_loses_nothing():
    popen = subprocess.Popen(
        [sys.executable, "-c", """
import os, signal, numpy, swanlab
swanlab.init(project="cats", mode="offline")
for step in range(20):
    swanlab.log({"seen": swanlab.Image(numpy.full((64, 64, 3), step, "uint8"))})
os.kill(os.getpid(), signal.SIGKILL)
"""]
    )  # fmt: skip
    assert popen.wait(60) == -signal.SIGKILL
    folder = run_folder()
    found = recorded(folder).media
    assert [one.step for one in found] == list(range(20))
    for one in found:
        path = folder / "media" / one.items[0].path.removeprefix(MEDIA)
        assert path.stat().st_size > 0
