"""The console of a run over HTTP: joined over resumes, told apart by rank, searched, downloaded."""

from __future__ import annotations

import pytest

from swanlab import records
from tests.server.wire import STARTED, Sender, frame, header


def printed(first: int, *texts: str, level: int = 20) -> bytes:
    return frame(*(records.Console(first + i, i, level, 1, text) for i, text in enumerate(texts)))


def texts(client, run: str, **asked) -> list[str]:
    return [line["text"] for line in page(client, run, **asked)["lines"]]


def page(client, run: str, **asked) -> dict:
    answer = client.get(f"{run}/console", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(client, run: str, **asked) -> dict:
    answer = client.get(f"{run}/console/find", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def resumed(alice, run) -> str:
    """Two ranks; rank 0 was started again and goes on with its line numbers on another machine."""
    # The names sort the other way round than the starts.
    for writer, rank, host, started, frames in [
        ("b-first", 0, "node-0", 0, printed(0, "one", "two")),
        ("a-again", 0, "node-9", 60_000, printed(2, "three", "four", level=40)),
        ("c-other", 1, "node-1", 0, printed(5, "elsewhere")),
    ]:
        said = header(writer=writer, rank=rank, host=host, started=STARTED + started)
        Sender(alice, run, writer).send(frame(said) + frames)
    return run


def test_a_resumed_console_is_one_text_in_the_order_of_time(alice, resumed):
    answer = page(alice, resumed)
    assert [(line["line"], line["text"]) for line in answer["lines"]] == [
        (0, "one"), (1, "two"), (2, "three"), (3, "four"),
    ]  # fmt: skip
    assert [(part["at"], part["writer"], part["host"]) for part in answer["parts"]] == [
        (0, "b-first", "node-0"), (2, "a-again", "node-9"),
    ]  # fmt: skip
    assert (answer["rank"], answer["total"]) == (0, 4)


def test_a_page_begins_anywhere_and_goes_over_the_seam(alice, resumed):
    assert texts(alice, resumed, first=1, limit=2) == ["two", "three"]
    assert texts(alice, resumed, limit=1) == ["four"]
    assert texts(alice, resumed, first=4) == []


def test_ranks_are_told_apart(alice, resumed):
    answer = page(alice, resumed, rank=1)
    assert answer["ranks"] == [{"rank": 0, "host": "node-0"}, {"rank": 1, "host": "node-1"}]
    # Its first line bears the number 5: places begin where the lines do.
    assert [(line["line"], line["text"]) for line in answer["lines"]] == [(0, "elsewhere")]
    assert page(alice, resumed, rank=7)["total"] == 0


def test_lines_of_a_level_are_paged_by_themselves(alice, resumed):
    assert texts(alice, resumed, first=0, level=30) == ["three", "four"]
    assert texts(alice, resumed, first=3, level=30) == ["four"]


def test_a_search_looks_through_all_parts_whatever_the_case(alice, resumed):
    assert found(alice, resumed, text="O") == {"places": [0, 1, 3], "end": 4, "total": 4}
    assert found(alice, resumed, text="o", first=2)["places"] == [3]
    assert found(alice, resumed, text="o", level=40)["places"] == [3]
    assert found(alice, resumed, level=40)["places"] == [2, 3]


@pytest.mark.parametrize("text", ["100%", "a_b", "c/d", "'; --"])
def test_no_character_means_more_than_itself(alice, run, sender, text):
    sender.send(frame(header()) + printed(0, "1000", "axb", "cd", text))
    assert found(alice, run, text=text)["places"] == [3]


def test_a_search_of_many_lines_answers_in_stretches(alice, run, sender, monkeypatch):
    monkeypatch.setattr("swanlab.server.console.LOOKED_THROUGH", 4)
    monkeypatch.setattr("swanlab.server.console.MOST_FOUND", 3)
    sender.send(frame(header()) + printed(0, *("yes" if i != 1 else "no" for i in range(10))))
    asked, places, answers = 0, [], 0
    while asked < 10:
        answer = found(alice, run, text="yes", first=asked)
        places += answer["places"]
        asked, answers = answer["end"], answers + 1
    assert places == [0, *range(2, 10)]
    assert answers == 3
    assert found(alice, run, text="yes", first=10) == {"places": [], "end": 10, "total": 10}


def test_the_file_holds_all_of_a_rank(alice, resumed):
    answer = alice.get(f"{resumed}/console.txt")
    assert [line.split(" ", 2)[1:] for line in answer.text.splitlines()] == [
        ["INFO", "one"], ["INFO", "two"], ["ERROR", "three"], ["ERROR", "four"],
    ]  # fmt: skip
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'filename="console.log"' in answer.headers["content-disposition"]
    other = alice.get(f"{resumed}/console.txt", params={"rank": 1})
    assert other.text.endswith(" INFO elsewhere\n")
    assert 'filename="console-1.log"' in other.headers["content-disposition"]


def test_a_run_that_printed_nothing_has_an_empty_console(alice, run):
    answer = {"rank": None, "ranks": [], "parts": [], "total": 0, "lines": []}
    assert page(alice, run) == answer
    assert found(alice, run, text="x") == {"places": [], "end": 0, "total": 0}
    assert alice.get(f"{run}/console.txt").text == ""


def test_the_run_and_the_table_tell_its_ranks(alice, resumed):
    ranks = alice.get(resumed).json()["ranks"]
    assert [(one["rank"], one["host"]) for one in ranks] == [(0, "node-0"), (1, "node-1")]
    (row,) = alice.get(resumed.rpartition("/")[0]).json()["runs"]
    assert row["ranks"] == [0, 1]
