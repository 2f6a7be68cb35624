"""``swanlab.Table`` and ``swanlab.echarts.Table``: rows of values, texts and media."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import PIL.Image
import pytest

import swanlab


def test_cells_are_what_they_are(book):
    rows = [[1, 0.5, "a", None, True], [np.int64(2), np.float32(0.5), 7 + 0j, np.nan, np.True_]]
    found = book.one(swanlab.Table(["i", "f", "s", "n", "b"], rows, caption="t"))
    assert json.loads(found.data) == {
        "columns": ["i", "f", "s", "n", "b"],
        "rows": [[1, 0.5, "a", None, True], [2, 0.5, "(7+0j)", "nan", True]],
    }
    assert found.meta == {"rows": 2, "columns": 5}
    assert (found.format, found.caption) == ("json", "t")


def test_rows_come_one_by_one_too(book):
    table = swanlab.Table(columns=["x", "y"])
    table.add_data(1, 2)
    table.add_data(3, 4)
    assert json.loads(book.one(table).data)["rows"] == [[1, 2], [3, 4]]
    table.add_data(5, 6)
    assert len(json.loads(book.one(swanlab.Table(data=table)).data)["rows"]) == 3


def test_a_data_frame(book):
    frame = pd.DataFrame({"x": [1, 2], "name": ["a", "b"]})
    expected = {"columns": ["x", "name"], "rows": [[1, "a"], [2, "b"]]}
    for table in (swanlab.Table(dataframe=frame), swanlab.Table(data=frame)):
        assert json.loads(book.one(table).data) == expected


def test_columns_have_names_without_any(book):
    found = json.loads(book.one(swanlab.Table(rows=[[1, 2]])).data)
    assert found["columns"] == ["Column 1", "Column 2"]
    assert json.loads(book.one(swanlab.Table()).data) == {"columns": [], "rows": []}


def test_cells_may_be_media(book):
    picture = swanlab.Image(np.full((2, 3), 7, np.uint8), caption="cat")
    found = book.one(swanlab.Table(["id", "seen"], [[1, picture], [2, swanlab.Image("gone.png")]]))
    rows = json.loads(found.data)["rows"]
    assert rows[0] == [1, {"media": "0", "kind": "image", "format": "png", "caption": "cat"}]
    assert rows[1] == [2, None]
    assert PIL.Image.open(io.BytesIO(found.files["0"])).size == (3, 2)


def test_the_table_of_pyecharts_users(book):
    table = swanlab.echarts.Table()
    table.add(["step", "loss"], [[1, 0.5], [2, 0.25]], attributes={"class": "fancy"})
    for given in (table, swanlab.echarts.Table().add(["step", "loss"], [[1, 0.5], [2, 0.25]])):
        assert json.loads(book.one(given).data) == {
            "columns": ["step", "loss"], "rows": [[1, 0.5], [2, 0.25]],
        }  # fmt: skip


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: swanlab.Table(["a"], [[1], [1, 2]]), "a row has 1 cells, not 2"),
        (lambda: swanlab.Table(["a"], [[n] for n in range(100_001)]), "at most 100,000 rows"),
        (lambda: swanlab.Table(data=5), "TypeError"),
    ],
)
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, make, why):
    assert why in refused(make())
