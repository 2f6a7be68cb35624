"""Ten seconds of ``tests/fuzz_ingest.py``; ten minutes by hand."""

from __future__ import annotations

from tests.fuzz_ingest import Fuzz


def test_garbage_at_the_ingest_route_fails_nothing_and_touches_nobody_else(alice, server):
    fuzz = Fuzz(alice, "/projects/alice/fuzz/runs")
    fuzz.go(10, seed=4)
    assert fuzz.answers[200] > 5
    store, findings = server.stores.of(1), []
    store.verify(findings.append)
    assert findings == []
    for run in store.runs():
        store.seal(run, force=True)
    store.verify(findings.append)
    assert findings == []
