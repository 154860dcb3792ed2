"""The reader of the 4-bit encoder file takes a sound file and refuses every damaged one."""

from __future__ import annotations

import contextlib
import dataclasses
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.pretrained.weights_file import (
    EncoderShape,
    ModelFileError,
    read_encoder_file,
    tensor_shapes,
)
from tests.model_fixtures import made_up_encoder, made_up_pieces

SHAPE = EncoderShape(32, 2, 4, 64, 80, 64, 2, 1e-12)


def test_a_sound_file_gives_its_shape_pieces_and_tensors(made_up_data):
    encoder = read_encoder_file(made_up_data)
    assert encoder.shape == SHAPE
    assert encoder.vocabulary.pieces[:5] == ("<s>", "<pad>", "</s>", "<unk>", "▁")
    assert encoder.vocabulary.pieces[-1] == "<mask>"
    assert encoder.vocabulary.scores[0] == np.float32(-0.5)
    assert set(encoder.plain) | set(encoder.blocks) == set(tensor_shapes(SHAPE))
    assert encoder.plain["l1.fi.b"].shape == (64,)
    assert (encoder.blocks["l1.fo.w"].rows, encoder.blocks["l1.fo.w"].columns) == (32, 64)


def test_a_block_holds_low_halves_first_and_is_centred_on_eight():
    low, high = 3, 12
    block = np.array([0.5], "<f2").tobytes() + bytes([low | high << 4] * 16)
    rows = SHAPE.hidden * SHAPE.hidden // 32
    encoder = read_encoder_file(made_up_encoder(contents={"l0.q.w": block * rows}))
    tensor = encoder.blocks["l0.q.w"]
    assert tensor.codes()[0].tolist() == [low] * 16 + [high] * 16
    assert tensor.values()[0].tolist() == [-2.5] * 16 + [2.0] * 16
    assert tensor.packed_pairs()[0].tolist() == [low | low << 4] * 8 + [high | high << 4] * 8


def test_every_truncated_file_is_refused(made_up_data):
    for length in [*range(0, 400), *range(400, len(made_up_data), 97), len(made_up_data) - 1]:
        with pytest.raises(ModelFileError):
            read_encoder_file(made_up_data[:length])


NAN = np.array([np.nan], "<f4").tobytes()

PIECES = made_up_pieces()
ENDS = np.cumsum([len(piece) for piece in PIECES]).tolist()


def resized(**sizes):
    return {"announced": dataclasses.replace(SHAPE, **sizes)}


DAMAGES = {
    "another file": ({"magic": b"GGUF"}, "not a model file"),
    "another version": ({"version": 2}, "version 2"),
    "no layers": (resized(layers=0), "layers is 0"),
    "a negative size": (resized(positions=-4), "positions is -4"),
    "an enormous size": (resized(positions=1 << 30), "positions is"),
    "heads that do not divide": (resized(heads=5), "5 heads"),
    "a width that is no block": (resized(hidden=48), "multiples of a block"),
    "no epsilon": (resized(epsilon=0.0), "epsilon"),
    "another block size": ({"block": 64}, "the block is 64"),
    "too many pieces": ({"pieces_count": 81}, "81 pieces"),
    "a negative number of pieces": ({"pieces_count": -1}, "-1 pieces"),
    "a huge number of pieces": ({"pieces_count": (1 << 31) - 1}, "pieces do not fit"),
    "special pieces elsewhere": ({"specials": (1, 2, 0, 3)}, "ids 0 to 3"),
    "special pieces of other names": ({"pieces": [b"[CLS]", *PIECES[1:]]}, "special pieces"),
    "pieces longer than the file": ({"text_length": 1 << 62}, "ends early: the pieces"),
    "offsets that fall": ({"offsets": [0, 9, 4, *ENDS[2:]]}, "do not rise"),
    "offsets past the text": ({"offsets": [0, *ENDS[:-1], 1 << 31]}, "do not rise"),
    "offsets that begin late": ({"offsets": [1, *ENDS]}, "do not rise"),
    "a piece that is not UTF-8": ({"pieces": [*PIECES[:-2], b"\xff", PIECES[-1]]}, "not UTF-8"),
    "a score that is no number": ({"scores": [float("nan")] * len(PIECES)}, "score"),
    "a table longer than the file": ({"table_length": (1 << 32) - 1}, "normalisation table"),
    "too few tensors": ({"tensor_count": 3}, "lists 3 tensors"),
    "a negative number of tensors": ({"tensor_count": -1}, "lists -1 tensors"),
    "an unknown tensor": ({"renamed": {"l0.q.b": "l9.q.b"}}, "unexpected or repeated"),
    "a tensor twice": ({"renamed": {"l0.v.b": "l0.k.b"}}, "unexpected or repeated"),
    "a tensor with an odd name": ({"renamed": {"l0.q.b": "l\x00.q.b"}}, "unexpected or repeated"),
    "an unknown kind": ({"kinds": {"emb.pos": 7}}, "kind 7"),
    "a matrix stored plainly": ({"kinds": {"l0.q.w": 0}}, "kind 0"),
    "a vector stored in blocks": ({"kinds": {"l0.q.b": 1}}, "kind 1"),
    "wrong elements": ({"elements": {"l0.q.w": 32}}, "32 elements"),
    "an offset past the end": ({"moved": {"l0.q.w": 1 << 40}}, "outside"),
    "an offset that wraps around": ({"moved": {"l0.q.w": (1 << 64) - 8}}, "outside"),
    "a block size that does not fit": ({"sizes": {"l0.q.w": 18}}, "bytes of blocks"),
    "a plain size that does not fit": ({"sizes": {"l0.q.b": 4}}, "4 bytes for 32 numbers"),
    "a weight that is no number": ({"contents": {"l0.q.b": NAN * 32}}, "not a number"),
    "a scale that is no number": ({"contents": {"l0.q.w": b"\xff" * 18 * 32}}, "scale"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_with_its_cause(damage):
    changes, cause = DAMAGES[damage]
    with pytest.raises(ModelFileError, match=cause):
        read_encoder_file(made_up_encoder(**changes))


def test_a_hostile_header_allocates_nothing_large():
    hostile = made_up_encoder(
        announced=dataclasses.replace(SHAPE, vocabulary=4_000_000), pieces_count=4_000_000
    )
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError):
            read_encoder_file(hostile)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), value=st.integers(0, 255))
def test_a_changed_byte_never_gives_more_than_a_refusal(made_up_data, at, value):
    changed = bytearray(made_up_data)
    changed[at] = value
    with contextlib.suppress(ModelFileError):
        read_encoder_file(bytes(changed))


@given(st.binary(max_size=300))
def test_any_bytes_after_the_mark_are_refused(garbage):
    with pytest.raises(ModelFileError):
        read_encoder_file(b"E5S1" + struct.pack("<I", 1) + garbage)
