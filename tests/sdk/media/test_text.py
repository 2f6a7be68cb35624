"""``swanlab.Text``: strings, numbers and dialogues."""

from __future__ import annotations

import json

import pytest

import swanlab
from swanlab.records import MAX_INLINE


@pytest.mark.parametrize(
    ("given", "expected"),
    [("**hi**", "**hi**"), (5, "5"), (0.5, "0.5"), ("", ""), ("猫\ud800", "猫?")],
)
def test_a_short_text_stands_in_the_record(book, given, expected):
    found = book.one(swanlab.Text(given, "said"))
    assert (found.format, found.data.decode(), found.caption) == ("txt", expected, "said")
    assert found.item.path == ""


def test_a_long_text_is_a_file(book):
    text = "word " * MAX_INLINE
    found = book.one(swanlab.Text(content=text))
    assert found.item.path.endswith(".txt")
    assert found.data.decode() == text


def test_many_long_texts_leave_the_record_small(book, monkeypatch):
    monkeypatch.setenv("SWANLAB_MEDIA_BATCH", "400")
    text = "x" * MAX_INLINE
    book.log({"said": [swanlab.Text(text)] * 300})
    found = book.items("said")
    assert len(found) == 300
    assert all(one.data.decode() == text for one in found)
    assert 0 < sum(bool(one.item.path) for one in found) < 300


def test_a_dialogue_keeps_its_roles(book):
    turns = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "四"}]
    found = book.one(swanlab.Text(turns))
    assert (found.format, json.loads(found.data)) == ("json", turns)
    assert json.loads(book.one(swanlab.Text(turns[0])).data) == turns[:1]


def test_a_text_of_a_text(book):
    first = swanlab.Text([{"role": "user", "content": "hi"}], caption="first")
    again = book.one(swanlab.Text(first))
    assert (again.format, again.caption) == ("json", "first")


@pytest.mark.parametrize("given", [None, True, b"x", [], ["a"], {"role": "pirate", "content": ""}])
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, given):
    assert "a text is a string, a number or a dialogue" in refused(swanlab.Text(given))
