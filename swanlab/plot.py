"""``swanlab.plot``: curves and matrices of classifiers, counted here and drawn by ECharts.

Definitions: T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006),
algorithms 1 and 2; average precision is the sum of the steps of recall times the precision there.
"""

from __future__ import annotations

from typing import Any

from swanlab.sdk.media.arrays import to_array
from swanlab.sdk.media.echarts import ECharts
from swanlab.sdk.media.medium import BadMedia, library

MOST_POINTS = 1000
"""Of a curve as it is drawn; more are thinned out evenly."""
MOST_CLASSES = 200


def roc_curve(y_true: Any, y_pred_proba: Any, title: str | bool | None = None) -> ECharts:
    """Return the ROC curve, with the area under it.

    Args:
        y_true: class of each sample, shape (n,); two classes, or as many as there are columns.
        y_pred_proba: score of the positive class, shape (n,), or of every class, (n, classes).
        title: above the chart; ``True`` or None for the usual one, ``False`` for none.
    """
    return _curves(y_true, y_pred_proba, _roc, _titled(title, "ROC"), ("FPR", "TPR"))


def pr_curve(y_true: Any, y_pred_proba: Any, title: str | bool | None = None) -> ECharts:
    """Return the precision-recall curve, with the average precision; arguments as ``roc_curve``."""
    title = _titled(title, "Precision-recall")
    return _curves(y_true, y_pred_proba, _pr, title, ("recall", "precision"))


def confusion_matrix(
    y_true: Any, y_pred: Any, class_names: Any = None, title: str | bool | None = None
) -> ECharts:
    """Return how often each class was taken for which.

    Args:
        y_true: class of each sample, shape (n,).
        y_pred: class it was taken for, shape (n,).
        class_names: names of the classes in ascending order of their values.
        title: above the chart; ``True`` or None for the usual one, ``False`` for none.
    """
    return _drawn(_matrix, y_true, y_pred, class_names, _titled(title, "Confusion matrix"))


def _titled(title: str | bool | None, usual: str) -> str:
    if title is False:
        return ""
    return usual if title is None or title is True else str(title)


def _drawn(draw: Any, *args: Any) -> ECharts:
    """Return the chart; what cannot be drawn is said when it is logged."""
    try:
        return ECharts(draw(*args))
    except Exception as error:  # noqa: BLE001 - foreign arrays fail as they like
        failed = ECharts({})
        failed.fault = (
            str(error) if isinstance(error, BadMedia) else f"{type(error).__name__}: {error}"
        )
        return failed


def _curves(y_true: Any, scores: Any, count: Any, title: str, axes: tuple[str, str]) -> ECharts:
    def draw() -> dict[str, Any]:
        truth, score = to_array(y_true).ravel(), to_array(scores)
        classes = sorted(set(truth.tolist()))
        if len(classes) < 2 or len(classes) > MOST_CLASSES:
            raise BadMedia(f"there are 2 to {MOST_CLASSES} classes in y_true, not {len(classes)}")
        if len(truth) != len(score):
            raise BadMedia(f"{len(truth)} classes and {len(score)} scores do not match")
        if score.ndim == 2 and score.shape[1] == 2 and len(classes) == 2:
            score = score[:, 1]
        if score.ndim == 1 and len(classes) != 2:
            raise BadMedia("more than two classes need scores of shape (n, classes)")
        if score.ndim == 1:
            found = {"": count(truth == classes[1], score)}
        elif score.shape[1] != len(classes):
            raise BadMedia(f"{len(classes)} classes and {score.shape[1]} columns do not match")
        else:
            found = {
                str(name): count(truth == name, score[:, place])
                for place, name in enumerate(classes)
            }
        return _lines(found, title, axes)

    return _drawn(draw)


def _thresholds(truth: Any, score: Any) -> tuple[Any, Any]:
    """Return true and false positives when all scores from each different one on are taken."""
    numpy = library("numpy", "numpy")
    order = numpy.argsort(-score, kind="stable")
    truth, score = truth[order], score[order]
    ends = numpy.append(numpy.flatnonzero(numpy.diff(score)), len(score) - 1)
    hits = numpy.cumsum(truth)[ends]
    return hits, 1 + ends - hits


