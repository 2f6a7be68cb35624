"""``swanlab.plot``: curves and matrices as scikit-learn counts them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

import swanlab

TRUTH = np.random.default_rng(0).integers(0, 2, 200)
SCORE = np.round(TRUTH * 0.3 + np.random.default_rng(1).random(200) * 0.7, 2)


def option(book, chart) -> dict:
    return json.loads(book.one(chart).data)


@pytest.mark.parametrize("home", [swanlab, swanlab.plot], ids=["top", "plot"])
def test_roc(book, home):
    found = option(book, home.roc_curve(TRUTH, SCORE))
    (line,) = found["series"]
    assert line["name"] == f"AUC {metrics.roc_auc_score(TRUTH, SCORE):.4f}"
    fpr, tpr, _ = metrics.roc_curve(TRUTH, SCORE, drop_intermediate=False)
    assert np.allclose(np.unique(line["data"], axis=0), np.unique(np.c_[fpr, tpr], axis=0))
    assert found["title"]["text"]


def test_precision_and_recall(book):
    (line,) = option(book, swanlab.pr_curve(TRUTH, SCORE, "mine"))["series"]
    assert line["name"] == f"AP {metrics.average_precision_score(TRUTH, SCORE):.4f}"
    precision, recall, _ = metrics.precision_recall_curve(TRUTH, SCORE)
    assert np.allclose(np.unique(line["data"], axis=0), np.unique(np.c_[recall, precision], axis=0))


def test_many_classes_have_a_curve_each(book):
    truth = np.arange(90) % 3
    score = np.random.default_rng(2).random((90, 3))
    found = option(book, swanlab.roc_curve(truth, score, False))["series"]
    for place, line in enumerate(found):
        area = metrics.roc_auc_score(truth == place, score[:, place])
        assert line["name"] == f"{place} AUC {area:.4f}"
    both = np.c_[1 - SCORE, SCORE]
    assert len(option(book, swanlab.roc_curve(TRUTH, both))["series"]) == 1


@pytest.mark.parametrize("names", [None, ["cat", "dog", "fish"], ["a", "b", "c", "never seen"]])
def test_a_confusion_matrix(book, names):
    truth, taken = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    found = option(book, swanlab.confusion_matrix(truth, taken, names))
    counts = {(y, x): n for x, y, n in found["series"][0]["data"]}
    size = len(names or "012")
    expected = metrics.confusion_matrix(truth, taken, labels=range(size))
    assert counts == {(y, x): expected[y][x] for y in range(size) for x in range(size)}
    assert found["xAxis"]["data"] == (names or ["0", "1", "2"])


def test_classes_may_be_names(book):
    found = option(book, swanlab.confusion_matrix(["cat", "dog"], ["dog", "dog"]))
    assert found["xAxis"]["data"] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: swanlab.roc_curve([1, 1], [0.1, 0.2]), "2 to 200 classes"),
        (lambda: swanlab.roc_curve([0, 1], [0.1]), "do not match"),
        (lambda: swanlab.roc_curve([0, 1, 2], [0.1, 0.2, 0.3]), "(n, classes)"),
        (lambda: swanlab.pr_curve([0, 1, 2], np.zeros((3, 4))), "4 columns"),
        (lambda: swanlab.confusion_matrix([0, 1], [0]), "do not match"),
        (lambda: swanlab.confusion_matrix([0, 1], [0, 1], ["a"]), "1 names"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_only_it_left_out(refused, make, why):
    assert why in refused(make())
