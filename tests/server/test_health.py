"""Health looks at what the server works with, and tells nobody more than they need."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from swanlab.server import probe


@pytest.fixture(autouse=True)
def always_looks(monkeypatch):
    monkeypatch.setattr(probe, "FRESH", 0.0)


def test_a_server_that_works_says_so_in_both_places(nobody):
    answer = nobody.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    nobody.base_url = "http://testserver"
    for path in ("/health", "/health/live"):
        assert nobody.get(path).json() == answer.json()


def test_a_database_that_is_gone_makes_it_unready_but_not_dead(nobody, server):
    with server.db.write() as connection:
        connection.execute(text("ALTER TABLE migrations RENAME TO elsewhere"))
    answer = nobody.get("/health")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "not_ready"
    assert "migrations" not in answer.text
    assert float(answer.headers["retry-after"]) > 0
    assert nobody.get("/health/live").status_code == 200
    with server.db.write() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO migrations"))
    assert nobody.get("/health").status_code == 200


def test_a_data_folder_that_is_gone_makes_it_unready(nobody, server, tmp_path):
    server.data_dir.rename(tmp_path / "away")
    answer = nobody.get("/health")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    (tmp_path / "away").rename(server.data_dir)
    assert nobody.get("/health").status_code == 200


def test_many_who_ask_at_once_cost_one_look(server, monkeypatch):
    monkeypatch.setattr(probe, "FRESH", 60.0)
    looks = []
    monkeypatch.setattr(server.probe, "_look", lambda: looks.append(1))
    asking = [threading.Thread(target=server.probe.trouble) for _ in range(20)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert len(looks) == 1


def test_a_disk_that_hangs_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(probe, "PATIENCE", 0.05)
    hangs, goes_on = threading.Event(), threading.Event()

    def look():
        hangs.set()
        goes_on.wait(30)

    monkeypatch.setattr(server.probe, "_look", look)
    first = threading.Thread(target=server.probe.trouble)
    first.start()
    assert hangs.wait(20)
    assert server.probe.trouble() == "The database or the disk does not answer."
    goes_on.set()
    first.join()


def test_nothing_is_left_of_the_look(nobody, server):
    nobody.get("/health")
    assert not list(server.data_dir.glob(".probe*"))


def test_a_server_that_goes_down_takes_no_more(nobody, server):
    server.hub.close()
    answer = nobody.get("/health")
    assert (answer.status_code, "going down" in answer.text) == (503, True)
