"""The language of filters: what it means, and where it says that something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from swanlab.api.query import parse
from swanlab.errors import InvalidArgument

CASES = json.loads(Path(__file__).with_name("queries.json").read_text())


@pytest.mark.parametrize(("source", "tree"), CASES["good"], ids=[case[0] for case in CASES["good"]])
def test_an_expression_means_what_the_examples_say(source, tree):
    assert parse(source) == tree


@pytest.mark.parametrize(("source", "at"), CASES["bad"], ids=[case[0] for case in CASES["bad"]])
def test_what_is_wrong_is_pointed_at(source, at):
    with pytest.raises(InvalidArgument) as raised:
        parse(source)
    line, caret = str(raised.value).split("\n")[-2:]
    assert caret.index("^") - 2 == at
    assert line[2:] == source


@pytest.mark.parametrize("source", ["(" * 100 + "a < 1" + ")" * 100, "not " * 100 + "a < 1"])
def test_nesting_is_bounded(source):
    with pytest.raises(InvalidArgument, match="too much"):
        parse(source)


def test_a_filter_is_bounded():
    with pytest.raises(InvalidArgument, match="at most"):
        parse("a < 1 or " * 5_000 + "a < 1")
