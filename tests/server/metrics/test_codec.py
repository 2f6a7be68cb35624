from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from swanlab.server.metrics import aggregate, codec

ints = arrays.arrays(np.int64, st.integers(1, 300), elements=st.integers(-(1 << 63), (1 << 63) - 1))
floats = st.one_of(
    arrays.arrays(np.float64, st.integers(1, 300)),
    arrays.arrays(np.float32, st.integers(1, 300)).map(lambda a: a.astype(np.float64)),
)


@given(ints)
def test_any_integers_come_back_as_they_were(array):
    np.testing.assert_array_equal(codec.decode_ints(codec.encode_ints(array), len(array)), array)


@given(floats)
def test_any_chunk_comes_back_to_the_last_bit(values):
    steps = np.arange(len(values)) * 3
    blob = codec.encode_chunk(codec.encode_ints(steps), codec.encode_ints(steps * 7), values)
    got = codec.decode_chunk(blob, {})
    np.testing.assert_array_equal(got[0], steps)
    np.testing.assert_array_equal(got[1], steps * 7)
    np.testing.assert_array_equal(got[2].view(np.int64), values.view(np.int64))


@given(st.lists(floats, min_size=1, max_size=4))
def test_roll_ups_come_back_as_they_were(parts):
    made = []
    for values in parts:
        steps = np.arange(len(values))
        made.append(aggregate.group(np.arange(0, len(values), 16), steps, steps, values))
    groups, sizes = codec.decode_groups([codec.encode_groups(part) for part in made])
    assert sizes.tolist() == [len(part) for part in made]
    assert groups.tobytes() == b"".join(part.tobytes() for part in made)


def test_evenly_spaced_integers_take_no_room_and_float32_values_half():
    steps = np.arange(4096) * 10 + 5
    assert len(codec.encode_ints(steps)) < 20
    values = np.random.default_rng(0).normal(size=4096)
    narrow = values.astype(np.float32).astype(np.float64)
    packed = codec.encode_ints(steps)
    wide = len(codec.encode_chunk(packed, packed, values))
    assert len(codec.encode_chunk(packed, packed, narrow)) < wide * 0.6


def chunk() -> bytes:
    steps = codec.encode_ints(np.arange(50))
    return codec.encode_chunk(steps, steps, np.linspace(0, 1, 50))


@pytest.mark.parametrize("at", range(0, len(chunk()), 7))
def test_a_flipped_bit_in_a_chunk_is_said_to_be_damage(at):
    blob = bytearray(chunk())
    blob[at] ^= 4
    with pytest.raises(codec.DamagedError, match="checksum"):
        codec.decode_chunk(bytes(blob), {})


@pytest.mark.parametrize("size", [0, 3, 10, 40])
def test_a_chunk_cut_short_is_said_to_be_damage(size):
    with pytest.raises(codec.DamagedError, match="checksum"):
        codec.decode_chunk(chunk()[:size], {})


def test_damaged_roll_ups_and_batches_are_said_to_be_damage():
    steps = np.arange(64)
    groups = aggregate.group(np.arange(0, 64, 16), steps, steps, steps * 1.0)
    blob = bytearray(codec.encode_groups(groups))
    blob[9] ^= 1
    with pytest.raises(codec.DamagedError, match="roll-up"):
        codec.decode_groups([bytes(blob)])
    with pytest.raises(codec.DamagedError, match="batch"):
        codec.decode_blocks(b"\x90\0\0\0\0", ())
