from __future__ import annotations

import threading

import numpy as np
import pytest

from swanlab import records
from swanlab.server.metrics.contract import Batch, OffsetMismatch, Query, Receipt, Ref
from tests.server.metrics.posts import Model, Pen, check_buckets, check_summaries, frame


def fill(store, pen: Pen, model: Model, steps, keys=("loss",), seed=0) -> Receipt:
    rng = np.random.default_rng(seed)
    for step in steps:
        values = dict(zip(keys, rng.normal(size=len(keys)).tolist(), strict=True))
        model.log(pen, int(step), int(step) % 1000 * 3, values)
    (receipt,) = store.append([pen.batch()])
    assert isinstance(receipt, Receipt)
    return receipt


def test_a_batch_sent_twice_is_stored_once_and_told_the_right_offset(store):
    pen = Pen(1, "w")
    pen.log(0, 5, {"loss": 1.0})
    batch = pen.batch()
    (receipt,) = store.append([batch])
    assert receipt.offset == len(batch.frames)
    again, wrong = store.append([batch, Batch(1, "w", 7, b"")])
    assert isinstance(again, OffsetMismatch)
    assert again.expected == wrong.expected == len(batch.frames)
    with pytest.raises(OffsetMismatch) as caught:
        store.decode(batch)
    assert caught.value.expected == len(batch.frames)
    assert store.offsets(1) == {"w": len(batch.frames)}
    assert len(store.points(Ref(1, "loss"), None, None).steps) == 1


def test_of_two_equal_batches_in_one_transaction_the_second_is_refused(store):
    pen = Pen(1, "w")
    pen.log(0, 5, {"loss": 1.0})
    batch = pen.batch()
    first, second = store.append([batch, batch])
    assert isinstance(first, Receipt)
    assert isinstance(second, OffsetMismatch)
    assert second.expected == first.offset


def test_consecutive_batches_of_a_writer_fit_into_one_transaction(store):
    pen, model = Pen(1, "w"), Model()
    batches = []
    for step in range(5):
        model.log(pen, step, step, {"loss": float(step), f"only/{step}": 1.0})
        batches.append(pen.batch())
    receipts = store.append(batches)
    assert [r.new_keys for r in receipts] == [2, 1, 1, 1, 1]
    check_summaries(model, store.summaries([1]))


def test_decoding_first_hands_out_the_records_and_stores_nothing(store):
    pen = Pen(1, "w")
    pen.write(records.Config(0, {"lr": 0.1}))
    pen.log(3, 5, {"loss": 1.0})
    pen.write(records.Finish(9, "success"))
    decoded = store.decode(pen.batch())
    assert [type(r).__name__ for r in decoded.records] == ["Header", "Config", "Finish"]
    assert store.offsets(1) == {}
    (receipt,) = store.append([decoded])
    assert receipt.records == decoded.records
    assert (receipt.points, receipt.last_step) == (1, 3)
    assert isinstance(store.append([decoded])[0], OffsetMismatch)


def test_keys_and_layouts_of_a_writer_are_known_after_reopening(opener):
    first, pen, model = opener(), Pen(1, "w"), Model()
    fill(first, pen, model, range(10), ["a", "b"])
    first.close()
    second = opener()
    fill(second, pen, model, range(10, 20), ["a", "b"])
    check_summaries(model, second.summaries([1]))
    assert second.seal(1, force=True)
    check_summaries(model, second.summaries([1]))


def test_two_open_stores_see_each_others_points(opener):
    one, other, model = opener(), opener(), Model()
    pen = Pen(1, "w")
    for part in range(6):
        fill((one, other)[part % 2], pen, model, range(part * 10, part * 10 + 10))
        if part % 3 == 2:
            (one, other)[part % 2].seal(1, force=True)
        for store in (one, other):
            got = store.points(Ref(1, "loss"), None, None)
            np.testing.assert_array_equal(got.steps, model.points(Ref(1, "loss"))[0])
            check_summaries(model, store.summaries([1]))


def test_ranks_and_runs_keep_their_series_apart(store):
    model = Model()
    for run, rank in ((1, 0), (1, 1), (2, 0)):
        fill(store, Pen(run, f"w{rank}", rank), model, range(20), seed=run * 10 + rank)
    store.seal(1, force=True)
    for ref in model.series:
        np.testing.assert_array_equal(store.points(ref, None, None).values, model.points(ref)[2])
    check_summaries(model, store.summaries([1, 2]))
    refs = list(model.series)
    check_buckets(model, refs, None, None, 7, store.buckets(refs, None, None, 7))


@pytest.mark.parametrize("sealed", [False, True])
def test_the_last_value_of_a_step_wins_within_a_post_and_across_seals(store, sealed):
    pen, model = Pen(1, "w"), Model()
    fill(store, pen, model, [1, 2, 2, 3, 1], seed=1)
    if sealed:
        store.seal(1, force=True)
    fill(store, pen, model, [3, 2, 9], seed=2)
    ref = Ref(1, "loss")
    np.testing.assert_array_equal(store.points(ref, None, None).values, model.points(ref)[2])
    check_buckets(model, [ref], None, None, 2, store.buckets([ref], None, None, 2))
    check_summaries(model, store.summaries([1]))


