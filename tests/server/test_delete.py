"""What is deleted is gone, and nothing that was under way brings it back."""

from __future__ import annotations

import threading

from tests.server.wire import Sender, frame, header, keys, scalars


def data(run: str, *steps: int) -> bytes:
    return frame(header(run)) + keys("loss") + b"".join(scalars(step, 1.0) for step in steps)


def test_a_deleted_run_is_gone_with_its_points(alice, run, sender, server):
    sender.send(data("r1", 0, 1))
    number = server.ingest.run(_project(server), "r1").id
    assert alice.delete(run).status_code == 204
    assert alice.get(run).status_code == 404
    assert alice.delete(run).status_code == 404
    server.freeing.sweep()
    assert server.stores.of(1).offsets(number) == {}
    assert alice.get("/projects/alice/demo").json()["runs"] == 0


def test_a_run_of_the_same_id_begins_empty(alice, run, sender):
    sender.send(data("r1", 0, 1))
    alice.delete(run)
    opened = alice.post("/projects/alice/demo/runs", json={"id": "r1"}).json()
    assert (opened["created"], opened["writers"]) == (True, {})
    again = Sender(alice, run)
    again.send(data("r1", 5))
    (series,) = alice.get(f"{run}/series").json()["series"]
    assert (series["count"], series["first_step"]) == (1, 5)


def test_a_post_that_comes_later_is_refused_and_stores_nothing(alice, run, sender, server):
    sender.send(data("r1", 0))
    alice.delete(run)
    assert sender.post(scalars(1, 1.0)).status_code == 404
    assert alice.post(f"{run}/heartbeat").status_code == 404


def test_a_post_under_way_is_stored_before_or_refused_after(alice, run, server):
    place = _project(server)
    live = server.ingest.run(place, "r1")
    with server.ingest._working[place.id]:
        waiting = server.ingest.submit(live, "w", 0, data("r1", 0), 0)
        deleting = threading.Thread(target=server.ingest.forget, args=[live])
        deleting.start()
    deleting.join()
    refused = waiting.exception(10)
    assert refused is None or refused.status == 404
    server.freeing.sweep()
    assert server.stores.of(place.id).offsets(live.id) == {}


def test_deleting_a_project_takes_all_its_runs(alice, run, sender, server):
    sender.send(data("r1", 0))
    for number in range(3):
        alice.post("/projects/alice/demo/runs", json={"id": f"more{number}"})
    assert alice.delete("/projects/alice/demo").status_code == 204
    assert alice.get("/projects/alice/demo").status_code == 404
    assert alice.get(run).status_code == 404
    assert alice.get("/projects").json() == {"projects": []}
    (binned,) = alice.get("/bin").json()["projects"]
    assert binned["runs"] == 4
    assert alice.delete(f"/bin/{binned['id']}").status_code == 204
    assert alice.get("/bin").json() == {"projects": []}
    with server.db.read() as connection:
        from swanlab.server.db import runs

        assert runs.all_ids(connection) == []


def test_a_new_project_of_the_same_name_begins_empty(alice, run, sender):
    sender.send(data("r1", 0))
    alice.delete("/projects/alice/demo")
    alice.post("/projects/alice/demo/runs", json={"id": "r1"})
    assert alice.get(f"{run}/series").json() == {"series": []}


def test_only_the_owner_deletes(alice, run, as_user, server):
    bob = as_user("bob")
    _make_public(server)
    assert bob.get(run).status_code == 200
    for path in (run, "/projects/alice/demo"):
        assert bob.delete(path).status_code == 403
    assert alice.get(run).status_code == 200


def _project(server):
    from swanlab.server.db import projects

    with server.db.read() as connection:
        return projects.find(connection, "alice", "demo")


def _make_public(server):
    from sqlalchemy import update

    from swanlab.server.db.schema import projects

    with server.db.write() as connection:
        connection.execute(update(projects).values(visibility="public"))
    server.auth.forget()
