"""Convert the published 4-bit file into the directory that both runtimes load.

DIRECTORY/ is an ordinary sentence-transformers model with DIRECTORY/onnx/model_q4.onnx inside;
tokenizer and settings serve both.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.document import Progress, no_progress
from search.pretrained.directory import write_settings, write_weights
from search.pretrained.graph import encoder_onnx
from search.pretrained.manifest import NAME, ONNX_FILE, WEIGHTS_FILE, write_manifest
from search.pretrained.tokenizer import tokenizer_json
from search.pretrained.weights_file import read_encoder_file


def convert(
    data: bytes,
    destination: Path,
    *,
    with_weights: bool = True,
    name: str = NAME,
    progress: Progress = no_progress,
) -> None:
    """Write `destination` in one step: it is whole or untouched, whenever this is stopped.

    `with_weights` adds model.safetensors, which only sentence-transformers needs.
    Raises ModelFileError for a file that is damaged.
    """
    source = read_encoder_file(data)
    with replacing(destination) as directory:
        write_settings(directory, source.shape)
        (directory / "tokenizer.json").write_bytes(tokenizer_json(source.vocabulary))
        onnx_file = directory / ONNX_FILE
        onnx_file.parent.mkdir()
        onnx_file.write_bytes(encoder_onnx(source, name=name, progress=progress))
        if with_weights:
            write_weights(directory / WEIGHTS_FILE, source, progress)
        write_manifest(directory, hashlib.sha256(data).hexdigest())


@contextmanager
def replacing(destination: Path) -> Iterator[Path]:
    """An empty directory beside `destination` that takes its place if the block succeeds."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{destination.name}-"
    for leftover in destination.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=destination.parent))
    try:
        made = staging / "new"
        made.mkdir()
        yield made
        if destination.exists():
            destination.rename(staging / "old")
        made.rename(destination)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
