"""The run file: whatever was appended whole is read, whatever happens to the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swanlab import records, runfile
from swanlab.records import Console, Key

payloads = st.lists(
    st.builds(lambda text: records.encode(Key(text)), st.text(max_size=40)), max_size=12
)


def framed(items: list[bytes]) -> bytes:
    return b"".join(runfile.frame(item) for item in items)


@given(payloads, st.data())
def test_a_torn_tail_is_waited_for(items, data):
    whole = framed(items)
    size = data.draw(st.integers(0, len(whole)))
    span = runfile.scan(whole[:size])
    assert span.damaged == 0
    assert span.payloads == items[: len(span.payloads)]
    rest = runfile.scan(whole[span.end :])
    assert span.payloads + rest.payloads == items


@given(payloads, payloads, st.binary(min_size=1, max_size=30))
def test_garbage_between_frames_is_skipped_and_counted(before, after, garbage):
    span = runfile.scan(framed(before) + garbage + framed(after), complete=True)
    found = span.payloads
    assert found[: len(before)] == before
    # Garbage that happens to be a length may swallow nothing: what follows has its own checksums.
    assert [item for item in found if item in after or item in before] == found
    assert len(found) >= len(before) + len(after)
    assert span.damaged == len(garbage)


@given(payloads, st.integers(1, 400))
def test_a_cut_is_at_a_frames_end_and_within_the_limit_if_one_frame_is(items, limit):
    whole = framed(items)
    end = runfile.cut(whole, limit)
    ends = [len(framed(items[:count])) for count in range(1, len(items) + 1)]
    assert end == (max([e for e in ends if e <= limit], default=ends[0]) if ends else 0)


def test_appending_to_a_file_that_exists_is_refused(tmp_path: Path):
    runfile.Writer(tmp_path / "a.swanlab").close()
    with pytest.raises(FileExistsError):
        runfile.Writer(tmp_path / "a.swanlab")


def test_a_reader_meets_each_appended_frame_at_once(tmp_path: Path):
    writer = runfile.Writer(tmp_path / "a.swanlab")
    offset = 0
    for line in range(50):
        assert writer.append(runfile.frame(records.encode(Console(line, 0, 20, 1, "x"))))
        span = runfile.scan(runfile.read(writer.path, offset))
        (payload,) = span.payloads
        assert records.decode(payload).line == line
        offset += span.end
    assert offset == writer.size
    writer.close()
