"""Read the 4-bit encoder file: a header, a Unigram vocabulary, and a directory of tensors.

Layout, little endian::

    4s "E5S1"   u32 version (1)
    7 x i32     hidden, layers, heads, feed-forward, vocabulary, positions, token types
    f32         layer norm epsilon          i32  elements per block (32)
    5 x i32     pieces, bos, eos, pad, unk  u64  length of the text of all pieces
    u32[pieces + 1] offsets, f32[pieces] scores, the text
    i32, u32    entries and bytes of a normalisation table, the table (not used here)
    i32         tensors, then for each: u16 name length, name, u8 kind (0 plain f32, 1 blocks),
                u32 elements, u64 offset from the start of the file, u64 bytes

The file comes from outside, so every count and offset is checked against the bytes that are
there before anything is allocated from it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.pretrained.blocks import BLOCK, BLOCK_BYTES, BlockTensor

MAGIC = b"E5S1"
VERSION = 1
SPECIAL_PIECES = ("<s>", "<pad>", "</s>", "<unk>")
MASK_PIECE = "<mask>"
LINEARS = ("q", "k", "v", "ao", "fi", "fo")
"""Query, key, value, attention output, feed-forward in, feed-forward out."""
PLAIN, BLOCKS = 0, 1

_LIMITS = {
    "hidden": 8192,
    "layers": 128,
    "heads": 256,
    "feed_forward": 65536,
    "vocabulary": 4_000_000,
    "positions": 65536,
    "token_types": 64,
}


class ModelFileError(Exception):
    """The model file is damaged or is not one; the message says where."""


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """Sizes of a BERT-style encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """SentencePiece Unigram pieces in id order, with their log probabilities."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    unknown_id: int


@dataclass(frozen=True, slots=True)
class EncoderFile:
    """All that the file holds; plain tensors already have their shape."""

    shape: EncoderShape
    vocabulary: Vocabulary
    plain: Mapping[str, NDArray[np.float32]]
    blocks: Mapping[str, BlockTensor]


def read_encoder_file(data: bytes) -> EncoderFile:
    """Parse `data`; the tensors are views into it. Raises ModelFileError."""
    cursor = _Cursor(data)
    shape = _read_header(cursor)
    vocabulary = _read_vocabulary(cursor, shape)
    _skip_normalisation_table(cursor)
    plain, blocks = _read_tensors(cursor, data, tensor_shapes(shape))
    return EncoderFile(shape, vocabulary, plain, blocks)


def tensor_shapes(shape: EncoderShape) -> dict[str, tuple[int, ...]]:
    """Every tensor that an encoder of this shape has, by its name in the file."""
    hidden, wide = shape.hidden, shape.feed_forward
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (shape.vocabulary, hidden),
        "emb.pos": (shape.positions, hidden),
        "emb.type": (shape.token_types, hidden),
        "emb.ln.w": (hidden,),
        "emb.ln.b": (hidden,),
    }
    for layer in range(shape.layers):
        for name in LINEARS:
            rows = wide if name == "fi" else hidden
            columns = wide if name == "fo" else hidden
            shapes[f"l{layer}.{name}.w"] = (rows, columns)
            shapes[f"l{layer}.{name}.b"] = (rows,)
        for name in ("aln", "oln"):
            shapes[f"l{layer}.{name}.w"] = shapes[f"l{layer}.{name}.b"] = (hidden,)
    return shapes


def in_blocks(name: str) -> bool:
    """Whether a tensor of this name is stored in 4-bit blocks (matrices) or plainly (the rest)."""
    return name == "emb.word" or name.split(".", 1)[-1] in {f"{linear}.w" for linear in LINEARS}


class _Cursor:
    """A position in the file that cannot leave it."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def take(self, count: int, what: str) -> memoryview:
        left = len(self._data) - self._at
        if not 0 <= count <= left:
            raise ModelFileError(
                f"the model file ends early: {what} needs {count} bytes at byte {self._at}, "
                f"{left} are left"
            )
        start = self._at
        self._at += count
        return self._data[start : self._at]

    def unpack(self, layout: str, what: str) -> tuple[int, ...]:
        little = "<" + layout
        return struct.unpack(little, self.take(struct.calcsize(little), what))


def _read_header(cursor: _Cursor) -> EncoderShape:
    if bytes(cursor.take(4, "the file mark")) != MAGIC:
        raise ModelFileError("this is not a model file: it does not begin with E5S1")
    (version,) = cursor.unpack("I", "the version")
    if version != VERSION:
        raise ModelFileError(f"model file version {version} is unknown; this reads {VERSION}")
    sizes = dict(zip(_LIMITS, cursor.unpack("7i", "the sizes"), strict=True))
    for name, value in sizes.items():
        if not 1 <= value <= _LIMITS[name]:
            raise ModelFileError(f"impossible size in the model file: {name} is {value}")
    (epsilon,) = struct.unpack("<f", cursor.take(4, "epsilon"))
    (block,) = cursor.unpack("i", "the block size")
    if block != BLOCK or sizes["hidden"] % BLOCK or sizes["feed_forward"] % BLOCK:
        raise ModelFileError(f"sizes must be multiples of a block of {BLOCK}; the block is {block}")
    if sizes["hidden"] % sizes["heads"]:
        raise ModelFileError(f"{sizes['heads']} heads do not divide {sizes['hidden']} dimensions")
    if not 0.0 < epsilon < 0.1:
        raise ModelFileError(f"impossible layer norm epsilon in the model file: {epsilon}")
    # The file holds a float32; six digits give back the decimal that was meant (1e-12).
    return EncoderShape(**sizes, epsilon=float(f"{epsilon:.6g}"))


