"""XGBoost, LightGBM and CatBoost train for real; what they report is what was recorded."""

from __future__ import annotations

import json

import pytest

from tests.frameworks.training import only_run, steps, train, values

pytestmark = pytest.mark.timeout(300)  # they import much, and machines are busy

DATA = """
import json, sys
import numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(120, 4))
y = (x[:, 0] + x[:, 1] > 0).astype(int)
"""


def told(done) -> dict:
    """What the program printed as its last line: the framework's own account."""
    return json.loads(done.stdout.splitlines()[-1])


def test_xgboost_records_metrics_parameters_and_importances():
    done = train(
        DATA
        + """
import xgboost
from swanlab.integration.xgboost import SwanLabCallback
history = {}
data, val = xgboost.DMatrix(x[:90], y[:90]), xgboost.DMatrix(x[90:], y[90:])
model = xgboost.train(
    {"objective": "binary:logistic", "max_depth": 2, "eta": 0.25, "nthread": 1}, data, 8,
    evals=[(data, "train"), (val, "val")], evals_result=history, verbose_eval=False,
    early_stopping_rounds=50, callbacks=[SwanLabCallback(project="trees")],
)
history["best"] = [model.best_iteration, model.best_score]
history["gain"] = model.get_score(importance_type="gain")
print(json.dumps(history))
"""
    )
    history, run = told(done), only_run()
    assert steps(run, "val-logloss") == list(range(8))
    assert values(run, "val-logloss") == pytest.approx(history["val"]["logloss"])
    assert values(run, "train-logloss") == pytest.approx(history["train"]["logloss"])
    assert values(run, "best_iteration") == [history["best"][0]]
    assert values(run, "best_score") == pytest.approx([history["best"][1]])
    for feature, gain in history["gain"].items():
        assert values(run, f"Importance/{feature}") == pytest.approx([gain])
    assert run.config["FRAMEWORK"] == "xgboost"
    tree = run.config["learner"]["gradient_booster"]["tree_train_param"]
    assert (tree["max_depth"], float(tree["eta"])) == ("2", 0.25)
    assert [start.project for start in run.starts] == ["trees"]
    assert [finish.state for finish in run.finishes] == ["success"]


def test_xgboost_folds_of_cv_are_means_and_deviations():
    done = train(
        DATA
        + """
import xgboost
from swanlab.integration.xgboost import SwanLabCallback
table = xgboost.cv(
    {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(x, y), 3, nfold=3,
    as_pandas=False, callbacks=[SwanLabCallback()],
)
print(json.dumps(table))
"""
    )
    table, run = told(done), only_run()
    assert values(run, "test-logloss-mean") == pytest.approx(table["test-logloss-mean"])
    assert values(run, "test-logloss-stdv") == pytest.approx(table["test-logloss-std"])


def test_a_second_training_in_a_run_goes_on_behind_the_first():
    done = train(
        DATA
        + """
import lightgbm, swanlab
from swanlab.integration.lightgbm import SwanLabCallback
run = swanlab.init(project="own", config={"mine": 1})
losses = []
for fold in range(2):
    history = {}
    lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_leaves": 4, "seed": fold, "num_threads": 1},
        lightgbm.Dataset(x[fold::2], y[fold::2]), 5,
        valid_sets=[lightgbm.Dataset(x, y)], valid_names=["val"],
        callbacks=[SwanLabCallback(), lightgbm.record_evaluation(history)],
    )
    losses += history["val"]["binary_logloss"]
assert swanlab.get_run() is run and run.alive
swanlab.log({"after": 1})
print(json.dumps(losses))
"""
    )
    run = only_run()
    assert values(run, "val_binary_logloss") == pytest.approx(told(done))
    assert steps(run, "val_binary_logloss") == list(range(10))
    assert (run.config["mine"], run.config["num_leaves"]) == (1, 4)
    assert run.config["FRAMEWORK"] == "lightgbm"
    assert values(run, "after") == [1]
    assert len(run.starts) == 1


def test_lightgbm_folds_of_cv_are_means_and_deviations():
    done = train(
        DATA
        + """
import lightgbm
from swanlab.integration.lightgbm import SwanLabCallback
table = lightgbm.cv(
    {"objective": "binary", "verbose": -1, "num_threads": 1}, lightgbm.Dataset(x, y), 3, nfold=3,
    callbacks=[SwanLabCallback()],
)
print(json.dumps(table))
"""
    )
    table, run = told(done), only_run()
    key = "valid_binary_logloss"
    assert values(run, f"{key}-mean") == pytest.approx(table["valid binary_logloss-mean"])
    assert values(run, f"{key}-stdv") == pytest.approx(table["valid binary_logloss-stdv"])


def test_catboost_records_every_set():
    done = train(
        DATA
        + """
from catboost import CatBoostClassifier
from swanlab.integration.catboost import SwanLabCallback
model = CatBoostClassifier(
    iterations=6, depth=2, verbose=False, allow_writing_files=False, thread_count=1,
)
model.fit(
    x[:90], y[:90], eval_set=(x[90:], y[90:]), callbacks=[SwanLabCallback(model.get_params())]
)
print(json.dumps(model.get_evals_result()))
"""
    )
    history, run = told(done), only_run()
    assert values(run, "learn_Logloss") == pytest.approx(history["learn"]["Logloss"])
    assert values(run, "validation_Logloss") == pytest.approx(history["validation"]["Logloss"])
    assert steps(run, "validation_Logloss") == list(range(1, 7))
    assert (run.config["FRAMEWORK"], run.config["depth"]) == ("catboost", 2)


def test_a_run_that_cannot_be_begun_is_said_and_the_training_goes_on():
    done = train(
        DATA
        + """
import xgboost
from swanlab.integration.xgboost import SwanLabCallback
model = xgboost.train(
    {"nthread": 1}, xgboost.DMatrix(x, y), 2, callbacks=[SwanLabCallback(mode="cloud")]
)
print(json.dumps({"rounds": model.num_boosted_rounds()}))
"""
    )
    assert told(done) == {"rounds": 2}
    assert "xgboost: no run could be begun" in done.stderr
