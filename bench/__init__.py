"""Measurements of this package beside its peers; ``python -m bench.main`` writes ``RESULTS.md``."""
