from __future__ import annotations

import csv

import pytest

from swanlab.errors import InvalidArgument, ServerError

LOSS = [(step, 1 / (step + 1)) for step in range(500)]


def test_a_run_is_written_into_a_file_point_by_point(api, record, tmp_path):
    run = api.run(record("export", "r1", {"loss": LOSS, "acc": [(7, float("nan"))]}))
    run.export(tmp_path / "points.csv")
    with (tmp_path / "points.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(r["step"]), float(r["value"])) for r in rows if r["key"] == "loss"] == LOSS
    assert [r["value"] for r in rows if r["key"] == "acc"] == ["nan"]
    run.export(tmp_path / "one", ["acc"], format="csv")
    assert (tmp_path / "one").read_text().count("\n") == 2


def test_what_cannot_be_written_leaves_no_half_of_a_file(api, record, tmp_path):
    run = api.run(record("export", "r2", {"loss": LOSS}))
    with pytest.raises(InvalidArgument, match="csv, parquet, arrow"):
        run.export(tmp_path / "points.xls")
    (tmp_path / "points.csv").write_text("older")
    run.delete(commit=True)
    with pytest.raises(ServerError):
        run.export(tmp_path / "points.csv")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["points.csv"]
    assert (tmp_path / "points.csv").read_text() == "older"
