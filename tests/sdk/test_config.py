"""``config`` of every kind that trainings have, by the real libraries."""

from __future__ import annotations

import datetime as dt
import types

import attrs
import pytest
from omegaconf import OmegaConf

import swanlab
from tests.recorded import recorded

UTC = dt.timezone.utc


@attrs.define
class Optimizer:
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.99)


@attrs.define
class Parameters:
    optimizer: Optimizer = attrs.field(factory=Optimizer)
    seed: int | None = None


class FrameworkConfig:
    """As mmengine's Config: attributes are looked up in a dictionary inside."""

    def __init__(self, values):
        super().__setattr__("_cfg_dict", values)

    def __getattr__(self, name):
        try:
            return self._cfg_dict[name]
        except KeyError:
            raise AttributeError(name) from None

    def to_dict(self):
        return dict(self._cfg_dict)


HYDRA = OmegaConf.create(
    {
        "model": {"name": "cnn", "width": 32},
        "run": "${model.name}-${model.width}",
        "layers": [1, "${model.width}"],
        "data": None,
        "path": "???",
        "broken": "${nowhere}",
    }
)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            HYDRA,
            {
                "model": {"name": "cnn", "width": 32},
                "run": "cnn-32",
                "layers": [1, 32],
                "data": None,
                "path": "???",
                "broken": "${nowhere}",
            },
        ),
        ({"model": HYDRA.model}, {"model": {"name": "cnn", "width": 32}}),
        (Parameters(), {"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "seed": None}),
        (FrameworkConfig({"net": {"n": 5}, "seed": None}), {"net": {"n": 5}, "seed": None}),
        (types.SimpleNamespace(lr=0.1), {"lr": 0.1}),
        (
            {"day": dt.date(2026, 1, 2), "at": dt.datetime(2026, 1, 2, 3, 4, tzinfo=UTC)},
            {"day": "2026-01-02", "at": "2026-01-02T03:04:00+00:00"},
        ),
        ({"none": None, "nested": {"none": [None]}}, {"none": None, "nested": {"none": [None]}}),
    ],
)  # fmt: skip
def test_a_config_of_every_library_is_recorded_as_it_reads(config, expected):
    run = swanlab.init(mode="offline", config=config)
    assert recorded(run.dir).config == expected
    swanlab.config.update(config)
    swanlab.config["whole"] = config
    assert recorded(run.dir).config == {**expected, "whole": expected}


def test_get_config_is_the_runs_and_none_without_a_run():
    assert swanlab.get_config() is None
    run = swanlab.init(mode="offline", config={"a": 1})
    swanlab.get_config().b = None
    assert dict(run.config) == {"a": 1, "b": None}
    assert swanlab.get_config() is run.config
    swanlab.finish()
    assert swanlab.get_config() is None