def _read_vocabulary(cursor: _Cursor, shape: EncoderShape) -> Vocabulary:
    count, bos, eos, pad, unknown = cursor.unpack("5i", "the vocabulary's header")
    (length,) = cursor.unpack("Q", "the vocabulary's length")
    if not len(SPECIAL_PIECES) < count <= shape.vocabulary:
        raise ModelFileError(f"{count} pieces do not fit a vocabulary of {shape.vocabulary}")
    if (bos, pad, eos, unknown) != (0, 1, 2, 3):
        raise ModelFileError("the special pieces do not have the ids 0 to 3")
    offsets = np.frombuffer(cursor.take(4 * (count + 1), "the piece offsets"), "<u4")
    scores = np.frombuffer(cursor.take(4 * count, "the piece scores"), "<f4")
    text = bytes(cursor.take(length, "the pieces"))
    falls = bool((offsets[1:] < offsets[:-1]).any())
    if falls or offsets[0] != 0 or offsets[-1] > length:
        raise ModelFileError("the piece offsets do not rise within the text of the pieces")
    if not np.isfinite(scores).all():
        raise ModelFileError("a piece has a score that is not a number")
    pieces = tuple(_split_pieces(text, offsets))
    if pieces[: len(SPECIAL_PIECES)] != SPECIAL_PIECES or pieces[-1] != MASK_PIECE:
        raise ModelFileError("the special pieces <s> <pad> </s> <unk> ... <mask> are not in place")
    return Vocabulary(pieces, scores, unknown)


def _split_pieces(text: bytes, offsets: NDArray[np.uint32]) -> Iterator[str]:
    bounds = offsets.tolist()
    for number, (start, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        try:
            yield text[start:end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise ModelFileError(f"piece {number} is not UTF-8") from error


def _skip_normalisation_table(cursor: _Cursor) -> None:
    cursor.unpack("i", "the normalisation table's header")
    (length,) = cursor.unpack("I", "the normalisation table's length")
    cursor.take(length, "the normalisation table")


def _read_tensors(
    cursor: _Cursor, data: bytes, expected: Mapping[str, tuple[int, ...]]
) -> tuple[dict[str, NDArray[np.float32]], dict[str, BlockTensor]]:
    plain: dict[str, NDArray[np.float32]] = {}
    blocks: dict[str, BlockTensor] = {}
    (count,) = cursor.unpack("i", "the number of tensors")
    if count != len(expected):
        raise ModelFileError(f"the model file lists {count} tensors, not {len(expected)}")
    for _ in range(count):
        (length,) = cursor.unpack("H", "a tensor's name length")
        name = bytes(cursor.take(length, "a tensor's name")).decode("utf-8", "replace")
        if name not in expected or name in plain or name in blocks:
            raise ModelFileError(f"unexpected or repeated tensor {name!r} in the model file")
        kind, elements, offset, size = cursor.unpack("BIQQ", f"the entry of tensor {name}")
        if elements != int(np.prod(expected[name])):
            raise ModelFileError(f"tensor {name} has {elements} elements, not {expected[name]}")
        if offset + size > len(data):
            raise ModelFileError(f"tensor {name} lies outside the model file")
        if kind != (BLOCKS if in_blocks(name) else PLAIN):
            raise ModelFileError(f"tensor {name} is stored in the unexpected kind {kind}")
        if kind == PLAIN:
            plain[name] = _read_plain(name, data, offset, size, expected[name])
        else:
            blocks[name] = _read_blocks(name, data, offset, size, expected[name])
    return plain, blocks


def _read_plain(
    name: str, data: bytes, offset: int, size: int, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    elements = int(np.prod(shape))
    if size != 4 * elements:
        raise ModelFileError(f"tensor {name} has {size} bytes for {elements} numbers")
    values = np.frombuffer(data, "<f4", elements, offset)
    if not np.isfinite(values).all():
        raise ModelFileError(f"tensor {name} holds something that is not a number")
    return values.reshape(shape)


def _read_blocks(
    name: str, data: bytes, offset: int, size: int, shape: tuple[int, ...]
) -> BlockTensor:
    elements = int(np.prod(shape))
    if len(shape) != 2 or size != elements // BLOCK * BLOCK_BYTES:
        raise ModelFileError(f"tensor {name} has {size} bytes of blocks for the shape {shape}")
    rows, columns = shape
    raw = np.frombuffer(data, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)
    tensor = BlockTensor(raw.reshape(rows, columns // BLOCK, BLOCK_BYTES))
    if not np.isfinite(tensor.scales()).all():
        raise ModelFileError(f"tensor {name} holds a scale that is not a number")
    return tensor
