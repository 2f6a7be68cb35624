"""Any interleaving of what can happen to a store, against plain dictionaries and numpy.

A history is made by hypothesis: posts, posts sent again, late and repeated steps, seals,
compaction, runs whose points are moved into segments and back, the death of a process (a store that
is left and opened anew), deleted runs, reads. Afterwards nothing is amiss by the store's own check,
and no segment is left.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from swanlab.server.metrics import cold, freeze, grid, merge, pages, rows, tails
from swanlab.server.metrics.contract import OffsetMismatch, Receipt, Ref
from tests.contract.test_metric_store_properties import KEYS, ask, keys, perform, step, value
from tests.server.metrics.posts import Model, Pen, check_buckets, check_summaries

which = st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """Two runs of three writers; their numbers are new in every history."""

    def __init__(self, opener, numbers, names) -> None:
        super().__init__()
        self.names = names
        self.opener = opener
        self.store = opener()
        self.runs = [next(numbers), next(numbers)]
        self.model = Model()
        self.sent = {}
        self.pens = {}
        for run in self.runs:
            self.begin(run)

    def begin(self, run: int) -> None:
        for place, (of, rank) in enumerate([(0, 0), (0, 1), (1, 0)]):
            if self.runs[of] == run:
                self.pens[place] = Pen(run, f"w{place}", rank)

    def post(self, place: int) -> None:
        batch = self.sent[place] = self.pens[place].batch()
        (receipt,) = self.store.append([batch])
        assert isinstance(receipt, Receipt)

    @rule(place=which, names=keys, points=st.lists(st.tuples(step, value), max_size=12))
    def log(self, place, names, points):
        perform(self.model, self.pens[place], ("log", names, points))
        self.post(place)

    @rule(
        place=which,
        names=keys,
        shape=st.tuples(step, st.integers(1, 1000), st.integers(1, 300), st.integers(0, 99)),
    )
    def ramp(self, place, names, shape):
        perform(self.model, self.pens[place], ("ramp", names, shape))
        self.post(place)

    @rule(place=which)
    def send_again(self, place):
        if place in self.sent and self.sent[place].frames:
            (answer,) = self.store.append([self.sent[place]])
            assert isinstance(answer, OffsetMismatch)
            assert answer.expected == self.pens[place].offset

    @rule(place=which)
    def seal(self, place):
        self.store.seal(self.pens[place].run, force=True)

    @rule(place=which)
    def compact(self, place):
        self.store.compact(self.pens[place].run)

    @rule(place=which)
    def freeze(self, place):
        run = self.pens[place].run
        has_points = any(ref.run == run for ref in self.model.series)
        self.store.freeze(run)
        assert (run in self.store.frozen()) == has_points
        assert not self.store.freeze(run)

    @rule(place=which)
    def thaw(self, place):
        run = self.pens[place].run
        was_away = run in self.store.frozen()
        assert self.store.thaw(run) == was_away
        assert run not in self.store.frozen()

    @rule()
    def tidy(self):
        self.store.tidy()

    @rule()
    def die(self):
        """The old process leaves without a word; another one finds what it left."""
        self.store = self.opener()

    @rule(of=st.integers(0, 1))
    def delete(self, of):
        run = self.runs[of]
        self.store.delete(run)
        for ref in [ref for ref in self.model.series if ref.run == run]:
            del self.model.series[ref]
        self.begin(run)
        for place, pen in self.pens.items():
            if pen.run == run:
                self.sent.pop(place, None)

    @rule(asked=ask)
    def read(self, asked):
        lo, hi, count = asked
        refs = list(self.model.series) or [Ref(self.runs[0], KEYS[0])]
        check_buckets(self.model, refs, lo, hi, count, self.store.buckets(refs, lo, hi, count))
        ref = refs[0]
        got, want = self.store.points(ref, None, None), self.model.points(ref)
        np.testing.assert_array_equal(got.steps, want[0])
        np.testing.assert_array_equal(got.times, want[1])
        np.testing.assert_array_equal(got.values.view(np.int64), want[2].view(np.int64))

    @invariant()
    def summaries_are_right(self):
        check_summaries(self.model, self.store.summaries(self.runs))

    def teardown(self):
        findings = []
        self.store.verify(findings.append)
        assert findings == []
        for run in self.runs:
            self.store.delete(run)
        self.store.tidy()
        assert self.names() == []


@pytest.fixture(params=["sqlite", "postgresql", "postgresql+s3"])
def engine(request) -> str:
    return request.param


@pytest.fixture(params=["as built", "tiny chunks"])
def sizes(request, monkeypatch) -> None:
    if request.param == "tiny chunks":
        monkeypatch.setattr(grid, "CHUNK", 24)
        monkeypatch.setattr(merge, "ROLLUP_FROM", 6)
        monkeypatch.setattr(merge, "FINE", 4)
        monkeypatch.setattr(pages, "HEADERS", 3)
        monkeypatch.setattr(pages, "PACK_FROM", 2)
        monkeypatch.setattr(rows, "PAGE", 2)
        monkeypatch.setattr(cold, "BLOCK", 300)
        monkeypatch.setattr(tails, "MEMORY", 2000)


def test_any_history_is_answered_as_plain_numpy_would(sizes, opener, shelved, monkeypatch):
    numbers = itertools.count(1)
    monkeypatch.setattr(freeze, "AT_WORK", -(10**12))
    monkeypatch.setattr(freeze, "KEPT", -(10**12))
    run_state_machine_as_test(
        lambda: Machine(opener, numbers, shelved.names),
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            database=None,
            # Shrinking a history of posts takes minutes: the failing one is printed as it is.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
