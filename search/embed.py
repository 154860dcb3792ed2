"""Text to vectors: the one interface that the index knows, and how a model is found by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from search.model_files import EmbedderUnavailable, find_onnx
from search.onnx_embedder import OnnxEmbedder
from search.torch_embedder import SentenceTransformerEmbedder

__all__ = [
    "Embedder",
    "EmbedderUnavailable",
    "OnnxEmbedder",
    "Runtime",
    "SentenceTransformerEmbedder",
    "load_embedder",
]

Runtime = Literal["auto", "onnx", "sentence-transformers"]


class Embedder(Protocol):
    """Turns questions and passages into vectors of the same space."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identifies weights, prompts, pooling and runtime; stored with the vectors.

        Vectors of two embedders may be compared only if their fingerprints are equal.
        """
        ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (len(texts), dimensions), rows of unit length."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (len(texts), dimensions), rows of unit length."""
        ...

    def warm(self) -> None:
        """Do the slow first steps now; after a fork, in the process that will encode."""
        ...


def load_embedder(
    model: str,
    *,
    models_dir: Path,
    runtime: Runtime = "auto",
    threads: int = 1,
    query_prompt: str | None = None,
    passage_prompt: str | None = None,
) -> Embedder:
    """The embedder that `model` names: a directory under `models_dir`, a path, or a hub name.

    "auto" takes ONNX Runtime when the directory has an ONNX file and a tokenizer, else
    sentence-transformers. Raises EmbedderUnavailable.
    """
    directory = find_model(model, models_dir)
    onnx = directory is not None and find_onnx(directory) is not None
    if runtime == "onnx" or (runtime == "auto" and onnx):
        return OnnxEmbedder(
            directory or models_dir / model,
            threads=threads,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
        )
    if directory is None and "/" not in model:
        raise EmbedderUnavailable(
            f"There is no embedding model {model} under {models_dir}. Run ./scripts/fetch_model, "
            "or set KB_EMBEDDING_MODEL to a path or to a hub name such as BAAI/bge-m3."
        )
    return SentenceTransformerEmbedder(
        str(directory or model),
        threads=threads,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
    )


def find_model(model: str, models_dir: Path) -> Path | None:
    """The local directory that `model` names, an exported hub model among them; None if none."""
    if not model:
        return None
    for candidate in (models_dir / model, Path(model).expanduser()):
        if candidate.is_dir():
            return candidate
    return None
