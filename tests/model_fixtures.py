"""Fixtures for embedding models: the real one where it has been fetched, and a made-up small one.

`made_up_encoder` writes a file in the published format (see search/pretrained/weights_file.py)
from random numbers, so that the converter is tested without the real archive.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from search.pretrained.blocks import BLOCK_BYTES
from search.pretrained.weights_file import EncoderShape, in_blocks, tensor_shapes

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_MODEL = "multilingual-e5-small"
WORDS = (
    "how",
    "do",
    "i",
    "return",
    "item",
    "환불",
    "배송",
    "返品",
    "送料",
    "退货",
    "退款",
    "a",
    "money",
)


@pytest.fixture(scope="session")
def model_dir():
    """The converted real model; its absence fails in CI and skips elsewhere."""
    var = Path(os.environ.get("KB_VAR_DIR") or ROOT / "var")
    directory = var / "models" / DEFAULT_MODEL
    if not (directory / "onnx" / "model_q4.onnx").is_file():
        if os.environ.get("CI"):
            pytest.fail(f"no model at {directory}: scripts/fetch_model makes it")
        pytest.skip(f"no model at {directory}: run ./scripts/fetch_model")
    return directory


@pytest.fixture(scope="session")
def real_embedder(model_dir):
    """The runtime that serves, with the real model."""
    from search.embed import OnnxEmbedder

    return OnnxEmbedder(model_dir)


@pytest.fixture(scope="session")
def made_up_data():
    """Bytes of a whole made-up encoder file."""
    return made_up_encoder()


@pytest.fixture(scope="session")
def made_up_dir(tmp_path_factory, made_up_data):
    """The made-up encoder, converted with everything; tests must not change it."""
    from search.pretrained.conversion import convert

    directory = tmp_path_factory.mktemp("models") / "made-up"
    convert(made_up_data, directory)
    return directory


@dataclass
class EncoderRecipe:
    """What goes into a made-up encoder file; a test changes one thing to damage it."""

    shape: EncoderShape = EncoderShape(32, 2, 4, 64, 80, 64, 2, 1e-12)
    announced: EncoderShape | None = None
    magic: bytes = b"E5S1"
    version: int = 1
    block: int = 32
    pieces: list[bytes] = field(default_factory=lambda: made_up_pieces())
    offsets: list[int] | None = None
    scores: list[float] | None = None
    specials: tuple[int, int, int, int] = (0, 2, 1, 3)
    pieces_count: int | None = None
    text_length: int | None = None
    table_length: int | None = None
    tensor_count: int | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    elements: dict[str, int] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)


def made_up_pieces() -> list[bytes]:
    """Special pieces, a few words and letters, <mask> last: 70 of the 80 rows of the table."""
    letters = sorted({letter for word in WORDS for letter in word})
    texts = ["<s>", "<pad>", "</s>", "<unk>", "▁", *(f"▁{word}" for word in WORDS), *letters]
    return [text.encode() for text in texts[:69]] + [b"<mask>"]


def made_up_encoder(**changes) -> bytes:
    """A file of 2 layers, 32 dimensions, 4 heads, always the same numbers."""
    recipe = EncoderRecipe(**changes)
    head = _header(recipe) + _vocabulary(recipe) + _table(recipe)
    tensors = _tensors(recipe)
    directory_length = 4 + sum(2 + len(recipe.renamed.get(name, name)) + 21 for name in tensors)
    start = -(-(len(head) + directory_length) // 32) * 32
    count = len(tensors) if recipe.tensor_count is None else recipe.tensor_count
    directory, body = struct.pack("<i", count), b""
    for name, content in tensors.items():
        directory += _entry(recipe, name, start + len(body), len(content))
        body += content
    return (head + directory).ljust(start, b"\0") + body


def _header(recipe: EncoderRecipe) -> bytes:
    shape = recipe.announced or recipe.shape
    sizes = (shape.hidden, shape.layers, shape.heads, shape.feed_forward)
    more = (shape.vocabulary, shape.positions, shape.token_types)
    numbers = struct.pack("<I7if", recipe.version, *sizes, *more, shape.epsilon)
    return recipe.magic + numbers + struct.pack("<i", recipe.block)


def _vocabulary(recipe: EncoderRecipe) -> bytes:
    pieces = recipe.pieces
    text = b"".join(pieces)
    lengths = np.cumsum([0] + [len(piece) for piece in pieces])
    offsets = recipe.offsets or lengths.tolist()
    scores = recipe.scores or [-0.5 - number / 10 for number in range(len(pieces))]
    count = len(pieces) if recipe.pieces_count is None else recipe.pieces_count
    length = len(text) if recipe.text_length is None else recipe.text_length
    return (
        struct.pack("<5iQ", count, *recipe.specials, length)
        + np.array(offsets, "<u4").tobytes()
        + np.array(scores, "<f4").tobytes()
        + text
    )


def _table(recipe: EncoderRecipe) -> bytes:
    table = struct.pack("<IBI", 0xFF21, 1, 0x21)
    length = len(table) if recipe.table_length is None else recipe.table_length
    return struct.pack("<iI", 1, length) + table


def _tensors(recipe: EncoderRecipe) -> dict[str, bytes]:
    random = np.random.default_rng(7)
    tensors = {}
    for name, shape in tensor_shapes(recipe.shape).items():
        if in_blocks(name):
            raw = random.integers(0, 256, (int(np.prod(shape)) // 32, BLOCK_BYTES), np.uint8)
            scales = random.uniform(0.02, 0.06, len(raw)).astype("<f2")
            raw[:, :2] = scales.view(np.uint8).reshape(-1, 2)
            content = raw.tobytes()
        else:
            around = 1.0 if name.endswith("ln.w") else 0.0
            content = random.normal(around, 0.05, shape).astype("<f4").tobytes()
        tensors[name] = recipe.contents.get(name, content)
    return tensors


def _entry(recipe: EncoderRecipe, name: str, offset: int, size: int) -> bytes:
    stored = recipe.renamed.get(name, name).encode()
    elements = int(np.prod(tensor_shapes(recipe.shape)[name]))
    return (
        struct.pack("<H", len(stored))
        + stored
        + struct.pack(
            "<BIQQ",
            recipe.kinds.get(name, int(in_blocks(name))),
            recipe.elements.get(name, elements),
            recipe.moved.get(name, offset),
            recipe.sizes.get(name, size),
        )
    )