def _roc(truth: Any, score: Any) -> tuple[Any, Any, str]:
    numpy = library("numpy", "numpy")
    hits, misses = _thresholds(truth, score)
    tpr = numpy.append(0, hits) / max(1, hits[-1])
    fpr = numpy.append(0, misses) / max(1, misses[-1])
    area = float(numpy.sum(numpy.diff(fpr) * (tpr[1:] + tpr[:-1]) / 2))
    return fpr, tpr, f"AUC {area:.4f}"


def _pr(truth: Any, score: Any) -> tuple[Any, Any, str]:
    numpy = library("numpy", "numpy")
    hits, misses = _thresholds(truth, score)
    precision = hits / (hits + misses)
    recall = hits / max(1, hits[-1])
    average = float(numpy.sum(numpy.diff(numpy.append(0, recall)) * precision))
    return numpy.append(0, recall), numpy.append(1, precision), f"AP {average:.4f}"


def _lines(
    found: dict[str, tuple[Any, Any, str]], title: str, axes: tuple[str, str]
) -> dict[str, Any]:
    series = []
    for name, (x, y, mark) in found.items():
        every = max(1, len(x) // MOST_POINTS)
        points = [[float(a), float(b)] for a, b in zip(x[::every], y[::every], strict=True)]
        points.append([float(x[-1]), float(y[-1])])
        series.append(
            {"type": "line", "name": f"{name} {mark}".strip(), "data": points, "showSymbol": False}
        )
    return {
        "title": {"text": title},
        "tooltip": {"trigger": "axis"},
        "legend": {"bottom": 0, "type": "scroll"},
        "xAxis": {"type": "value", "name": axes[0], "min": 0, "max": 1},
        "yAxis": {"type": "value", "name": axes[1], "min": 0, "max": 1},
        "series": series,
    }


def _matrix(y_true: Any, y_pred: Any, class_names: Any, title: str) -> dict[str, Any]:
    truth, taken = _labels(y_true), _labels(y_pred)
    if len(truth) != len(taken) or not truth:
        raise BadMedia(f"{len(truth)} classes and {len(taken)} predictions do not match")
    classes = sorted({*truth, *taken})
    if class_names is not None and len(class_names) >= len(classes) and _whole(classes):
        classes = list(range(len(class_names)))
    if len(classes) > MOST_CLASSES:
        raise BadMedia(f"a matrix has at most {MOST_CLASSES} classes, not {len(classes)}")
    names = [str(name) for name in class_names or classes]
    if len(names) != len(classes):
        raise BadMedia(f"{len(classes)} classes and {len(names)} names do not match")
    place = {name: at for at, name in enumerate(classes)}
    counts: dict[tuple[int, int], int] = {}
    for one, other in zip(truth, taken, strict=True):
        cell = place[other], place[one]
        counts[cell] = counts.get(cell, 0) + 1
    data = [[x, y, counts.get((x, y), 0)] for y in range(len(names)) for x in range(len(names))]
    return {
        "title": {"text": title},
        "tooltip": {"position": "top"},
        "xAxis": {"type": "category", "data": names, "name": "predicted"},
        "yAxis": {"type": "category", "data": names, "name": "true", "inverse": True},
        "visualMap": {"min": 0, "max": max(1, *counts.values()), "orient": "horizontal",
                      "left": "center", "bottom": 0, "calculable": True},
        "series": [{"type": "heatmap", "data": data, "label": {"show": len(names) <= 20}}],
    }  # fmt: skip


def _labels(given: Any) -> list[Any]:
    if hasattr(given, "detach"):
        given = to_array(given)
    return given.ravel().tolist() if hasattr(given, "ravel") else list(given)


def _whole(classes: list[Any]) -> bool:
    return all(isinstance(one, int) and one >= 0 for one in classes)