def test_interleaved_layouts_that_share_a_key_keep_the_order_of_logging(store):
    pen, model = Pen(1, "w"), Model()
    for i in range(6):
        model.log(pen, 0, i, {"a": float(i), "b": 0.0})
        model.log(pen, 0, i, {"a": 10.0 + i})
    store.append([pen.batch()])
    check_summaries(model, store.summaries([1]))
    assert store.points(Ref(1, "a"), None, None).values.tolist() == [15.0]


def test_what_makes_no_sense_is_counted_and_holds_up_nothing(store):
    pen, model = Pen(1, "w"), Model()
    model.log(pen, 0, 0, {"a": 1.0, "b": 2.0})
    pen.write(records.Scalars(0, 1, 0, b"\0" * 8))
    pen.write(records.Scalars(77, 1, 0, b"\0" * 8))
    pen.write(records.Scalars(0, -1, 0, b"\0" * 16))
    pen.write(records.Scalars(0, 1 << 63, 0, b"\0" * 16))
    pen.write(records.Layout(5, [0, 99]))
    pen.pending.append(b"\x05\0\0\0garbage")
    pen.pending.append(frame(records.Finish(1, "success"))[:0])
    from swanlab import runfile

    pen.pending.append(runfile.frame(b"\x92\x63\x00"))
    model.log(pen, 1, 0, {"a": 3.0, "b": 4.0})
    batch = pen.batch()
    (receipt,) = store.append([batch])
    assert receipt.offset == len(batch.frames)
    assert receipt.points == 4
    assert receipt.unknown == 1
    assert receipt.damaged == 11
    assert receipt.refused == {
        "scalars whose values do not match their layout": 1,
        "scalars of an unknown layout": 1,
        "scalars whose step is out of range": 2,
        "layouts of unknown or repeated keys": 1,
    }
    check_summaries(model, store.summaries([1]))


def test_points_of_a_writer_whose_header_was_damaged_are_kept(store):
    pen = Pen(1, "w")
    pen.pending = []
    pen.log(4, 10, {"a": 1.0})
    store.append([pen.batch()])
    got = store.points(Ref(1, "a"), None, None)
    assert got.steps.tolist() == [4]
    assert got.times[0] > 1_500_000_000_000


def test_a_missing_series_is_an_empty_column(store):
    model = Model()
    fill(store, Pen(1, "w"), model, range(5))
    refs = [Ref(1, "loss"), Ref(1, "nothing"), Ref(9, "loss")]
    got = store.buckets(refs, None, None, 100)
    check_buckets(model, refs, None, None, 100, got)
    assert len(store.buckets([Ref(9, "x")], None, None, 10).x) == 0
    assert len(store.buckets([], None, None, 10).x) == 0
    assert len(store.points(Ref(9, "x"), None, None).steps) == 0


def test_many_charts_at_once_answer_as_each_alone(store):
    model = Model()
    pen = Pen(1, "w")
    fill(store, pen, model, range(3000), ["a", "b", "c"])
    store.seal(1, force=True)
    fill(store, pen, model, range(2990, 3500), ["a", "b"])
    queries = [
        Query([Ref(1, "a")], None, None, 50),
        Query([Ref(1, "a"), Ref(1, "b")], 100, 160, 100),
        Query([], None, None, 5),
        Query([Ref(1, "c"), Ref(1, "a"), Ref(1, "a")], 5, 3400, 33),
        Query([Ref(1, "c")], 5000, None, 33),
    ]
    for query, got in zip(queries, store.charts(queries), strict=True):
        check_buckets(model, query.refs, query.lo, query.hi, query.count, got)


def test_steps_up_to_the_last_of_63_bits_are_charted(store):
    model = Model()
    top = (1 << 63) - 1
    pen = Pen(1, "w")
    fill(store, pen, model, [0, 1, 5, 1 << 40, 1 << 62, top - 1, top])
    for _ in range(2):
        for count in (1, 2, 3, 6, 7):
            got = store.buckets([Ref(1, "loss")], None, None, count)
            check_buckets(model, [Ref(1, "loss")], None, None, count, got)
        assert store.points(Ref(1, "loss"), top, top).steps.tolist() == [top]
        store.seal(1, force=True)


def test_sealing_waits_for_enough_points_unless_forced(store):
    pen, model = Pen(1, "w"), Model()
    fill(store, pen, model, range(100))
    assert store.due() == []
    assert not store.seal(1)
    assert store.seal(1, force=True)
    assert not store.seal(1, force=True)
    assert not store.seal(99, force=True)
    fill(store, pen, model, range(100, 70_000))
    assert store.due() == [1]
    assert store.seal(1)
    assert store.due() == []
    check_summaries(model, store.summaries([1]))


