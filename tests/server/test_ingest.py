"""Posts by offset: exactly once, durable before the answer, unbroken by what strangers send."""

from __future__ import annotations

import threading
import zlib

import pytest
import zstandard

from swanlab import records, runfile
from swanlab.server.lane import QUEUED_BYTES
from swanlab.server.routes.frames import MAX_COMPRESSED, MAX_RAW
from tests.server.wire import STARTED, Sender, frame, header, keys, scalars

BEGIN = frame(header()) + keys("loss")


def points(alice, run):
    project = run.rsplit("/", 2)[0]
    body = {"charts": [{"series": [{"run": "r1", "key": "loss"}], "buckets": 20_000}]}
    answer = alice.post(f"{project}/charts", json=body, headers={"accept": "application/json"})
    chart = answer.json()["charts"][0]
    return dict(zip(chart["x"], chart["series"][0]["last"], strict=True))


def test_points_are_there_when_the_post_is_answered(sender, alice, run):
    sender.send(BEGIN + b"".join(scalars(step, step / 2) for step in range(100)))
    assert points(alice, run) == {step: step / 2 for step in range(100)}


def test_a_post_that_is_sent_again_is_refused_with_the_offset_to_go_on_from(sender, alice, run):
    sender.send(BEGIN + scalars(0, 1.0))
    again = sender.post(BEGIN + scalars(0, 2.0), offset=0)
    assert again.status_code == 409
    assert again.json()["error"]["detail"] == {"expected": sender.offset}
    assert points(alice, run) == {0: 1.0}


@pytest.mark.parametrize("offset", [1, 10**6, 2**62])
def test_a_post_behind_the_expected_offset_is_refused(sender, offset):
    answer = sender.post(BEGIN, offset=offset)
    assert answer.status_code == 409
    assert answer.json()["error"]["detail"] == {"expected": 0}


def test_the_same_post_sent_by_many_at_once_is_stored_once(sender, alice, run):
    sender.send(BEGIN)
    body = b"".join(scalars(step, 1.0) for step in range(50))
    answers = []
    senders = [
        threading.Thread(target=lambda: answers.append(sender.post(body).status_code))
        for _ in range(8)
    ]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert sorted(answers) == [200] + [409] * 7
    assert len(points(alice, run)) == 50


def test_opening_a_run_again_tells_how_far_each_writer_is(sender, alice, run):
    sender.send(BEGIN)
    other = Sender(alice, run, "trainer-2")
    other.send(frame(header(writer="trainer-2")))
    opened = alice.post(run.rpartition("/")[0], json={"id": "r1"}).json()
    assert opened["created"] is False
    assert opened["writers"] == {"trainer-1": sender.offset, "trainer-2": other.offset}


def test_posts_of_one_writer_may_cut_its_file_at_any_frame(sender, alice, run):
    whole = BEGIN + b"".join(scalars(step, float(step)) for step in range(40))
    while whole:
        end = runfile.cut(whole, 60)
        sender.send(whole[:end])
        whole = whole[end:]
    assert points(alice, run) == {step: step for step in range(40)}


def test_damaged_bytes_are_counted_and_all_intact_records_kept(sender, alice, run):
    damaged = bytearray(scalars(1, 1.0))
    damaged[-1] ^= 1
    sender.send(BEGIN + scalars(0, 0.0) + bytes(damaged) + scalars(2, 2.0))
    assert points(alice, run) == {0: 0.0, 2: 2.0}
    notices = alice.get(run).json()["notices"]
    assert notices == [f"{len(damaged)} bytes of the run's files were damaged and left out."]


def test_records_of_a_newer_format_are_counted_and_the_others_kept(sender, alice, run):
    unknown = runfile.frame(b"\x92\x63\x01")  # tag 99
    sender.send(BEGIN + unknown + scalars(0, 1.0))
    assert points(alice, run) == {0: 1.0}
    assert alice.get(run).json()["notices"] == ["1 records were not understood and left out."]


def test_scalars_of_an_unknown_layout_are_set_aside(sender, alice, run):
    sender.send(
        frame(header(), records.Scalars(7, 0, 0, bytes(8))) + keys("loss") + scalars(1, 1.0)
    )
    assert points(alice, run) == {1: 1.0}
    assert len(alice.get(run).json()["notices"]) == 1


def test_random_bytes_are_taken_as_damage(sender, alice, run):
    sender.send(zlib.compress(b"x" * 1000))
    assert "damaged" in alice.get(run).json()["notices"][0]


def test_a_body_that_is_not_zstd_is_refused(alice, run):
    place = {"writer": "w", "offset": 0}
    answer = alice.post(f"{run}/frames", params=place, content=b"plain")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_zstd")


