"""What servers on one database write to each other."""

from __future__ import annotations

from swanlab.server.db.engine import Database
from swanlab.server.db.projects import ProjectRow
from swanlab.server.live import News
from swanlab.server.peers import Peers, _encoded

PROJECT = ProjectRow(7, "alice", "demo", "private", 1)


def test_hints_are_gathered_by_run_and_cut_to_what_a_notification_may_hold(server_url):
    database = Database(server_url)
    peers = Peers(server_url, "me", database)
    for kind in ("series", "logs"):
        for run in range(500):
            name = f"{run:03}" + "π" * 61
            peers.tell_news(News(PROJECT, run, name, "running", frozenset({kind})))
    letters = peers._letters()
    assert peers._letters() == []
    assert all(len(_encoded(letter).encode()) < 8000 for letter in letters)
    hints = [hint for letter in letters for hint in letter.hints]
    assert [hint.run for hint in hints] == list(range(500))
    assert {hint.kinds for hint in hints} == {frozenset({"series", "logs"})}
    database.close()