def test_console_lines_are_paged_and_a_repeated_number_replaces_its_line(store):
    pen = Pen(1, "w")
    for i in range(30):
        pen.write(records.Console(i, i, 20, 1, f"line {i}"))
    pen.write(records.Console(29, 99, 40, 2, "100%"))
    store.append([pen.batch()])
    pen.write(records.Console(3, 99, 20, 1, "again"))
    (receipt,) = store.append([pen.batch()])
    assert receipt.lines == 1
    total, lines = store.lines(1, None, -2, 10)
    assert total == 30
    assert [(line.line, line.text) for line in lines] == [(28, "line 28"), (29, "100%")]
    assert (lines[1].level, lines[1].stream, lines[1].time) == (40, 2, 1_000_099)
    assert [line.text for line in store.lines(1, "w", 3, 2)[1]] == ["again", "line 4"]
    assert store.lines(1, "other", 0, 9) == (0, [])


def test_console_lines_are_found_by_level_and_text(store):
    pen = Pen(1, "w")
    for i in range(4, 20):
        pen.write(records.Console(i, i, 40 if i % 5 == 0 else 20, 1, f"Line_{i}%"))
    store.append([pen.batch(), Pen(1, "silent").batch(), Pen(2, "w").batch()])
    assert store.line_spans(1) == {"w": (4, 19)}
    assert [line.line for line in store.lines(1, "w", 6, 2, 30)[1]] == [10, 15]

    def find(first, end, text="", level=0, limit=99):
        return store.find_lines(1, "w", first, end, text=text, level=level, limit=limit)

    assert find(0, 12, "line_1") == [10, 11]
    assert find(0, 99, "E_1", limit=3) == [10, 11, 12]
    assert find(0, 99, level=40) == [5, 10, 15]
    assert find(0, 99, "_15", 30) == [15]
    assert find(0, 99, "1%") == [11]
    assert find(0, 99, "eX1") == []


def test_without_a_writer_the_lines_of_the_lowest_rank_come(store):
    for rank in (1, 0):
        pen = Pen(1, f"w{rank}", rank)
        pen.write(records.Console(0, 0, 20, 1, f"rank {rank}"))
        store.append([pen.batch()])
    store.append([Pen(1, "sidecar").batch()])
    assert store.lines(1, None, 0, 9)[1][0].text == "rank 0"


def test_a_deleted_run_is_gone_and_the_others_stay(store):
    model = Model()
    for run in (1, 2):
        fill(store, Pen(run, "w"), model, range(300))
        store.seal(run, force=True)
    store.delete(1)
    assert store.offsets(1) == {}
    assert len(store.points(Ref(1, "loss"), None, None).steps) == 0
    del model.series[Ref(1, "loss")]
    check_summaries(model, store.summaries([1, 2]))
    fill(store, Pen(1, "w"), model, range(10))
    check_summaries(model, store.summaries([1, 2]))


def test_writers_that_redefine_layouts_for_ever_stay_decodable(opener):
    store, pen, model = opener(), Pen(1, "w"), Model()
    for i in range(80):
        model.log(pen, i, 0, {"a": float(i), f"k{i % 7}": 1.0})
        pen.layouts = dict(list(pen.layouts.items())[-3:]) if i % 5 else {}
        store.append([pen.batch()])
        if i % 20 == 10:
            store.seal(1, force=True)
    store.close()
    again = opener()
    fill(again, pen, model, [500], ["a", "fresh"])
    check_summaries(model, again.summaries([1]))


def test_appending_and_reading_go_on_while_sealing(store):
    pen, model = Pen(1, "w"), Model()
    stop, failures = threading.Event(), []

    def seal() -> None:
        try:
            while not stop.is_set():
                store.seal(1, force=True)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=seal)
    thread.start()
    try:
        for part in range(60):
            fill(store, pen, model, range(part * 50, part * 50 + 60), ["a", "b"], part)
            steps, _, values = model.points(Ref(1, "a"))
            got = store.points(Ref(1, "a"), None, None)
            np.testing.assert_array_equal(got.steps, steps)
            np.testing.assert_array_equal(got.values, values)
            assert store.buckets([Ref(1, "b")], None, None, 9).columns[0].count.sum() == len(steps)
    finally:
        stop.set()
        thread.join()
    assert not failures
    check_summaries(model, store.summaries([1]))


def test_the_last_value_of_a_bucket_is_right_where_new_points_lie_around_sealed_chunks(store):
    pen, model = Pen(1, "w"), Model()
    fill(store, pen, model, range(20_000))
    store.seal(1, force=True)
    fill(store, pen, model, [5, 12_287, 16_383, 20_500], seed=3)
    model.log(pen, 20_600, 0, {"loss": float("nan")})
    store.append([pen.batch()])
    ref = Ref(1, "loss")
    for count in (1, 2, 3, 5):
        check_buckets(model, [ref], None, None, count, store.buckets([ref], None, None, count))