def test_a_body_that_was_cut_is_refused_and_taken_when_it_comes_whole(alice, run):
    whole = zstandard.compress(BEGIN + b"".join(scalars(step, 1.0) for step in range(50)))
    place = {"writer": "w", "offset": 0}
    cut = alice.post(f"{run}/frames", params=place, content=whole[:-9])
    assert (cut.status_code, cut.json()["error"]["code"]) == (400, "not_zstd")
    assert alice.post(f"{run}/frames", params=place, content=whole).status_code == 200
    assert len(points(alice, run)) == 50


def test_a_body_of_unknown_size_is_taken(alice, run):
    packer = zstandard.ZstdCompressor(write_content_size=False)
    body = packer.compress(BEGIN + scalars(0, 1.0))
    place = {"writer": "w", "offset": 0}
    assert alice.post(f"{run}/frames", params=place, content=body).status_code == 200
    assert points(alice, run) == {0: 1.0}


@pytest.mark.parametrize("sized", [True, False])
def test_a_bomb_is_refused_before_it_goes_off(alice, run, sized):
    packer = zstandard.ZstdCompressor(write_content_size=sized)
    bomb = packer.compress(bytes(512 * 1024 * 1024))
    assert len(bomb) < MAX_COMPRESSED
    answer = alice.post(f"{run}/frames", params={"writer": "w", "offset": 0}, content=bomb)
    assert (answer.status_code, answer.json()["error"]["detail"]) == (413, {"limit": MAX_RAW})


def test_a_body_larger_than_a_post_may_be_is_refused(alice, run):
    answer = alice.post(
        f"{run}/frames", params={"writer": "w", "offset": 0}, content=bytes(MAX_COMPRESSED + 1)
    )
    assert answer.status_code == 413


def test_config_is_merged_and_removed_by_entry(sender, alice, run):
    sender.send(frame(header(), records.Config(1, {"a": 1, "b": {"c": [1, None]}}, [])))
    sender.send(frame(records.Config(2, {"a": 2, "d": float("nan")}, ["b"])))
    assert alice.get(run).json()["config"] == {"a": 2, "d": "NaN"}


def test_environment_is_merged_by_entry(sender, alice, run):
    sender.send(frame(header(), records.Environment(1, {"host": {"name": "a"}, "os": {}})))
    sender.send(frame(records.Environment(2, {"os": {"name": "Linux"}})))
    found = alice.get(run).json()["environment"]
    assert found == {"host": {"name": "a"}, "os": {"name": "Linux"}}


def test_finish_and_resume_set_the_state_by_the_time_they_were_written(sender, alice, run):
    sender.send(frame(header(), records.Finish(2_000, "crashed", "boom")))
    crashed = alice.get(run).json()
    assert (crashed["state"], crashed["error"]) == ("crashed", "boom")
    assert crashed["finished_at"] == STARTED + 2_000
    Sender(alice, run, "late").send(frame(header(writer="late"), records.Finish(1_000, "success")))
    assert alice.get(run).json()["state"] == "crashed"
    sender.send(frame(records.Resume(3_000)))
    resumed = alice.get(run).json()
    assert (resumed["state"], resumed["error"], resumed["finished_at"]) == ("running", None, None)


def test_a_finished_run_still_takes_data(sender, alice, run):
    sender.send(BEGIN + frame(records.Finish(10, "success")))
    sender.send(scalars(0, 1.0))
    assert points(alice, run) == {0: 1.0}
    assert alice.get(run).json()["state"] == "finished"


def test_a_silent_run_is_unresponsive_until_it_is_heard_of(sender, alice, run, server, monkeypatch):
    monkeypatch.setattr("swanlab.server.runview.SILENCE_MS", -1)
    assert alice.get(run).json()["state"] == "unresponsive"
    monkeypatch.undo()
    assert alice.post(f"{run}/heartbeat").status_code == 200
    assert alice.get(run).json()["state"] == "running"


def test_a_run_that_was_silent_for_long_still_takes_data(sender, alice, run, monkeypatch):
    sender.send(BEGIN + scalars(0, 1.0))
    monkeypatch.setattr("swanlab.server.runview.SILENCE_MS", -1)
    assert alice.get(run).json()["state"] == "unresponsive"
    sender.send(scalars(1, 2.0))
    assert points(alice, run) == {0: 1.0, 1: 2.0}


def test_values_no_database_can_hold_do_not_stop_a_post(sender, alice, run):
    odd = header(pid=2**64 - 1, started=2**63, rank=2**40)
    sender.send(frame(odd, records.Config(2**63, {"k": {1: b"\xff", "t": 2**64 - 1}}, [])))
    assert alice.get(run).json()["config"]["k"]["t"] == 2**64 - 1


def test_too_many_waiting_bytes_are_answered_with_retry_after(sender, server, monkeypatch):
    assert QUEUED_BYTES > MAX_RAW
    monkeypatch.setattr("swanlab.server.lane.QUEUED_POSTS", 0)
    answer = sender.post(BEGIN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_posts_to_a_run_that_does_not_exist_are_not_found(alice, run):
    assert Sender(alice, run + "x").post(BEGIN).status_code == 404
