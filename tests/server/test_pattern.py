"""Regular expressions from anybody: they mean what Python's mean, and never run away."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swanlab.server.pattern import Pattern, PatternError

SOURCES = [
    "", "a", "^a", "a$", "^$", "ab|cd", "(ab|c)*d", "a+b?", "[a-c]x", "[^a]", "a.c", r"\d+",
    r"\w\s\w", r"\D", r"a\.b", "a{2}", "a{1,3}$", "^a{2,}$", "(?:a|b)+$", "[]a]", "[a-]", "x*",
    "a|", "(|a)b",
    "^(a|ab)(c|bcd)$", "a*?b", "A", "[A-C]", "(a*)*b", "(a|a)*$", "{", "^.*$",
]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@given(text=st.text(alphabet="abcdxABC01 .,{}-]\n", max_size=12))
def test_the_same_is_found_as_by_the_usual_engine(source, text):
    # Python's $ also holds before a last newline; \Z is what is meant here.
    usual = re.compile(source.replace("$", r"\Z"), re.IGNORECASE)
    assert Pattern(source).found(text) == (usual.search(text) is not None)


@pytest.mark.parametrize(
    "source",
    [
        "(", ")", "[a", "*", "a{101}", "a{3,2}", "(?=a)", r"\1", r"\b", "\\", "a**b(",
        "((((a{9}){9}){9}){9})", "(" * 60 + ")" * 60, "x" * 300,
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused_with_a_reason(source):
    with pytest.raises(PatternError) as refused:
        Pattern(source)
    assert str(refused.value)


def test_what_would_never_end_elsewhere_ends():
    pattern = Pattern("(a+)+$")
    assert not pattern.found("a" * 5_000 + "b")
    assert pattern.found("a" * 5_000)


def test_an_expression_that_takes_too_long_is_given_up():
    pattern = Pattern("(a|b)*a(a|b){90}c")
    text = "".join(random.Random(1).choices("ab", k=200_000))
    with pytest.raises(PatternError, match="too long"):
        pattern.found(text)
