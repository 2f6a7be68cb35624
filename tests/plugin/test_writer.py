"""CSV of runs, and copies of files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import swanlab
from swanlab.errors import InvalidArgument
from swanlab.plugin.writer import CSVWriter, LogdirFileWriter


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_run_is_a_row_with_its_config_and_last_values():
    for number in range(2):
        config = {"lr": 0.1 * number, "net": {"depth": 3}, "none": None}
        swanlab.init(
            project="cats", name=f"n{number}", mode="offline", config=config, callbacks=CSVWriter()
        )
        swanlab.log({"loss": 2.0, "only": number} if number else {"loss": 2.0})
        swanlab.log({"loss": 0.5 + number})
        swanlab.finish()
    first, second = rows("swanlab_run.csv")
    assert list(first)[:8] == [
        "project", "exp_name", "description", "datetime", "run_id", "workspace", "logdir", "url",
    ]  # fmt: skip
    assert (first["project"], first["exp_name"], first["state"]) == ("cats", "n0", "success")
    assert (first["loss"], second["loss"]) == ("0.5", "1.5")
    assert (first["only"], second["only"]) == ("", "1.0")
    assert (second["config/lr"], second["config/net/depth"]) == ("0.1", "3")
    assert second["config/none"] == "null"


def test_a_run_going_on_has_its_row_already():
    swanlab.init(project="cats", mode="offline", callbacks=CSVWriter("tables", "all.csv"))
    (row,) = rows("tables/all.csv")
    assert row["state"] == "running"


def test_runs_that_end_at_once_keep_all_rows(script):
    done = script(
        """
        import subprocess, sys
        one = ("import swanlab; from swanlab.plugin.writer import CSVWriter\\n"
               "swanlab.init(project='cats', mode='offline', callbacks=CSVWriter('.'))\\n"
               "swanlab.log({'a': 1})")
        for p in [subprocess.Popen([sys.executable, "-c", one]) for _ in range(5)]:
            assert p.wait() == 0
        """
    )
    assert done.returncode == 0, done.stderr
    assert [(row["state"], row["a"]) for row in rows("swanlab_run.csv")] == [("success", "1.0")] * 5


def test_files_are_copied_into_the_runs_folder(capsys):
    Path("config.yaml").write_text("mine: 1\n")
    Path("src").mkdir()
    Path("src", "net.py").write_text("x = 1\n")
    writer = LogdirFileWriter(sub_dir="code", file_path=["config.yaml", "missing.py", "src"])
    run = swanlab.init(project="cats", mode="offline", callbacks=[writer])
    assert Path(run.dir, "code", "config.yaml").read_text() == "mine: 1\n"
    assert Path(run.dir, "code", "src", "net.py").read_text() == "x = 1\n"
    assert "missing.py is not copied" in capsys.readouterr().err


def test_without_a_sub_folder_files_do_not_mix_with_ours():
    Path("config.yaml").write_text("mine: 1\n")
    run = swanlab.init(project="c", mode="offline", callbacks=LogdirFileWriter(files="config.yaml"))
    assert Path(run.dir, "files", "config.yaml").read_text() == "mine: 1\n"


def test_a_sub_folder_outside_of_the_run_is_refused():
    for bad in ("../x", "/etc"):
        with pytest.raises(InvalidArgument, match="leads out of"):
            LogdirFileWriter(sub_dir=bad)
